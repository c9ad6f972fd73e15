import pytest

from firmware_bridge.samples import Side
from legcycle_imu.drills import ADVICE, RULES, Drill, DrillState, Fault, Repetition
from legcycle_imu.drills.pace import PaceState
from legcycle_imu.drills.saying import sentence

RULE, RUNS = RULES[Drill.PUSH_LIFT], RULES[Drill.RUN_30M]
GOOD = Repetition(Drill.PUSH_LIFT, Side.LEFT, 1, 0.0, 1.0, 1.0, passed=True)


@pytest.mark.parametrize(
    ("state", "last", "said"),
    [
        (PaceState(), None, RULE.instruction),
        (PaceState(), GOOD, "Ready for the next set."),
        (PaceState(DrillState.GOING), None, RULE.instruction),
        (PaceState(DrillState.GOING), GOOD, "Good."),
        (PaceState(DrillState.GOING), GOOD._replace(full=True), "Very good."),
        (PaceState(DrillState.GOING), GOOD._replace(passed=None), "Counted."),
        (PaceState(DrillState.GOING), GOOD._replace(faults=(Fault.NO_PUSH,)), ADVICE[Fault.NO_PUSH]),
        (PaceState(DrillState.PAUSED), GOOD, "Paused: go on when you are ready."),
        (PaceState(DrillState.SWITCH, Side.RIGHT), GOOD, "Switch legs: now the right one."),
        (PaceState(DrillState.REST), GOOD, "Rest."),
        (PaceState(DrillState.DONE), GOOD, "Done."),
    ],
)
def test_one_sentence_for_every_state(state: PaceState, last: Repetition | None, said: str):
    assert sentence(RULE, state, last) == said


def test_after_a_run_one_walks_back():
    assert sentence(RUNS, PaceState(DrillState.REST), GOOD) == "Walk back and rest. Good."
    assert sentence(RUNS, PaceState(), GOOD) == "Ready for the next run."

import re
from itertools import pairwise

import pytest

from firmware_bridge.samples import Side
from legcycle_imu.cycle import CYCLE, Phase
from legcycle_imu.targets import Targets
from legcycle_imu.view.cue import HOLD, LEAST, SENTENCE, STRIDES, CueChoice, waited_for
from legcycle_imu.view.state import LegState, LegView
from tests.legcycle_imu.view.made import judged, stride

GOOD = {"heel_lift_cm": 4.0, "knee_drive_deg": 55.0, "placement_cm": 10.0}
LOW_LIFT = GOOD | {"heel_lift_cm": -8.0}
LOW_DRIVE = GOOD | {"knee_drive_deg": 40.0}
FAR = GOOD | {"placement_cm": 60.0}


def run(*parts: tuple[dict, int], sides=tuple(Side), focus: Phase | None = None) -> CueChoice:
    choice = CueChoice(Side, focus)
    for changed, strides in parts:
        for number in range(strides):
            for side in sides:
                choice.push(judged(stride(number, side, **changed)))
    return choice


def leg(state: LegState, sentence: str = "") -> LegView:
    return LegView(Side.LEFT, state, sentence, Phase.UNKNOWN, "", None, None, None, None, None, (), (), None)


@pytest.mark.parametrize(
    ("changed", "phase", "sentence"),
    [
        (LOW_LIFT, Phase.LIFT, "heel up to the dashed line"),
        (LOW_DRIVE, Phase.DRIVE, "knee forward to the 50° ray"),
        (FAR, Phase.PLACE, "set the foot down on the spot right below you"),
    ],
)
def test_the_phase_that_misses_is_cued(changed, phase, sentence):
    cue = run((changed, LEAST)).view(Side)
    assert cue is not None
    assert (cue.phase, cue.side, cue.sentence) == (phase, None, sentence)
    assert cue.mark.shape == "✖"
    assert cue.hits == (0, 2 * LEAST)
    assert cue.distance.endswith(" to go")


def test_no_sentence_speaks_of_a_muscle_or_promises_health():
    said = " ".join(SENTENCE.values()).lower()
    assert not re.search(r"glute|hamstring|quad|muscle|calf|activat|injur|squeeze", said)
    assert set(SENTENCE) == {rule.phase for rule in CYCLE}


def test_on_target_it_says_so():
    cue = run((GOOD, STRIDES)).view(Side)
    assert cue is not None
    assert cue.mark == ("✔", "OK")
    assert "keep" in cue.sentence


def test_a_near_miss_is_close():
    cue = run((GOOD | {"knee_drive_deg": 47.0}, STRIDES)).view(Side)
    assert cue is not None
    assert cue.mark == ("▲", "close")


def test_lift_and_drive_go_before_landing():
    cue = run((LOW_DRIVE | {"placement_cm": 60.0}, STRIDES)).view(Side)
    assert cue is not None
    assert cue.phase is Phase.DRIVE


def test_a_cue_is_held_for_a_while():
    choice = run((LOW_LIFT, LEAST))
    phases = []
    for number in range(2 * HOLD):
        heel_lift_cm = 1.0 if number % 6 < 2 else -8.0  # misses less often than the knee, and often enough
        changed = LOW_DRIVE | {"heel_lift_cm": heel_lift_cm}
        choice.push(judged(stride(number, tuple(Side)[number % 2], **changed)))
        cue = choice.view(Side)
        assert cue is not None
        phases.append(cue.phase)
    changes = [k for k, (a, b) in enumerate(pairwise(phases), 1) if a is not b]
    assert phases[0] is Phase.LIFT
    assert phases[-1] is Phase.DRIVE
    assert len(changes) == 1
    assert changes[0] > HOLD // 2


def test_a_phase_that_came_on_target_makes_room_at_once():
    choice = run((LOW_LIFT, STRIDES), (LOW_DRIVE, STRIDES))
    cue = choice.view(Side)
    assert cue is not None
    assert cue.phase is Phase.DRIVE


def test_one_leg_that_misses_alone_is_named():
    choice = CueChoice(Side)
    for number in range(STRIDES):
        choice.push(judged(stride(number, Side.LEFT, **LOW_LIFT)))
        choice.push(judged(stride(number, Side.RIGHT, **GOOD)))
    cue = choice.view(Side)
    assert cue is not None
    assert (cue.side, cue.hits) == (Side.LEFT, (0, STRIDES))
    alone = choice.view([Side.RIGHT])
    assert alone is not None
    assert (alone.side, alone.mark.word) == (Side.RIGHT, "OK")


def test_too_few_strides_are_no_cue():
    assert run((LOW_LIFT, LEAST - 2)).view(Side) is None
    assert CueChoice(Side).view(Side) is None


def test_a_leg_that_is_not_seen_is_not_cued():
    assert run((LOW_LIFT, STRIDES)).view([]) is None


def test_the_focus_is_cued_whatever_the_others_do():
    choice = run((LOW_LIFT, STRIDES), focus=Phase.DRIVE)
    cue = choice.view(Side)
    assert cue is not None
    assert (cue.phase, cue.mark.word) == (Phase.DRIVE, "OK")
    choice.focus = Phase.PUSH
    push = choice.view(Side)
    assert push is not None
    assert (push.mark.word, push.sentence) == ("no target", SENTENCE[Phase.PUSH])


def test_other_targets_are_named():
    choice = CueChoice(Side)
    for number in range(STRIDES):
        choice.push(judged(stride(number, **LOW_DRIVE), Targets(drive_deg=45.0)))
    cue = choice.view([Side.LEFT])
    assert cue is not None
    assert "45°" in cue.sentence


@pytest.mark.parametrize(
    ("states", "word"),
    [
        ((LegState.NO_DATA, LegState.NO_DATA), "no data"),
        ((LegState.NO_DATA, LegState.ALIGNING), "aligning"),
        ((LegState.LIVE, LegState.ALIGNING), "ready"),
        ((LegState.POOR, LegState.NO_DATA), "ready"),
    ],
)
def test_without_a_cue_the_leg_that_is_furthest_says_what_it_waits_for(states, word):
    cue = waited_for({side: leg(state, f"about {state}") for side, state in zip(Side, states, strict=True)})
    assert cue.phase is Phase.UNKNOWN
    assert cue.mark.word == word
    assert cue.sentence

"""A simulated person who does a drill, as sensors that stream."""

from itertools import pairwise

import numpy as np
import pytest

from firmware_bridge.errors import LinkError
from firmware_bridge.links.monikers import parse_moniker
from firmware_bridge.samples import Placement, SampleBlock
from legcycle_imu.drills import RULES, Drill
from legcycle_imu.simulation.drill_live import LEAST_RUN_M_S, DrillRun, fitting, simulate_set
from legcycle_imu.simulation.live import SIM, sim_link
from legcycle_imu.simulation.script import SectionKind
from legcycle_imu.simulation.sensors import PLACEMENTS
from legcycle_imu.simulation.streaming import STAND_S, StreamingSettings

SETTINGS = StreamingSettings(3.0, rate_hz=100.0, seed=5)


def samples(run: DrillRun) -> dict[Placement, SampleBlock]:
    pieces = list(run.pieces(PLACEMENTS))
    ends = [end for end, _ in pieces]
    assert all(a < b for a, b in pairwise(ends))
    return {at: SampleBlock.join([piece[at] for _, piece in pieces]) for at in PLACEMENTS}


def test_sensors_go_on_where_they_were_when_the_drill_begins() -> None:
    run = DrillRun(SETTINGS, Drill.PUSH_LIFT)
    assert run.begins_s == STAND_S
    for block in samples(run).values():
        assert np.diff(block.time) == pytest.approx(0.01, abs=1e-6)
        assert block.time[-1] > run.repetitions[-1].end_s


def test_what_is_done_is_told_and_moves_the_leg() -> None:
    run = DrillRun(SETTINGS, Drill.PUSH_LIFT)
    blocks, one = samples(run), run.repetitions[0]
    speed = {side: np.abs(blocks[at].gyr).sum(axis=1) for at in PLACEMENTS for side in [at] if at.segment == "shank"}
    moving = {at: s[(blocks[at].time > one.start_s) & (blocks[at].time < one.end_s)].max() for at, s in speed.items()}
    assert max(moving, key=lambda at: moving[at]).side is one.side


def test_a_calibration_comes_first_where_it_is_asked_for() -> None:
    guided = DrillRun(StreamingSettings(3.0, rate_hz=100.0, seed=5, guided=True), Drill.PUSH_LIFT)
    assert 20.0 < guided.begins_s < 60.0
    assert guided.repetitions[0].start_s > guided.begins_s


def test_the_same_settings_do_the_same() -> None:
    first, again = (samples(DrillRun(SETTINGS, Drill.PRONE_FLICKS, 0.5)) for _ in range(2))
    for at in PLACEMENTS:
        np.testing.assert_array_equal(first[at].gyr, again[at].gyr)


@pytest.mark.parametrize("drill", [Drill.PUSH_LIFT, Drill.PUSH_LIFT_DRIVE])
def test_there_are_as_many_as_the_drill_asks_for(drill: Drill) -> None:
    done = simulate_set(drill, 2, 0.5, ()).set.repetitions
    sides = [one.side for one in done]
    assert len(sides) == 2 * RULES[drill].repetitions
    assert sides[:10] == [sides[0]] * 10
    assert any(one.fault for one in done)


def test_a_timed_leg_is_changed_when_its_time_is_over() -> None:
    done = simulate_set(Drill.HEEL_DRAG, 2, 0.0, ()).set
    first = done.repetitions[0]
    turn = [one for one in done.repetitions if one.side is first.side]
    other = next(one for one in done.repetitions if one.side is not first.side)
    assert turn[-1].start_s < first.start_s + 120.0 < other.start_s
    assert fitting(done, 1e9) == len(turn)


def test_runs_are_those_of_the_drill() -> None:
    run = DrillRun(SETTINGS, Drill.HILL)
    assert run.repetitions == []
    speeds = [section.speed_m_s for section in run._script.sections if section.kind is SectionKind.RUN]
    assert speeds == [LEAST_RUN_M_S] * RULES[Drill.HILL].repetitions


class TestMoniker:
    def test_the_option_names_a_drill(self) -> None:
        link = sim_link(parse_moniker("sim:drill=push-lift,wrong=0.5", {"sim": SIM}))
        assert isinstance(link._run, DrillRun)
        assert any(one.fault for one in link._run.repetitions)

    @pytest.mark.parametrize("text", ["sim:drill=squat", "sim:drill=hill,wrong=2"])
    def test_what_cannot_be_is_refused(self, text: str) -> None:
        with pytest.raises(LinkError):
            sim_link(parse_moniker(text, {"sim": SIM}))

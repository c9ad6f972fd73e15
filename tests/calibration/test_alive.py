"""A dead or frozen sensor is refused by name, and breaks nothing."""

from collections.abc import Callable
from dataclasses import replace
from math import inf

import numpy as np
import pytest

from calibration.alive import what_is_dead
from calibration.evidence import AlignmentSettings, SensorHold
from calibration.fit import fit_leg
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from tests.strategies import Session, running, with_preamble

Spoil = Callable[[SampleBlock], SampleBlock]
G = 9.80665


def one_axis(block: SampleBlock) -> SampleBlock:
    return replace(block, acc=block.acc * np.array([1.0, 0.0, 0.0]))


SPOILT: dict[str, tuple[Spoil, str]] = {
    "accelerometer at zero": (lambda b: replace(b, acc=0.0 * b.acc), "accelerometer tells the same"),
    "accelerometer frozen": (lambda b: replace(b, acc=np.full_like(b.acc, G)), "accelerometer tells the same"),
    "one axis alive": (one_axis, "accelerometer tells the same"),
    "gyroscope frozen": (lambda b: replace(b, gyr=np.full_like(b.gyr, 0.01)), "gyroscope tells the same"),
    "all frozen": (
        lambda b: replace(b, acc=np.full_like(b.acc, G), gyr=np.full_like(b.gyr, 0.01)),
        "accelerometer tells the same",
    ),
    "in g": (lambda b: replace(b, acc=b.acc / G), "its range or unit is not as stated"),
    "ten times too much": (lambda b: replace(b, acc=10.0 * b.acc), "its range or unit is not as stated"),
}


def hold_of(session: Session, segment: Segment, spoil: Spoil = lambda block: block) -> SensorHold:
    hold = SensorHold(100.0, AlignmentSettings())
    hold.push(spoil(session.block(Placement(Side.LEFT, segment))))
    hold.take_until(inf)
    return hold


@pytest.mark.parametrize("segment", Segment)
@pytest.mark.parametrize("session", [running, with_preamble], ids=["running", "preamble"])
def test_sensors_that_feel_are_taken(session: Callable[[], Session], segment: Segment):
    assert what_is_dead(Side.LEFT, segment, hold_of(session(), segment)) == ""


@pytest.mark.parametrize("dead", Segment)
@pytest.mark.parametrize("what", SPOILT)
def test_one_that_feels_nothing_is_refused_by_name(dead: Segment, what: str):
    spoil, words = SPOILT[what]
    holds = {s: hold_of(running(), s, spoil) if s is dead else hold_of(running(), s) for s in Segment}
    said = fit_leg(Side.LEFT, holds[Segment.THIGH], holds[Segment.SHANK], AlignmentSettings())
    assert isinstance(said, str)
    if not (dead is Segment.SHANK and what in ("gyroscope frozen", "all frozen")):  # then no stride is seen at all
        assert words in said
        assert f"left {dead} sensor" in said
        assert "switch it off and on again" in said


@pytest.mark.parametrize("dead", Segment)
@pytest.mark.parametrize("what", SPOILT)
def test_a_whole_session_with_one_ends_well(dead: Segment, what: str):
    spoil, _ = SPOILT[what]
    spoilt = running().with_samples(
        lambda placement, block: spoil(block) if placement == Placement(Side.LEFT, dead) else block
    )
    pipeline = spoilt.pipeline()
    pipeline.push(spoilt.chunks(20))
    pipeline.flush()
    assert pipeline.legs[Side.LEFT].calibration is None
    assert pipeline.legs[Side.LEFT].trouble
    assert pipeline.legs[Side.RIGHT].calibration is not None

import numpy as np
import pytest

from calibration.model import ZeroSource
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.cycle import EventKind
from legcycle_imu.leg import Leg, LegSettings, LegUpdate
from tests.strategies import Session

THIGH, SHANK = Segment.THIGH, Segment.SHANK


def leg_of(session: Session, side: Side = Side.LEFT, *, given: bool = False) -> Leg:
    calibration = session.calibration.leg(side) if given else None
    rate_hz = session.sensors[0].rate_hz
    return Leg(side, dict.fromkeys(Segment, rate_hz), session.geometry, calibration, LegSettings())


def blocks(session: Session, side: Side = Side.LEFT) -> tuple[SampleBlock, SampleBlock]:
    return session.block(Placement(side, THIGH)), session.block(Placement(side, SHANK))


def passed(leg: Leg, thigh: SampleBlock, shank: SampleBlock) -> LegUpdate:
    pushed, rest = leg.push(thigh, shank), leg.flush()
    return LegUpdate(pushed.angles + rest.angles, pushed.findings + rest.findings, pushed.alignment or rest.alignment)


def until(block: SampleBlock, time: float) -> SampleBlock:
    return block[: int(np.searchsorted(block.time, time))]


def test_a_given_calibration_knows_events_as_they_happen(run: Session):
    update = passed(leg_of(run, given=True), *blocks(run))
    delays = {
        kind: np.median([f.event.t_known - f.event.t for f in update.findings if f.event.kind is kind])
        for kind in EventKind
    }
    assert update.alignment is None
    assert max(delays.values()) < 0.045
    assert min(delays.values()) >= 0.0


def test_a_given_calibration_is_used_as_it_is(run: Session):
    leg = leg_of(run, given=True)
    assert leg.calibration is run.calibration.leg(Side.LEFT)
    assert leg.trouble == ""
    assert leg.aligned_at == -np.inf


def test_held_events_are_known_with_the_alignment(run: Session):
    leg = leg_of(run)
    update = passed(leg, *blocks(run))
    at = leg.aligned_at
    held = [f for f in update.findings if f.decided < at]
    assert held
    assert {f.event.t_known for f in held} == {at}
    assert all(f.event.t_known == f.decided for f in update.findings if f.decided >= at and f.event.t > at)


def test_aligned_or_given_it_finds_the_same_strides(run: Session):
    given, found = (
        [f.stride for f in passed(leg_of(run, given=g), *blocks(run)).findings if f.stride] for g in (True, False)
    )
    assert len(given) == len(found) >= 14
    for a, b in zip(given, found, strict=True):
        assert a.initial_contact_s == pytest.approx(b.initial_contact_s, abs=0.006)
        assert a.toe_off_s == pytest.approx(b.toe_off_s, abs=0.012)


def test_standing_and_knee_lifts_give_no_stride(preamble: Session):
    for given in (False, True):
        update = passed(leg_of(preamble, given=given), *blocks(preamble))
        starts = [f.stride.initial_contact_s for f in update.findings if f.stride]
        assert len(starts) >= 10
        assert min(starts) > 17.0
        assert max(starts) < 27.0


def test_after_standing_the_zero_comes_from_standing_and_running(preamble: Session, run: Session):
    for session, source in ((preamble, ZeroSource.STANDING_AND_RUNNING), (run, ZeroSource.RUNNING)):
        leg = leg_of(session)
        passed(leg, *blocks(session))
        assert leg.calibration is not None
        assert leg.calibration.zero_source is source


@pytest.mark.parametrize("until_s", [0.0, 2.0])
def test_what_is_missing_is_said(preamble: Session, until_s: float):
    leg = leg_of(preamble)
    update = passed(leg, *(until(block, until_s) for block in blocks(preamble)))
    assert not update.findings
    assert leg.calibration is None
    assert "left leg" in leg.trouble or "no samples" in leg.trouble


def test_swapped_sensors_are_told(run: Session):
    thigh, shank = blocks(run)
    leg = leg_of(run)
    assert not passed(leg, shank, thigh).findings
    assert "swap" in leg.trouble


def test_standing_and_knee_lifts_alone_align(preamble: Session):
    leg = leg_of(preamble)
    update = passed(leg, *(until(block, 16.5) for block in blocks(preamble)))
    assert update.alignment is not None
    assert update.alignment.calibration.zero_source is ZeroSource.STANDING
    assert not [f for f in update.findings if f.stride]


def test_settled_tells_how_far_the_leg_has_come(run: Session):
    leg = leg_of(run, given=True)
    thigh, shank = blocks(run)
    leg.push(until(thigh, 5.0), until(shank, 4.0))
    assert leg.settled(frozenset()) == pytest.approx(4.0, abs=0.02)
    assert leg.settled(frozenset({SHANK})) == pytest.approx(5.0, abs=0.02)
    assert leg.settled(frozenset(Segment)) == np.inf

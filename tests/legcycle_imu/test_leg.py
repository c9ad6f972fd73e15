from math import radians

import numpy as np
import pytest
from msgspec import structs

from calibration.model import LegCalibration, ZeroSource
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.cycle import EventKind
from legcycle_imu.leg import Leg, LegSettings, LegUpdate
from legcycle_imu.model import SegmentAngles
from legcycle_imu.simulation.sensors import random_rotation
from tests.strategies import Matrix, Session, rows

THIGH, SHANK = Segment.THIGH, Segment.SHANK


def leg_of(session: Session, side: Side = Side.LEFT, *, given: bool = False) -> Leg:
    calibration = session.calibration.leg(side) if given else None
    rate_hz = session.sensors[0].rate_hz
    return Leg(side, dict.fromkeys(Segment, rate_hz), session.geometry, calibration, LegSettings())


def blocks(session: Session, side: Side = Side.LEFT) -> tuple[SampleBlock, SampleBlock]:
    return session.block(Placement(side, THIGH)), session.block(Placement(side, SHANK))


def passed(leg: Leg, thigh: SampleBlock, shank: SampleBlock) -> LegUpdate:
    pushed, rest = leg.push(thigh, shank), leg.flush()
    return LegUpdate(
        pushed.angles + rest.angles,
        pushed.findings + rest.findings,
        pushed.alignment or rest.alignment,
        pushed.slips + rest.slips,
    )


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


# Another calibration in mid-stream


def turned_by(calibration: LegCalibration, rotation: Matrix, bias: tuple[float, float, float]) -> LegCalibration:
    """A calibration whose segment frames are turned, new = rotation . old, and whose biases are another."""
    thigh, shank = (
        structs.replace(seat, rotation=rows(rotation @ seat.matrix()), gyr_bias_rad_s=bias)
        for seat in (calibration.thigh, calibration.shank)
    )
    return structs.replace(calibration, thigh=thigh, shank=shank)


def about_z(angle: float) -> Matrix:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def halves(block: SampleBlock, time: float) -> tuple[SampleBlock, SampleBlock]:
    first = until(block, time)
    return first, block[len(first) :]


def known(session: Session) -> LegCalibration:
    calibration = session.calibration.leg(Side.LEFT)
    assert calibration is not None
    return calibration


def angles_of(updates: list[LegUpdate], segment: Segment) -> SegmentAngles:
    return SegmentAngles.join([a for u in updates for a in u.angles if a.placement.segment is segment])


def test_a_zero_given_in_mid_stream_moves_the_angles_by_itself_and_nothing_else(preamble: Session):
    thigh, shank = blocks(preamble)
    plain, leg = leg_of(preamble, given=True), leg_of(preamble, given=True)
    before = [plain.push(thigh, shank)]
    (thigh_1, thigh_2), (shank_1, shank_2) = halves(thigh, 20.0), halves(shank, 20.0)
    other = turned_by(known(preamble), about_z(radians(5.0)), known(preamble).thigh.gyr_bias_rad_s)
    other = structs.replace(other, shank=known(preamble).shank)
    updates = [leg.push(thigh_1, shank_1), leg.recalibrate(other, 20.01), leg.push(thigh_2, shank_2)]
    assert leg.calibration is other
    for segment, moved in ((THIGH, radians(5.0)), (SHANK, 0.0)):
        same, now = angles_of(before, segment), angles_of(updates, segment)
        late = now.time > 20.0
        np.testing.assert_array_equal(now.angle[~late], same.angle[~late])
        np.testing.assert_allclose((same.angle - now.angle)[late], moved, atol=1e-9)
        np.testing.assert_allclose(now.rate, same.rate, atol=1e-9)


def test_frame_and_bias_may_be_wholly_different(preamble: Session):
    """Sensors that were turned, with the calibration that goes with that, give the same as if they had not been."""
    thigh, shank = blocks(preamble)
    turn = random_rotation(np.random.default_rng(1))
    true = known(preamble)
    wrong = turned_by(true, turn, (0.002, -0.001, 0.003))
    leg, plain = leg_of(preamble), leg_of(preamble, given=True)
    leg.recalibrate(wrong, 0.0)
    (thigh_1, thigh_2), (shank_1, shank_2) = halves(thigh, 21.0), halves(shank, 21.0)
    leg.push(thigh_1, shank_1)
    leg.recalibrate(true, 21.0)
    updates, same = [leg.push(thigh_2, shank_2)], [plain.push(thigh, shank)]
    for segment in Segment:
        now, then = angles_of(updates, segment), angles_of(same, segment)
        np.testing.assert_allclose(now.angle, then.angle[then.time >= 21.0], atol=radians(0.5))


def test_the_stride_of_the_change_is_flagged(run: Session):
    thigh, shank = blocks(run)
    leg = leg_of(run, given=True)
    (thigh_1, thigh_2), (shank_1, shank_2) = halves(thigh, 6.0), halves(shank, 6.0)
    updates = [
        leg.push(thigh_1, shank_1),
        leg.recalibrate(known(run), 6.0),
        leg.push(thigh_2, shank_2),
        leg.flush(),
    ]
    strides = [f.stride for u in updates for f in u.findings if f.stride]
    marked = [s for s in strides if "recalibrated" in s.flags]
    assert len(marked) == 1
    assert marked[0].initial_contact_s < 6.0 < marked[0].next_initial_contact_s


def test_what_waited_for_an_alignment_is_processed_with_the_calibration_given(run: Session):
    thigh, shank = blocks(run)
    leg, given = leg_of(run), leg_of(run, given=True)
    (thigh_1, thigh_2), (shank_1, shank_2) = halves(thigh, 4.0), halves(shank, 4.0)
    assert not leg.push(thigh_1, shank_1).angles
    begun = leg.recalibrate(known(run), 4.02)
    assert begun.alignment is not None
    assert begun.alignment.calibration is known(run)
    assert leg.aligned_at == 4.02
    assert {f.event.t_known for f in begun.findings} == {4.02}
    updates = [begun, leg.push(thigh_2, shank_2)]
    for segment in Segment:
        now, then = angles_of(updates, segment), angles_of([given.push(thigh, shank)], segment)
        np.testing.assert_array_equal(now.time, then.time)
        np.testing.assert_allclose(now.angle, then.angle, atol=1e-9)
        given = leg_of(run, given=True)


def test_before_any_sample_it_is_as_if_it_had_been_given(run: Session):
    leg, given = leg_of(run), leg_of(run, given=True)
    leg.recalibrate(known(run), -np.inf)
    a, b = passed(leg, *blocks(run)), passed(given, *blocks(run))
    assert a.findings == b.findings or repr(a.findings) == repr(b.findings)
    assert leg.aligned_at == -np.inf


def test_the_other_legs_calibration_is_refused(run: Session):
    right = run.calibration.leg(Side.RIGHT)
    assert right is not None
    with pytest.raises(ValueError, match="left"):
        leg_of(run).recalibrate(right, 0.0)

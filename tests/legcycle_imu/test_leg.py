from math import degrees, radians

import numpy as np
import pytest
from msgspec import structs

from benchmarks.slip import turned
from calibration.model import LegCalibration, ZeroSource
from calibration.slip import SlipKind
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.cycle import EventKind
from legcycle_imu.leg import Leg, LegSettings, LegUpdate
from legcycle_imu.model import SegmentAngles, Stride
from legcycle_imu.simulation import draw_sensors, running_script
from legcycle_imu.simulation.sensors import random_rotation
from tests.strategies import Matrix, Session, rows, session_of

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


# Sensors that slip


@pytest.fixture(scope="module")
def long_run() -> Session:
    script = running_script(3.5, 24.0, preamble=False, overground=False)
    return session_of(script, draw_sensors(8, rate_hz=100.0), 8, given=True)


def slipped(
    session: Session, segment: Segment, axis: str, angle_deg: float, lasts_s: float, side: Side = Side.LEFT
) -> tuple[SampleBlock, SampleBlock]:
    """A leg's samples, one sensor slipping at 12 s; the gyroscope feels it where it takes a while."""
    calibration = session.calibration.leg(side)
    assert calibration is not None
    pair = dict(zip(Segment, blocks(session, side), strict=True))
    pair[segment] = turned(pair[segment], calibration[segment], axis, radians(angle_deg), SLIP_S, lasts_s)
    return pair[THIGH], pair[SHANK]


SLIP_S = 12.0
at_once_or_seen = pytest.mark.parametrize("lasts_s", [0.0, 0.2, 0.5])


def strides_of(update: LegUpdate) -> list[Stride]:
    return [f.stride for f in update.findings if f.stride]


def knee_drive(strides: list[Stride]) -> float:
    return float(np.nanmean([s.knee_drive_deg for s in strides]))


@at_once_or_seen
@pytest.mark.parametrize("segment", Segment)
@pytest.mark.parametrize("angle_deg", [-25.0, 25.0])
@pytest.mark.parametrize("side", Side)
def test_a_sensor_that_turns_round_the_leg_is_aligned_anew(
    long_run: Session, side: Side, angle_deg: float, segment: Segment, lasts_s: float
):
    leg = leg_of(long_run, side, given=True)
    update = passed(leg, *slipped(long_run, segment, "y", angle_deg, lasts_s, side))
    strides = strides_of(update)
    (slip,) = update.slips
    assert (slip.kind, slip.segment, slip.side) == (SlipKind.TURNED, segment, side)
    assert degrees(slip.angle_rad) == pytest.approx(angle_deg, abs=5.0)
    assert sum(SLIP_S < s.next_initial_contact_s <= slip.t_known for s in strides) <= 10
    before = [s for s in strides if s.next_initial_contact_s < SLIP_S]
    after = [s for s in strides if s.initial_contact_s > slip.t_known]
    assert len(after) >= 5
    assert knee_drive(after) == pytest.approx(knee_drive(before), abs=2.0)
    assert not any("turned" in s.flags for s in [*before, *after])
    assert any("turned" in s.flags for s in strides)


def test_the_calibration_that_holds_is_that_of_the_turned_sensor(long_run: Session):
    given = known(long_run)
    leg = leg_of(long_run, given=True)
    passed(leg, *slipped(long_run, THIGH, "y", 25.0, 0.3))
    assert leg.calibration is not None
    assert leg.calibration.shank == given.shank
    turn = leg.calibration.thigh.matrix() @ given.thigh.matrix().T
    assert degrees(np.arccos((np.trace(turn) - 1.0) / 2.0)) == pytest.approx(25.0, abs=5.0)
    np.testing.assert_allclose(turn[1], [0.0, 1.0, 0.0], atol=1e-9)


@pytest.mark.parametrize("lasts_s", [0.0, 0.3])
@pytest.mark.parametrize("segment", Segment)
@pytest.mark.parametrize(("axis", "angle_deg"), [("z", 15.0), ("z", -15.0), ("x", 15.0), ("x", -15.0)])
def test_a_sensor_that_tilts_is_told_and_its_strides_are_flagged(
    long_run: Session, axis: str, angle_deg: float, segment: Segment, lasts_s: float
):
    leg = leg_of(long_run, given=True)
    update = passed(leg, *slipped(long_run, segment, axis, angle_deg, lasts_s))
    strides = strides_of(update)
    (slip,) = update.slips
    assert (slip.kind, slip.segment) == (SlipKind.TILTED, segment)
    assert f"re-strap the left {segment} sensor" in slip.sentence
    assert sum(SLIP_S < s.next_initial_contact_s <= slip.t_known for s in strides) <= 10
    assert all("tilted" in s.flags for s in strides if s.initial_contact_s > slip.t_known)
    assert not any("tilted" in s.flags for s in strides if s.next_initial_contact_s < SLIP_S)
    assert leg.calibration == known(long_run)


def test_a_tilt_is_flagged_until_the_leg_is_calibrated_anew(long_run: Session):
    thigh, shank = slipped(long_run, SHANK, "z", 15.0, 0.3)
    (thigh_1, thigh_2), (shank_1, shank_2) = halves(thigh, 19.0), halves(shank, 19.0)
    leg = leg_of(long_run, given=True)
    leg.push(thigh_1, shank_1)
    anew = structs.replace(
        known(long_run),
        shank=turned_by(known(long_run), about_z(radians(-15.0)), known(long_run).shank.gyr_bias_rad_s).shank,
    )
    leg.recalibrate(anew, 19.0)
    update = passed(leg, thigh_2, shank_2)
    strides = strides_of(update)
    assert not update.slips
    assert "tilted" in strides[0].flags
    assert not any("tilted" in s.flags for s in strides if s.initial_contact_s > 19.0)


def test_nothing_slips_where_nothing_does(long_run: Session, preamble: Session):
    for session, given in ((long_run, True), (long_run, False), (preamble, False)):
        for side in Side:
            update = passed(leg_of(session, side, given=given), *blocks(session, side))
            assert not update.slips
            assert not any(s.flags & {"turned", "tilted"} for s in strides_of(update))

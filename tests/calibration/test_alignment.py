from math import degrees, radians

import numpy as np
import pytest

from calibration.alignment import Alignment, LegAligner
from calibration.evidence import AlignmentSettings
from calibration.model import SegmentCalibration, ZeroSource
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.simulation import draw_sensors, running_script
from tests.strategies import PREAMBLE, Session, session_of

LEFT = Side.LEFT


def blocks(session: Session, side: Side = LEFT) -> tuple[SampleBlock, SampleBlock]:
    return session.block(Placement(side, Segment.THIGH)), session.block(Placement(side, Segment.SHANK))


def aligner(settings: AlignmentSettings | None = None) -> LegAligner:
    return LegAligner(LEFT, 100.0, 100.0, settings)


def aligned(session: Session, side: Side = LEFT) -> Alignment:
    stage = LegAligner(side, *(session.sensors[0].rate_hz for _ in Segment))
    found = stage.push(*blocks(session, side)) or stage.flush()
    assert found is not None, stage.trouble
    return found


def angle_deg(a: np.ndarray, b: np.ndarray) -> float:
    return degrees(np.arccos(np.clip((a * b).sum(), -1.0, 1.0)))


def zero_error_deg(found: SegmentCalibration, true: SegmentCalibration) -> float:
    """Angle in the sagittal plane between the long axes."""
    x, y, _ = found.matrix()
    bone = true.matrix()[1]
    return degrees(np.arctan2((bone * x).sum(), (bone * y).sum()))


SEEDS = range(6)


@pytest.mark.parametrize("only_running", [False, True], ids=["preamble", "running"])
def test_simulated_mountings_are_recovered(only_running: bool):
    axis_deg, zeros = [], []
    for seed in SEEDS:
        script = running_script(3.0, 10.0, preamble=False) if only_running else PREAMBLE
        session = session_of(script, draw_sensors(seed, rate_hz=100.0), seed)
        for side in Side:
            found, true = aligned(session, side).calibration, session.calibration.leg(side)
            assert true is not None
            for segment in Segment:
                mine, bone = found[segment], true[segment]
                axis_deg.append(angle_deg(mine.matrix()[2], bone.matrix()[2]))
                zeros.append(abs(zero_error_deg(mine, bone)) / degrees(mine.zero_sd_rad))
                assert np.linalg.det(mine.matrix()) == pytest.approx(1.0)
    assert np.median(axis_deg) < 5.0  # the bone leans by 2.5 to 3 deg more or less than the mean one's
    assert max(axis_deg) < 14.0, "forward and back must never be taken for each other"
    assert np.mean(np.array(zeros) < 3.0) >= 0.9


def test_standing_shows_the_bias_and_running_alone_most_of_it():
    session = session_of(PREAMBLE, draw_sensors(1, rate_hz=100.0), 1)
    found, true = aligned(session).calibration, session.calibration.leg(LEFT)
    assert true is not None
    for segment in Segment:
        error = np.subtract(found[segment].gyr_bias_rad_s, true[segment].gyr_bias_rad_s)
        assert np.abs(error).max() < radians(0.2)
        assert found[segment].gyr_bias_sd_rad_s < radians(0.2)


def test_standing_and_running_are_surer_than_running(preamble: Session, run: Session):
    both, alone = aligned(preamble).calibration, aligned(run).calibration
    assert (both.zero_source, alone.zero_source) == (ZeroSource.STANDING_AND_RUNNING, ZeroSource.RUNNING)
    for segment in Segment:
        assert both[segment].zero_sd_rad < alone[segment].zero_sd_rad


def test_it_waits_until_it_has_seen_enough(run: Session):
    stage = aligner()
    thigh, shank = blocks(run)
    k = int(np.searchsorted(thigh.time, 3.0))
    assert stage.push(thigh[:k], shank[:k]) is None
    assert "cannot be aligned" in stage.trouble
    found = stage.push(thigh[k:], shank[k:])
    assert found is not None
    assert 3.0 < found.at < 9.0
    assert found.calibration.strides >= stage.settings.strides


def test_nothing_is_said_of_no_samples():
    stage = aligner()
    assert "no samples" in stage.trouble
    assert stage.push(SampleBlock.empty(), SampleBlock.empty()) is None
    assert stage.flush() is None
    assert "no samples" in stage.trouble


def test_what_was_held_is_given_out_whole(run: Session):
    thigh, shank = blocks(run)
    found = aligned(run)
    assert found.lost_s == 0.0
    for given, all_of_it in ((found.thigh, thigh), (found.shank, shank)):
        np.testing.assert_array_equal(given.time, all_of_it.time)
        np.testing.assert_array_equal(given.gyr, all_of_it.gyr)


def test_what_is_too_old_is_lost_and_counted(preamble: Session):
    thigh, shank = blocks(preamble)
    stage = aligner(AlignmentSettings(hold_s=10.0))
    found = stage.push(thigh, shank)
    assert found is not None
    assert found.lost_s == pytest.approx(found.at - 10.0, abs=1.1)
    assert found.thigh.time[0] == pytest.approx(found.lost_s + thigh.time[0], abs=0.1)


def test_swapped_sensors_are_said(run: Session):
    stage = aligner()
    thigh, shank = blocks(run)
    assert stage.push(shank, thigh) is None
    assert stage.flush() is None
    assert "swapped" in stage.trouble


def test_standing_alone_does_not_align(preamble: Session):
    stage = aligner()
    thigh, shank = blocks(preamble)
    assert stage.push(thigh[:290], shank[:290]) is None
    assert stage.flush() is None
    assert stage.trouble.startswith("the left leg cannot be aligned")
    assert "standing still" in stage.trouble and "knee lifts" in stage.trouble


def test_standing_and_knee_lifts_are_enough_at_the_end(preamble: Session):
    stage = aligner()
    thigh, shank = (block[:1650] for block in blocks(preamble))
    assert stage.push(thigh, shank) is None  # running may come yet, and nothing is lost by waiting
    found = stage.flush()
    assert found is not None
    true = preamble.calibration.leg(LEFT)
    assert true is not None
    assert found.calibration.zero_source is ZeroSource.STANDING
    for segment in Segment:
        assert angle_deg(found.calibration[segment].matrix()[2], true[segment].matrix()[2]) < 9.0


def test_a_loose_strap_is_said(run: Session):
    thigh, shank = blocks(run)
    rng = np.random.default_rng(0)
    sway = np.cumsum(rng.normal(0.0, 0.35, len(shank)))  # rad: the sensor turns about the bone at random
    true = run.calibration.leg(LEFT)
    assert true is not None
    mounting = true.shank.matrix()
    c, s = np.cos(sway), np.sin(sway)

    def shaken(vectors: np.ndarray) -> np.ndarray:
        x, y, z = mounting @ vectors.T
        return np.column_stack([c * x + s * z, y, -s * x + c * z]) @ mounting

    loose = SampleBlock(shank.time, shaken(shank.gyr), shaken(shank.acc), shank.quality)
    stage = aligner()
    found = stage.push(thigh, loose) or stage.flush()
    assert found is None or found.calibration.advice

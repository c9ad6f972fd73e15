from math import degrees

import numpy as np
import pytest

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.cycle import EventKind
from legcycle_imu.model import SegmentAngles, Update
from legcycle_imu.report.curves import KEPT, LATE_S, POINTS, StrideCurves
from tests.legcycle_imu.report.made import STRIDE_S, a_stride
from tests.strategies import Session, every

RATE_HZ = 100.0


def block(placement: Placement, start_s: float, end_s: float) -> SegmentAngles:
    time = np.arange(start_s, end_s, 1.0 / RATE_HZ)
    wave = 2.0 * np.pi / STRIDE_S
    size = 0.5 if placement.segment is Segment.THIGH else 0.9
    return SegmentAngles(
        placement, time, size * np.sin(wave * time), size * wave * np.cos(wave * time), np.zeros(len(time), np.uint8)
    )


def both_segments(start_s: float, end_s: float) -> list[SegmentAngles]:
    return [block(Placement(Side.LEFT, segment), start_s, end_s) for segment in Segment]


def test_postures_are_the_angles_at_which_the_metrics_were_read(run: Session) -> None:
    curves = StrideCurves()
    pipeline = run.pipeline()
    strides = []
    chunks = run.chunks(20)
    for part in every(len(chunks), 4):
        update = pipeline.push(chunks[part])
        curves.push(update)
        strides += update.strides
    update = pipeline.flush()
    curves.push(update)
    strides += update.strides
    result = curves.result()
    compared = 0
    for stride in strides:
        postures = result[stride.side].postures.get(stride.stride)
        if postures is None:
            continue
        compared += 1
        assert degrees(postures[EventKind.PEAK_KNEE_DRIVE].thigh) == pytest.approx(stride.knee_drive_deg, abs=0.1)
        assert -degrees(postures[EventKind.TOE_OFF].thigh) == pytest.approx(stride.hip_extension_deg, abs=0.1)
        at_contact = degrees(postures[EventKind.INITIAL_CONTACT].shank)
        assert at_contact == pytest.approx(stride.shank_at_contact_deg, abs=0.1)
    assert compared > 10


def test_the_mean_curve_is_that_of_all_strides() -> None:
    curves = StrideCurves()
    strides = [a_stride(Side.LEFT, k, 0.5 + k * STRIDE_S) for k in range(10)]
    curves.push(Update(angles=both_segments(0.0, 10.0), strides=strides))
    leg = curves.result()[Side.LEFT]
    even = 0.5 + np.linspace(0.0, STRIDE_S, POINTS)
    assert leg.strides == 10
    np.testing.assert_allclose(leg.mean[0], 0.5 * np.sin(2.0 * np.pi / STRIDE_S * even), atol=1e-4)
    np.testing.assert_allclose(leg.sd, 0.0, atol=1e-4)
    assert Side.RIGHT not in curves.result()


def test_any_cutting_gives_the_same() -> None:
    strides = [a_stride(Side.LEFT, k, 0.5 + k * STRIDE_S) for k in range(10)]
    whole, cut = StrideCurves(), StrideCurves()
    whole.push(Update(angles=both_segments(0.0, 10.0), strides=strides))
    waiting = list(strides)
    for second in range(10):
        due = [s for s in waiting if s.next_initial_contact_s < second]
        waiting = waiting[len(due) :]
        cut.push(Update(angles=both_segments(second, second + 1.0), strides=due))
    cut.push(Update(strides=waiting))
    np.testing.assert_allclose(cut.result()[Side.LEFT].mean, whole.result()[Side.LEFT].mean, atol=1e-9)
    assert cut.result()[Side.LEFT].postures.keys() == whole.result()[Side.LEFT].postures.keys()


@pytest.mark.parametrize("flag", ["walk", "gap", "drill", "inferred"])
def test_doubtful_strides_and_strides_with_a_hole_are_left_out(flag: str) -> None:
    curves = StrideCurves()
    flagged = a_stride(Side.LEFT, 0, 0.5, flag)
    in_the_hole = a_stride(Side.LEFT, 1, 4.8)
    curves.push(Update(angles=both_segments(0.0, 5.0), strides=[flagged]))
    curves.push(Update(angles=both_segments(5.3, 8.0), strides=[in_the_hole]))
    assert curves.result() == {}


def test_hours_need_no_more_memory_than_minutes() -> None:
    curves = StrideCurves()
    for second in range(0, 1000, 2):
        strides = [a_stride(Side.LEFT, second // 2, float(second) - 1.9)] if second else []
        curves.push(Update(angles=both_segments(second, second + 2.0), strides=strides))
    held = sum(len(b) for blocks in curves._blocks.values() for b in blocks)
    assert held <= 2 * RATE_HZ * (LATE_S + 4.0)
    leg = curves.result()[Side.LEFT]
    assert leg.strides == 499
    assert KEPT / 2 <= len(leg.some) <= KEPT

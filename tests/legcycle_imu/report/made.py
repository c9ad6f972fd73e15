"""Sessions made up for tests of the report: strides with the figures that a test asks for, no recording behind them."""

from collections.abc import Iterable, Sequence
from math import nan
from typing import Any

import numpy as np

from calibration.model import LegCalibration, SegmentCalibration, ZeroSource
from firmware_bridge.recording_format import RecordingMeta
from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.source import SensorFacts
from firmware_bridge.stream import StreamStatistics
from legcycle_imu.cycle import EventKind
from legcycle_imu.model import STRIDE_COLUMNS, Stride
from legcycle_imu.report.curves import POINTS, CurveStatistics, Posture
from legcycle_imu.report.session import Heard, Mark, Session
from legcycle_imu.runner import Runner
from legcycle_imu.summary import summarise
from legcycle_imu.targets import Targets

STRIDE_S = 0.7
SEATED = SegmentCalibration(((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)), zero_sd_rad=0.03)
FIGURES = {
    "stride_time_s": STRIDE_S,
    "contact_time_s": 0.22,
    "flight_time_s": 0.13,
    "cadence_spm": 120.0 / STRIDE_S,
    "push_s": 0.22,
    "lift_s": 0.18,
    "drive_s": 0.12,
    "place_s": 0.18,
    "hip_extension_deg": 20.0,
    "peak_hip_extension_deg": 26.0,
    "heel_lift_cm": 3.0,
    "heel_lift_pct": 7.0,
    "knee_drive_deg": 52.0,
    "placement_cm": 20.0,
    "shank_at_contact_deg": 8.0,
    "peak_knee_flexion_deg": 105.0,
    "coverage_pct": 100.0,
}


def a_stride(side: Side, number: int, start_s: float, *flags: str, **figures: float) -> Stride:
    instants = start_s + np.cumsum([0.0, 0.22, 0.18, 0.12, 0.18])
    nothing: dict[str, Any] = dict.fromkeys(STRIDE_COLUMNS, nan)
    times = dict(zip(STRIDE_COLUMNS[2:7], instants.tolist(), strict=True))
    return Stride(**(nothing | times | FIGURES | figures | {"side": side, "stride": number, "flags": frozenset(flags)}))


def strides(count: int, *, sides: Iterable[Side] = Side, start_s: float = 0.0, **figures: Any) -> list[Stride]:
    """So many strides of each leg; a figure may be a function of the stride's number and side."""
    found = []
    for side in sides:
        begin = start_s + (0.5 * STRIDE_S if side is Side.RIGHT else 0.0)
        for k in range(count):
            values = {name: value(k, side) if callable(value) else value for name, value in figures.items()}
            found.append(a_stride(side, k, begin + k * STRIDE_S, **values))
    return sorted(found, key=lambda s: s.next_initial_contact_s)


def a_session(
    made: Sequence[Stride],
    *,
    targets: Targets | None = None,
    runner: Runner | None = None,
    sides: Sequence[Side] = tuple(Side),
    marks: Sequence[Mark] = (),
    **more: Any,
) -> Session:
    targets, runner = targets or Targets(), runner or Runner("anna", 1.75)
    worn = [Placement(side, segment) for side in sides for segment in Segment]
    facts = [SensorFacts(placement, "imported", 200.0, 156.9, 34.9, name=f"SN-{placement}") for placement in worn]
    end_s = max((s.next_initial_contact_s for s in made), default=10.0)
    return Session(
        **(
            {
                "name": "run.legcycle",
                "meta": RecordingMeta(tuple(facts), started="2026-05-03T10:20:30+00:00", software="a recorder"),
                "duration_s": end_s,
                "runner": runner,
                "targets": targets,
                "strides": tuple(made),
                "summary": summarise(made, targets, runner.geometry),
                "notices": ("Something is to be said.",),
                "calibrations": {side: LegCalibration(side, SEATED, SEATED, ZeroSource.STANDING) for side in sides},
                "curves": {side: curves(made, side) for side in sides if any(s.side is side for s in made)},
                "sensors": tuple(facts),
                "statistics": tuple(StreamStatistics(received=1000, missing=10) for _ in worn),
                "heard": tuple(Heard(0.0, end_s) for _ in worn),
                "marks": tuple(marks),
                "software": "legcycle-imu 0.0",
            }
            | more
        )
    )


def curves(made: Sequence[Stride], side: Side) -> CurveStatistics:
    """Curves and postures that look like a leg's; of each stride the knee drive is the stride's own."""
    phase = np.linspace(0.0, 2.0 * np.pi, POINTS)
    mean = np.stack([0.15 + 0.6 * np.sin(phase), -0.8 + 0.9 * np.cos(phase)])
    postures = {
        s.stride: {
            EventKind.INITIAL_CONTACT: Posture(0.35, 0.12),
            EventKind.TOE_OFF: Posture(-0.35, -0.6),
            EventKind.PEAK_HEEL_LIFT: Posture(0.2, -1.5),
            EventKind.PEAK_KNEE_DRIVE: Posture(float(np.radians(np.nan_to_num(s.knee_drive_deg, nan=40.0))), -0.9),
        }
        for s in made
        if s.side is side
    }
    return CurveStatistics(len(postures), mean, np.full((2, POINTS), 0.02), (mean + 0.01, mean - 0.01), postures)

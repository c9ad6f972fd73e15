"""Made strides, events and angles, as tests of the view need them."""

from itertools import pairwise
from math import radians

import numpy as np

from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.source import SensorFacts
from legcycle_imu.cycle import CYCLE
from legcycle_imu.model import GaitEvent, PhaseSpan, SegmentAngles, Stride, Update
from legcycle_imu.runner import Runner
from legcycle_imu.targets import Judge, Targets, Verdict

GEOMETRY = Runner(height_m=1.75).geometry
PHASE_S = 0.15
STRIDE_S = 4 * PHASE_S
RATE_HZ = 100.0

STRIDE = Stride(
    Side.LEFT,
    0,
    *(10.0 + PHASE_S * k for k in range(5)),
    stride_time_s=STRIDE_S,
    contact_time_s=PHASE_S,
    flight_time_s=0.12,
    cadence_spm=200.0,
    push_s=PHASE_S,
    lift_s=PHASE_S,
    drive_s=PHASE_S,
    place_s=PHASE_S,
    hip_extension_deg=24.0,
    peak_hip_extension_deg=25.0,
    heel_lift_cm=3.2,
    heel_lift_pct=8.0,
    knee_drive_deg=46.0,
    placement_cm=20.0,
    shank_at_contact_deg=8.0,
    peak_knee_flexion_deg=110.0,
    initial_contact_known_s=10.02,
    toe_off_known_s=10.2,
    peak_heel_lift_known_s=10.3,
    peak_knee_drive_known_s=10.5,
    coverage_pct=100.0,
)


def sensors(*sides: Side) -> list[SensorFacts]:
    return [
        SensorFacts(Placement(side, segment), "leglink", RATE_HZ, 160.0, 35.0, name=f"S{side[0]}{segment[0]}")
        for side in sides or tuple(Side)
        for segment in Segment
    ]


def stride(number: int = 0, side: Side = Side.LEFT, **changed: object) -> Stride:
    start = 10.0 + STRIDE_S * number
    times = dict(
        zip(
            ("initial_contact_s", "toe_off_s", "peak_heel_lift_s", "peak_knee_drive_s", "next_initial_contact_s"),
            (start + PHASE_S * k for k in range(5)),
            strict=True,
        )
    )
    return STRIDE._replace(side=side, stride=number, **(times | changed))


def judged(one: Stride, targets: Targets | None = None) -> tuple[Verdict, ...]:
    return Judge(targets, GEOMETRY).push(one)


def angles(start: float, end: float, side: Side = Side.LEFT, thigh_deg: float = 20.0) -> list[SegmentAngles]:
    """Steady angles of both segments; the shank hangs 60 degrees behind the thigh."""
    time = np.arange(round(start * RATE_HZ), round(end * RATE_HZ)) / RATE_HZ
    of = {Segment.THIGH: thigh_deg, Segment.SHANK: thigh_deg - 60.0}
    return [
        SegmentAngles(
            Placement(side, segment),
            time,
            np.full(len(time), radians(of[segment])),
            np.zeros(len(time)),
            np.zeros(len(time), np.uint8),
        )
        for segment in Segment
    ]


def events(end: float, side: Side = Side.LEFT, start: float = 10.0) -> list[GaitEvent]:
    times = np.arange(start, end - 1e-9, PHASE_S).tolist()
    return [GaitEvent(t + 0.02, t, side, CYCLE[k % len(CYCLE)].begins) for k, t in enumerate(times)]


def spans(end: float, side: Side = Side.LEFT, start: float = 10.0) -> list[PhaseSpan]:
    found = events(end, side, start)
    return [
        PhaseSpan(side, CYCLE[k % len(CYCLE)].phase, a.t, b.t, b.t_known) for k, (a, b) in enumerate(pairwise(found))
    ]


def running(end: float, *sides: Side, strides: list[Stride] | None = None) -> Update:
    """Steady angles from 9 s on, and events from 10 s on."""
    return Update(
        [block for side in sides for block in angles(9.0, end, side)],
        [event for side in sides for event in events(end, side)],
        [span for side in sides for span in spans(end, side)],
        strides or [],
    )

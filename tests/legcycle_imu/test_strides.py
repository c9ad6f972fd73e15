from math import degrees, isnan, nan, pi, radians

import numpy as np
import pytest

from firmware_bridge.samples import Floats, Placement, Quality, Segment, Side
from legcycle_imu.cycle import EventKind
from legcycle_imu.model import GaitEvent, SegmentAngles, Stride
from legcycle_imu.phases import WALK
from legcycle_imu.runner import LegGeometry, Runner
from legcycle_imu.strides import StrideBuilder

RATE_HZ = 200.0
TIMES = {
    EventKind.INITIAL_CONTACT: 1.0,
    EventKind.TOE_OFF: 1.25,
    EventKind.PEAK_HEEL_LIFT: 1.4,
    EventKind.PEAK_KNEE_DRIVE: 1.6,
}
END = 1.7
GEOMETRY = Runner(height_m=1.8).geometry


def thigh_rad(time: Floats) -> Floats:
    return radians(10.0) + radians(30.0) * np.sin(2 * pi * time)


def shank_rad(time: Floats) -> Floats:
    return radians(-45.0) + radians(60.0) * np.cos(2 * pi * time)


def event(kind: EventKind, t: float, *flags: str) -> GaitEvent:
    return GaitEvent(t + 0.02, t, Side.LEFT, kind, frozenset(flags))


def angles(segment: Segment, angle: Floats | None = None, quality: Floats | None = None) -> SegmentAngles:
    time = np.arange(0.5, 3.0, 1.0 / RATE_HZ)
    placement = Placement(Side.LEFT, segment)
    if angle is None:
        angle = thigh_rad(time) if segment is Segment.THIGH else shank_rad(time)
    flags = np.zeros(len(time), np.uint8) if quality is None else quality
    return SegmentAngles(placement, time, angle, np.zeros(len(time)), flags)


def stride_of(
    thigh: SegmentAngles | None = None,
    shank: SegmentAngles | None = None,
    times: dict[EventKind, float] = TIMES,
    end: float = END,
    geometry: LegGeometry = GEOMETRY,
    flags: tuple[str, ...] = (),
) -> Stride | None:
    builder = StrideBuilder(Side.LEFT, geometry, RATE_HZ, RATE_HZ)
    builder.push_angles(thigh or angles(Segment.THIGH))
    builder.push_angles(shank or angles(Segment.SHANK))
    for kind, t in times.items():
        assert builder.push(event(kind, t, *flags)) is None
    return builder.push(event(EventKind.INITIAL_CONTACT, end, *flags))


@pytest.fixture
def stride() -> Stride:
    found = stride_of()
    assert found is not None
    return found


def test_times_are_those_of_the_events(stride: Stride):
    assert (stride.side, stride.stride) == (Side.LEFT, 0)
    for kind, t in TIMES.items():
        assert getattr(stride, f"{kind}_s") == t
        assert getattr(stride, f"{kind}_known_s") == t + 0.02
    assert stride.next_initial_contact_s == END


def test_durations_add_up(stride: Stride):
    assert stride.stride_time_s == pytest.approx(0.7)
    assert stride.contact_time_s == stride.push_s == pytest.approx(0.25)
    assert stride.push_s + stride.lift_s + stride.drive_s + stride.place_s == pytest.approx(stride.stride_time_s)
    assert stride.cadence_spm == pytest.approx(120.0 / 0.7)
    assert isnan(stride.flight_time_s)


def test_angles_are_read_at_the_ends_of_the_phases(stride: Stride):
    assert stride.hip_extension_deg == pytest.approx(-degrees(float(thigh_rad(np.float64(1.25)))), abs=0.02)
    assert stride.knee_drive_deg == pytest.approx(degrees(float(thigh_rad(np.float64(1.6)))), abs=0.02)
    assert stride.shank_at_contact_deg == pytest.approx(degrees(float(shank_rad(np.float64(1.0)))), abs=0.02)
    time = np.arange(1.0, 1.7, 1e-4)
    assert stride.peak_hip_extension_deg == pytest.approx(-degrees(thigh_rad(time).min()), abs=0.31)
    assert stride.peak_knee_flexion_deg == pytest.approx(degrees((thigh_rad(time) - shank_rad(time)).max()), abs=0.1)


def test_lengths_make_centimetres(stride: Stride):
    shank = float(shank_rad(np.float64(1.4)))
    thigh, at_contact = float(thigh_rad(np.float64(1.0))), float(shank_rad(np.float64(1.0)))
    height = 1.8
    lift_m = -(0.236 * height + 0.032 * height) * np.cos(shank) - 0.051 * height * np.sin(shank)
    placement_m = 0.228 * height * np.sin(thigh) + 0.236 * height * np.sin(at_contact)
    assert stride.heel_lift_cm == pytest.approx(100 * lift_m, abs=0.05)
    assert stride.heel_lift_pct == pytest.approx(100 * lift_m / (0.236 * height), abs=0.1)
    assert stride.placement_cm == pytest.approx(100 * placement_m, abs=0.05)


def test_without_lengths_centimetres_are_blank_and_the_share_is_not():
    stride = stride_of(geometry=LegGeometry())
    assert stride is not None
    assert isnan(stride.heel_lift_cm) and isnan(stride.placement_cm)
    assert not isnan(stride.heel_lift_pct)


def test_a_clean_stride_has_no_flags(stride: Stride):
    assert stride.flags == frozenset()
    assert stride.coverage_pct == pytest.approx(100.0, abs=1.0)


def test_strides_are_counted():
    builder = StrideBuilder(Side.LEFT, GEOMETRY, RATE_HZ, RATE_HZ)
    found = [builder.push(event(EventKind.INITIAL_CONTACT, t)) for t in (1.0, 1.7, 2.4)]
    assert [s.stride for s in found if s] == [0, 1]


@pytest.mark.parametrize("end", [1.2, 2.7])
def test_contacts_too_near_or_too_far_make_no_stride(end: float):
    assert stride_of(end=end) is None


@pytest.mark.parametrize("missing", [kind for kind in EventKind if kind is not EventKind.INITIAL_CONTACT])
def test_a_missing_event_is_blank_and_flagged(missing: EventKind):
    stride = stride_of(times={kind: t for kind, t in TIMES.items() if kind is not missing})
    assert stride is not None
    assert "out_of_order" in stride.flags
    assert isnan(getattr(stride, f"{missing}_s"))


def test_flags_of_the_events_are_the_strides():
    stride = stride_of(flags=(WALK,))
    assert stride is not None
    assert stride.flags == {WALK}


def test_a_knee_that_hardly_bends_is_a_low_lift():
    straight = angles(Segment.SHANK, thigh_rad(np.arange(0.5, 3.0, 1.0 / RATE_HZ)) - radians(20.0))
    stride = stride_of(shank=straight)
    assert stride is not None
    assert stride.flags == {"low_lift"}
    assert stride.peak_knee_flexion_deg == pytest.approx(20.0, abs=0.1)


@pytest.mark.parametrize(("flag", "words"), [(Quality.GYR_SATURATED, {"saturated"}), (Quality.FILLED, set())])
@pytest.mark.parametrize("segment", Segment)
def test_saturated_samples_are_flagged_and_filled_ones_did_not_arrive(segment: Segment, flag: Quality, words: set[str]):
    quality = np.zeros(len(angles(segment)), np.uint8)
    quality[140:146] = flag  # 1.2 to 1.23 s
    stride = stride_of(**{segment.value: angles(segment, quality=quality)})
    assert stride is not None
    assert stride.flags == words
    assert (stride.coverage_pct < 97.0) == (flag is Quality.FILLED)


def test_bad_samples_outside_the_stride_do_not_matter():
    quality = np.full(len(angles(Segment.SHANK)), Quality.FILLED | Quality.GYR_SATURATED, np.uint8)
    quality[90:245] = 0
    stride = stride_of(shank=angles(Segment.SHANK, quality=quality))
    assert stride is not None
    assert stride.flags == frozenset()


def test_a_gap_leaves_blank_what_was_to_be_read_in_it():
    whole = angles(Segment.THIGH)
    kept = (whole.time < 1.55) | (whole.time > 1.65)
    holed = SegmentAngles(whole.placement, *(x[kept] for x in (whole.time, whole.angle, whole.rate, whole.quality)))
    stride = stride_of(thigh=holed)
    assert stride is not None
    assert "gap" in stride.flags
    assert isnan(stride.knee_drive_deg)
    assert not isnan(stride.hip_extension_deg)
    assert stride.coverage_pct == pytest.approx(100 * 0.6 / 0.7, abs=1.5)


@pytest.mark.parametrize(("end", "found"), [(2.35, 2), (2.9, 1)])
def test_a_contact_that_a_gap_may_hide_makes_two_strides_none(end: float, found: int):
    builder = StrideBuilder(Side.LEFT, GEOMETRY, RATE_HZ, RATE_HZ)
    for segment in Segment:
        whole = angles(segment)
        kept = (whole.time < 1.8) | (whole.time > 2.2)
        parts = (part[kept] for part in (whole.time, whole.angle, whole.rate, whole.quality))
        builder.push_angles(SegmentAngles(whole.placement, *parts))

    strides = [builder.push(event(EventKind.INITIAL_CONTACT, t)) for t in (1.0, 1.7, end)]

    assert len([stride for stride in strides if stride]) == found


def test_angles_that_are_not_known_are_blank():
    stride = stride_of(thigh=angles(Segment.THIGH, np.full(500, nan)))
    assert stride is not None
    assert isnan(stride.knee_drive_deg) and isnan(stride.peak_hip_extension_deg) and isnan(stride.peak_knee_flexion_deg)
    assert not isnan(stride.heel_lift_pct)


def test_a_stride_under_way_can_be_dropped():
    builder = StrideBuilder(Side.LEFT, GEOMETRY, RATE_HZ, RATE_HZ)
    builder.push(event(EventKind.INITIAL_CONTACT, 1.0))
    builder.forget()
    assert builder.push(event(EventKind.INITIAL_CONTACT, 1.7)) is None


def test_strides_that_a_mark_touches_carry_its_word():
    builder = StrideBuilder(Side.LEFT, GEOMETRY, RATE_HZ, RATE_HZ)
    for segment in Segment:
        builder.push_angles(angles(segment))
    builder.mark("tilted", 1.2, 1.5)
    builder.mark("turned", 1.5, 1.5)
    strides = [builder.push(event(EventKind.INITIAL_CONTACT, t)) for t in (0.6, 1.0, 1.4, 1.8, 2.2)]
    words = [s.flags & {"tilted", "turned"} for s in strides if s]
    assert words == [set(), {"tilted"}, {"tilted", "turned"}, set()]

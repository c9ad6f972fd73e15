"""What the detectors find, and by which settings."""

from dataclasses import dataclass, field
from math import radians
from typing import NamedTuple

from legcycle_imu.cycle import EventKind
from legcycle_imu.lowpass import LowpassDesign


class Detection(NamedTuple):
    """What a detector found.

    Attributes
    ----------
    t_known : stream time of the sample that decided, s
    t : when it happened, s
    kind : the event; None where the thread was lost and what follows stands for itself
    walking : whether the leg was walking when it happened
    gap : whether the thread was lost by a gap in the samples
    inferred : whether the cue that is meant for it was missing, and another one stands in
    """

    t_known: float
    t: float
    kind: EventKind | None
    walking: bool = False
    gap: bool = False
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class EventSettings:
    """Settings of the detectors.

    Parameters
    ----------
    rate_lowpass : filter of the angular rates: running holds nothing above 25 Hz there; delay removed
    axial_lowpass : filter of the acceleration along the shank: lets the landing's rise through and
        little of an impact's spike (15-40 Hz)
    swing_share, swing_rad_s : a swing is where the rate exceeds this share of its median peak of late,
        the second value before any is known (knee lifts on the spot stay below)
    least_swing_rad_s : and never less than this
    contact_window_s : the landing's rise is looked for from this long before the rate's zero to this long after
    contact_share : share of the usual rise at which contact is called
    contact_delay_s : by how much that instant follows 50 N of force: one constant for everyone
        (mean of 13 runners at three speeds, with and without an impact; benchmarks/fit_constants.py)
    usual_rise_m_s2 : the rise before any is known
    gyr_contact_s : contact after the rate's zero, where no rise is found (26 ms: 13 + 74 runners)
    toe_off_rad : the rate's threshold at toe-off times the stride's duration (-100 deg/s x s)
    toe_off_fall_rad_s : the rate must have fallen at least so far from its stance maximum
    toe_off_delay_s : by how much the threshold follows toe-off in running
    sprint_stride_s, run_stride_s : the delay shrinks to nothing from the second duration to the first
    shortest_contact : share of the stride's duration before which no toe-off is looked for: soft tissue shakes
    usual_stride_s : duration of a stride before any is known
    shortest_stride_s, longest_stride_s : what lies outside is not taken for a stride's duration
    longest_contact_s, longest_swing_s, longest_turn_s : a step that takes longer is lost
    turn_rad_s : the rate must have come this far beyond zero for a peak to count
    drive_rad_s : and the thigh must have swung forward with at least this
    walk_stride_s : longer strides may be walking
    walk_push_m_s2 : they are where the acceleration along the shank in late stance stays below this: 11 to 17
        walking at 1.0 to 2.1 m/s (simulated), 20 to 31 in 13 runners at 2.5 m/s
    walk_toe_off_s : in walking, heel lift follows toe-off by this (66-104 ms)
    memory : strides over whose median "usual" is taken
    """

    rate_lowpass: LowpassDesign = field(default_factory=lambda: LowpassDesign(25.0, 2))
    axial_lowpass: LowpassDesign = field(default_factory=lambda: LowpassDesign(15.0, 1))
    swing_share: float = 0.4
    swing_rad_s: float = radians(200.0)
    least_swing_rad_s: float = radians(120.0)
    contact_window_s: tuple[float, float] = (0.015, 0.100)
    contact_share: float = 0.2
    contact_delay_s: float = 0.0037
    usual_rise_m_s2: float = 40.0
    gyr_contact_s: float = 0.026
    toe_off_rad: float = radians(-100.0)
    toe_off_fall_rad_s: float = radians(80.0)
    toe_off_delay_s: float = 0.0166
    sprint_stride_s: float = 0.44
    run_stride_s: float = 0.62
    shortest_contact: float = 0.15
    usual_stride_s: float = 0.7
    shortest_stride_s: float = 0.35
    longest_stride_s: float = 1.6
    longest_contact_s: float = 0.9
    longest_swing_s: float = 0.8
    longest_turn_s: float = 1.2
    turn_rad_s: float = radians(15.0)
    drive_rad_s: float = radians(60.0)
    walk_stride_s: float = 0.85
    walk_push_m_s2: float = 18.0
    walk_toe_off_s: float = 0.085
    memory: int = 6

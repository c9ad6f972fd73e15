"""What the pipeline gives: angles, events, phases, strides. Words, signs and units as in docs/conventions.md."""

from dataclasses import dataclass, field
from math import nan
from typing import NamedTuple

import numpy as np

from calibration.alignment import Alignment
from calibration.slip import Slip
from firmware_bridge.samples import Flags, Floats, Placement, SampleBlock, Side
from legcycle_imu.cycle import EventKind, Phase


@dataclass(frozen=True, slots=True)
class SegmentAngles:
    """Sagittal angle of one segment at its sensor's own instants.

    Parameters
    ----------
    placement : the segment
    time : (n,) session time, s
    angle : (n,) angle to the vertical, rad; positive = distal end in front; continuous
    rate : (n,) its rate about the segment's mediolateral axis, rad/s
    quality : (n,) `firmware_bridge.samples.Quality` flags
    """

    placement: Placement
    time: Floats
    angle: Floats
    rate: Floats
    quality: Flags

    def __len__(self) -> int:
        return len(self.time)

    @classmethod
    def join(cls, parts: "list[SegmentAngles]") -> "SegmentAngles":
        """Put consecutive angles of one segment together; at least one part."""
        return cls(
            parts[0].placement,
            np.concatenate([part.time for part in parts]),
            np.concatenate([part.angle for part in parts]),
            np.concatenate([part.rate for part in parts]),
            np.concatenate([part.quality for part in parts]),
        )


class GaitEvent(NamedTuple):
    """One event of one leg.

    Attributes
    ----------
    t_known : stream time at which it was committed, s
    t : when it happened, s
    side, kind : which leg, which event
    flags : words of the stride table's column `flags` that this event brings
    """

    t_known: float
    t: float
    side: Side
    kind: EventKind
    flags: frozenset[str] = frozenset()


class PhaseSpan(NamedTuple):
    """One leg in one phase over [start, end), s."""

    side: Side
    phase: Phase
    start: float
    end: float
    t_known: float


class Stride(NamedTuple):
    """One stride of one leg: a row of the stride table. NaN is "not known".

    Field names, units and order are those of the table (docs/conventions.md).
    """

    side: Side
    stride: int
    initial_contact_s: float
    toe_off_s: float
    peak_heel_lift_s: float
    peak_knee_drive_s: float
    next_initial_contact_s: float
    stride_time_s: float
    contact_time_s: float
    flight_time_s: float
    cadence_spm: float
    push_s: float
    lift_s: float
    drive_s: float
    place_s: float
    hip_extension_deg: float
    peak_hip_extension_deg: float
    heel_lift_cm: float
    heel_lift_pct: float
    knee_drive_deg: float
    placement_cm: float
    shank_at_contact_deg: float
    peak_knee_flexion_deg: float
    initial_contact_known_s: float
    toe_off_known_s: float
    peak_heel_lift_known_s: float
    peak_knee_drive_known_s: float
    coverage_pct: float = nan
    flags: frozenset[str] = frozenset()


STRIDE_COLUMNS: tuple[str, ...] = Stride._fields
"""Column names of the stride table, in order."""


@dataclass(frozen=True, slots=True)
class Update:
    """What became known by one push; nothing in it is ever taken back.

    Events, phases and strides are in the order (t_known, t, side, place in the cycle) over both legs; angles are in
    order for each segment, alignments and slips for each leg; samples are of each sensor, in the order of the
    session's sensors.
    """

    angles: list[SegmentAngles] = field(default_factory=list)
    events: list[GaitEvent] = field(default_factory=list)
    phases: list[PhaseSpan] = field(default_factory=list)
    strides: list[Stride] = field(default_factory=list)
    alignments: list[Alignment] = field(default_factory=list)
    samples: list[SampleBlock] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)

"""True strides and events: rows of the stride table and gait events from the marks of both legs."""

from math import degrees, nan

import numpy as np

from firmware_bridge.samples import Side
from legcycle_imu.cycle import EventKind
from legcycle_imu.kinematics import heel_above_knee, heel_lift_ratio, placement
from legcycle_imu.model import GaitEvent, Stride
from legcycle_imu.runner import LegGeometry
from legcycle_imu.simulation.norms import Floats
from legcycle_imu.simulation.truth import Contacts, Marks, Turns


def joined(marks: list[Marks]) -> Marks:
    """Put the marks of consecutive pieces together."""
    return Marks(
        contacts=Contacts.join([m.contacts for m in marks]),
        toe_offs=Contacts.join([m.toe_offs for m in marks]),
        shank_low=Turns.join([m.shank_low for m in marks]),
        thigh_high=Turns.join([m.thigh_high for m in marks]),
        thigh_low=Turns.join([m.thigh_low for m in marks]),
        knee_high=Turns.join([m.knee_high for m in marks]),
    )


def true_strides(marks: dict[Side, Marks], geometry: LegGeometry) -> list[Stride]:
    """Give the strides that are wholly run, or wholly walked (flag `walk`), at full amplitude, sorted."""
    strides: list[Stride] = []
    for side, own in marks.items():
        others = np.concatenate([m.contacts.time for s, m in marks.items() if s is not side])
        for number, (row, off) in enumerate(_rows(own)):
            strides.append(_stride(side, number, own, (row, off), others, geometry=geometry))
    return sorted(strides, key=lambda s: (s.initial_contact_s, s.side))


def _rows(marks: Marks) -> list[tuple[int, int]]:
    """Give the row of the contact and of the toe-off of every stride that is wholly one gait."""
    contacts, offs = marks.contacts, marks.toe_offs
    rows = []
    for row, off in enumerate(np.searchsorted(offs.time, contacts.time[:-1]).tolist()):
        if off < len(offs.time) and offs.time[off] < contacts.time[row + 1]:
            run, walk = (
                c[row] and c[row + 1] and o[off]
                for c, o in ((contacts.pure_run, offs.pure_run), (contacts.pure_walk, offs.pure_walk))
            )
            if run or walk:
                rows.append((row, off))
    return rows


def _stride(
    side: Side, number: int, marks: Marks, rows: tuple[int, int], others: Floats, *, geometry: LegGeometry
) -> Stride:
    """Give one row of the table; `others` are the other leg's contacts, s."""
    contacts, offs, (row, off) = marks.contacts, marks.toe_offs, rows
    contact, after, toe_off = float(contacts.time[row]), float(contacts.time[row + 1]), float(offs.time[off])
    lift, shank_low = _lowest(marks.shank_low, toe_off, after)
    drive, thigh_high = _highest(marks.thigh_high, toe_off, after)
    flags = frozenset({"walk"} if contacts.pure_walk[row] else ())
    if np.isnan(drive):
        drive, thigh_high, flags = after, float(contacts.thigh[row + 1]), flags | {"no_peak"}
    thigh, shank = float(contacts.thigh[row]), float(contacts.shank[row])
    return Stride(
        side=side,
        stride=number,
        initial_contact_s=contact,
        toe_off_s=toe_off,
        peak_heel_lift_s=lift,
        peak_knee_drive_s=drive,
        next_initial_contact_s=after,
        stride_time_s=after - contact,
        contact_time_s=toe_off - contact,
        flight_time_s=_flight(others, toe_off, after - contact),
        cadence_spm=120.0 / (after - contact),
        push_s=toe_off - contact,
        lift_s=lift - toe_off,
        drive_s=drive - lift,
        place_s=after - drive,
        hip_extension_deg=-degrees(offs.thigh[off]),
        peak_hip_extension_deg=-degrees(_lowest(marks.thigh_low, contact, after)[1]),
        heel_lift_cm=100.0 * float(heel_above_knee(shank_low, geometry)),
        heel_lift_pct=100.0 * float(heel_lift_ratio(shank_low, geometry)),
        knee_drive_deg=degrees(thigh_high),
        placement_cm=100.0 * float(placement(thigh, shank, geometry)),
        shank_at_contact_deg=degrees(shank),
        peak_knee_flexion_deg=degrees(_highest(marks.knee_high, toe_off, after)[1]),
        initial_contact_known_s=contact,
        toe_off_known_s=toe_off,
        peak_heel_lift_known_s=lift,
        peak_knee_drive_known_s=drive,
        coverage_pct=100.0,
        flags=flags,
    )


def _highest(turns: Turns, start: float, end: float) -> tuple[float, float]:
    """Give time and value of the highest turn in [start, end); NaN where there is none."""
    first, last = np.searchsorted(turns.time, [start, end]).tolist()
    if first == last:
        return nan, nan
    at = first + int(np.argmax(turns.value[first:last]))
    return float(turns.time[at]), float(turns.value[at])


def _lowest(turns: Turns, start: float, end: float) -> tuple[float, float]:
    time, value = _highest(Turns(turns.time, -turns.value), start, end)
    return time, -value


def _flight(others: Floats, toe_off: float, stride_time: float) -> float:
    """Give the time from toe-off to the other leg's nearest contact, s; negative in double support."""
    near = others[np.abs(others - toe_off) < 0.5 * stride_time]
    return float(near[np.argmin(np.abs(near - toe_off))] - toe_off) if len(near) else nan


def true_events(strides: list[Stride]) -> list[GaitEvent]:
    """Give the events of strides, each once, in their order; `t_known` is `t`."""
    seen: dict[tuple[float, Side, EventKind], GaitEvent] = {}
    for stride in strides:
        times = [(kind, getattr(stride, f"{kind}_s")) for kind in EventKind]
        for kind, t in (*times, (EventKind.INITIAL_CONTACT, stride.next_initial_contact_s)):
            if not (kind is EventKind.PEAK_KNEE_DRIVE and "no_peak" in stride.flags):
                seen.setdefault((t, stride.side, kind), GaitEvent(t, t, stride.side, kind, stride.flags & {"walk"}))
    return [seen[key] for key in sorted(seen)]

"""Single movements of the drills, right and in the ways the coaching text warns of, drawn around a person's own manner.

A movement is two rows of turning points, of thigh and shank about where the leg rests; between them the angles go
smoothly.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import degrees, radians, sin

import numpy as np
from scipy.optimize import brentq

from firmware_bridge.samples import Side
from legcycle_imu.drills.faults import Fault
from legcycle_imu.drills.kinds import Drill
from legcycle_imu.runner import LegGeometry

Knots = tuple[tuple[float, float], ...]
"""(time after the beginning, s; angle about rest, deg)."""


@dataclass(frozen=True)
class Move:
    """One movement of one leg.

    Parameters
    ----------
    thigh, shank : turning points; the first is (0, 0), the last where the leg rests again
    lean_deg : how far the other leg tilts meanwhile
    fault : what is wrong with it; None where nothing is
    """

    thigh: Knots
    shank: Knots
    lean_deg: float = 2.0
    fault: Fault | None = None

    @property
    def duration_s(self) -> float:
        """Time from leaving rest to the return to it, s."""
        return max(self.thigh[-1][0], self.shank[-1][0])


@dataclass(frozen=True)
class Manner:
    """How a person does a drill; factors on times, deg on angles.

    Parameters
    ----------
    tempo : factor on all times
    push_deg, flexion_deg, drive_deg, travel_m : a good repetition's range, on the average
    scatter : SD of ranges between repetitions, as a share; of times it is twice that
    """

    tempo: float
    push_deg: float
    flexion_deg: float
    drive_deg: float
    travel_m: float
    scatter: float = 0.04


def draw_manner(rng: np.random.Generator) -> Manner:
    """Draw how a person does the drills well."""
    return Manner(
        tempo=float(np.exp(rng.uniform(np.log(0.7), np.log(1.5)))),
        push_deg=rng.uniform(13.0, 22.0),
        flexion_deg=rng.uniform(136.0, 146.0),
        drive_deg=rng.uniform(96.0, 105.0),
        travel_m=rng.uniform(0.25, 0.38),
    )


class _Drawing:
    """Numbers of one movement of one person."""

    def __init__(self, rng: np.random.Generator, manner: Manner, geometry: LegGeometry) -> None:
        self.rng, self.manner, self.geometry = rng, manner, geometry

    def time(self, least: float, most: float) -> float:
        """Draw a time, s, in the person's tempo."""
        return self.manner.tempo * self.rng.uniform(least, most) * (1.0 + 2.0 * self.scatter())

    def between(self, least: float, most: float) -> float:
        return float(self.rng.uniform(least, most))

    def about(self, mean: float) -> float:
        """Draw a range about the person's own."""
        return mean * (1.0 + self.scatter())

    def scatter(self) -> float:
        return self.manner.scatter * float(np.clip(self.rng.standard_normal(), -2.0, 2.0))

    def lean(self) -> float:
        return self.between(0.5, 4.0)


def _heel_drag(d: _Drawing, fault: Fault | None) -> Move:
    travel_m = {Fault.TOO_FAR: d.between(0.51, 0.60), Fault.TOO_SHORT: d.between(0.11, 0.16)}.get(
        fault,  # type: ignore[arg-type]
        d.about(d.manner.travel_m),
    )
    bent = d.between(4.0, 16.0)
    thigh = _thigh_for(travel_m, bent, d.geometry)
    if fault is Fault.LIFTED:
        thigh, bent = d.between(8.0, 14.0), d.between(60.0, 85.0)
    push = d.between(0.15, 0.28) if fault is Fault.TOO_FAST else max(d.time(0.7, 1.4), 0.55)
    back, held = push + d.time(0.0, 0.5), push
    end = back + d.time(0.5, 1.3)
    lean = d.between(13.0, 20.0) if fault is Fault.LEANING else d.lean()
    late = d.between(-0.03, 0.08) * push
    shank = -thigh - bent
    return Move(
        ((0.0, 0.0), (held, -thigh), (back, -thigh), (end, 0.0)),
        ((0.0, 0.0), (held + late, shank), (back + max(late, 0.0) + 0.01, shank), (end + 0.05, 0.0)),
        lean,
        fault,
    )


def _push(d: _Drawing, fault: Fault | None) -> tuple[float, float]:
    """Give time and range of the push, s and deg."""
    return d.time(0.35, 0.8), d.between(0.0, 3.0) if fault is Fault.NO_PUSH else d.about(d.manner.push_deg)


def _push_lift(d: _Drawing, fault: Fault | None) -> Move:
    push, back = _push(d, fault)
    lift, hold, home = d.time(0.22, 0.5), d.time(0.02, 0.3), d.time(0.4, 0.9)
    flexion = {Fault.TOO_LOW: d.between(70.0, 106.0), Fault.NO_LIFT: d.between(2.0, 14.0)}.get(
        fault,  # type: ignore[arg-type]
        max(d.about(d.manner.flexion_deg), 133.0),
    )
    if fault is Fault.LIFT_BEFORE_PUSH:
        top, rear = lift + 0.05, lift + 0.05 + push
        end = rear + home
        return Move(
            ((0.0, 0.0), (lift, 1.0), (rear, -back), (end, 0.0)),
            ((0.0, 0.0), (top, -flexion), (rear, -back - flexion + 15.0), (end + 0.04, 0.0)),
            d.lean(),
            fault,
        )
    top = push + lift
    thigh_at_top = -back if fault is Fault.NO_LIFT else d.between(-2.0 if fault is Fault.NO_PUSH else -8.0, 10.0)
    end = top + hold + home
    return Move(
        ((0.0, 0.0), (push, -back), (top + hold, thigh_at_top), (end, 0.0)),
        (
            (0.0, 0.0),
            (d.between(0.75, 0.95) * push, -back - d.between(0.0, 9.0)),
            (top, thigh_at_top - flexion),
            (top + hold + 0.01, thigh_at_top - flexion),
            (end + 0.04, 0.0),
        ),
        d.lean(),
        fault,
    )


def _push_lift_drive(d: _Drawing, fault: Fault | None) -> Move:
    push, back = _push(d, fault)
    lift, drive, hold, place = d.time(0.22, 0.45), d.time(0.28, 0.5), d.time(0.02, 0.4), d.time(0.45, 0.9)
    low = -d.between(45.0, 62.0) if fault is Fault.TOO_LOW else -d.between(95.0, 115.0)
    high = d.between(50.0, 77.0) if fault is Fault.DRIVE_LOW else max(d.about(d.manner.drive_deg), 94.5)
    top, peak = push + lift, push + lift + drive
    if fault is Fault.DRIVE_BEFORE_LIFT:
        return _drive_first(d, push, back, high, place)
    end = peak + hold + place
    return Move(
        ((0.0, 0.0), (push, -back), (top, d.between(-6.0, 8.0)), (peak, high), (peak + hold, high), (end, 0.0)),
        (
            (0.0, 0.0),
            (d.between(0.75, 0.95) * push, -back - d.between(0.0, 9.0)),
            (top, low),
            (peak + d.between(-0.02, 0.06), d.between(-25.0, 2.0)),
            (end + 0.04, 0.0),
        ),
        d.lean(),
        fault,
    )


def _drive_first(d: _Drawing, push: float, back: float, high: float, place: float) -> Move:
    """The knee comes up with the shank hanging, and the heel after it."""
    drive, lift = d.time(0.35, 0.5), d.time(0.25, 0.4)
    up = push + drive
    end = up + lift + 0.25 + place
    return Move(
        ((0.0, 0.0), (push, -back), (up, high), (up + lift + 0.25, high - 3.0), (end, 0.0)),
        (
            (0.0, 0.0),
            (push, -back - 4.0),
            (up, d.between(-18.0, -4.0)),
            (up + lift, d.between(-48.0, -36.0)),
            (up + lift + 0.25, -20.0),
            (end + 0.04, 0.0),
        ),
        d.lean(),
        Fault.DRIVE_BEFORE_LIFT,
    )


MOVES: dict[Drill, Callable[[_Drawing, Fault | None], Move]] = {
    Drill.HEEL_DRAG: _heel_drag,
    Drill.PUSH_LIFT: _push_lift,
    Drill.PUSH_LIFT_DRIVE: _push_lift_drive,
}
FAULTS: dict[Drill, tuple[Fault, ...]] = {
    Drill.HEEL_DRAG: (Fault.TOO_FAR, Fault.TOO_SHORT, Fault.LIFTED, Fault.TOO_FAST, Fault.LEANING, Fault.WRONG_SIDE),
    Drill.PUSH_LIFT: (Fault.NO_PUSH, Fault.TOO_LOW, Fault.NO_LIFT, Fault.LIFT_BEFORE_PUSH, Fault.WRONG_SIDE),
    Drill.PUSH_LIFT_DRIVE: (
        Fault.NO_PUSH,
        Fault.TOO_LOW,
        Fault.DRIVE_LOW,
        Fault.DRIVE_BEFORE_LIFT,
        Fault.WRONG_SIDE,
    ),
    Drill.PRONE_FLICKS: (Fault.TOO_LOW, Fault.TOGETHER, Fault.NOT_ALTERNATING),
}
"""What may be wrong with single repetitions; of prone flicks the last two with all of them."""


def draw_move(
    drill: Drill, rng: np.random.Generator, manner: Manner, geometry: LegGeometry, fault: Fault | None = None
) -> Move:
    """Draw one repetition of a standing drill."""
    return MOVES[drill](_Drawing(rng, manner, geometry), None if fault is Fault.WRONG_SIDE else fault)


def _thigh_for(travel_m: float, bent_deg: float, geometry: LegGeometry) -> float:
    """Give how far the thigh goes back, deg, for the ankle to go back so far with the knee bent so."""
    bent = radians(bent_deg)

    def short(thigh: float) -> float:
        return geometry.thigh_m * sin(thigh) + geometry.shank_m * sin(thigh + bent) - travel_m

    return degrees(brentq(short, 0.0, radians(80.0))) if short(0.0) < 0.0 else 0.0


@dataclass(frozen=True)
class Flicks:
    """Flicks of one leg, lying: flexion of the knee at its turning points.

    Parameters
    ----------
    at, flexion_deg : (k,) s, deg; the flicks' peaks are the odd ones
    faults : of each peak
    """

    at: tuple[float, ...]
    flexion_deg: tuple[float, ...]
    faults: tuple[Fault | None, ...]


def draw_flicks(rng: np.random.Generator, seconds: float, fault: Fault | None = None) -> dict[Side, Flicks]:
    """Draw the flicks of both legs over a time.

    Parameters
    ----------
    fault : TOO_LOW: some flicks stay low; TOGETHER: both legs at once; NOT_ALTERNATING: one leg alone
    """
    period, share = rng.uniform(0.75, 1.7), rng.uniform(0.42, 0.58)
    low, high = rng.uniform(8.0, 32.0), rng.uniform(102.0, 124.0)
    together = fault is Fault.TOGETHER
    sides = list(Side)[:: int(rng.choice((1, -1)))]
    flicks = {}
    for k, side in enumerate(sides):
        start = k * (0.0 if together else period * rng.uniform(0.45, 0.55)) + (rng.uniform(0.0, 0.06) if k else 0.0)
        count = int((seconds - start) / period) if not (k and fault is Fault.NOT_ALTERNATING) else 0
        faults = [fault if fault is not Fault.TOO_LOW or rng.uniform() < 0.4 else None for _ in range(count)]
        at, flexion = [start], [0.0]
        for number, wrong in enumerate(faults):
            begin = start + number * period + (0.04 * period * rng.standard_normal() if number else 0.0)
            peak = rng.uniform(62.0, 80.0) if wrong is Fault.TOO_LOW else max(high + 3.0 * rng.standard_normal(), 100.0)
            down = 0.0 if number == count - 1 else max(min(low + 3.0 * rng.standard_normal(), peak - 38.0), 2.0)
            at += [begin + share * period, start + (number + 1) * period]
            flexion += [peak, down]
        flicks[side] = Flicks(tuple(at), tuple(flexion), tuple(faults))
    return flicks

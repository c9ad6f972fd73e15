"""Truth of the simulation: contacts, toe-offs and turning points of one leg, exact, from the motion itself."""

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from firmware_bridge.samples import Side
from legcycle_imu.simulation.motion import GRID_HZ, LegMotion, Motion
from legcycle_imu.simulation.norms import Booleans, Floats, Integers
from legcycle_imu.simulation.runner import CONTACT_JITTER_S, MEAN_STRIDE_S, SIDES, TOE_OFF_JITTER_S, SimulatedRunner
from legcycle_imu.simulation.shapes import running, walking


@dataclass(frozen=True)
class Timing:
    """Random timing of the strides of each leg, one row a stride: contact, toe-off, delay of the impact; SD 1."""

    draws: dict[Side, Floats]

    def of(self, side: Side, stride: Integers) -> Floats:
        """Give the rows (m, 3) of strides (m,)."""
        rows = self.draws[side]
        return rows[np.clip(stride, 0, len(rows) - 1)]


def draw_timing(duration_s: float, rng: np.random.Generator) -> Timing:
    """Draw the timing for a simulation of a duration, s."""
    rows = int(duration_s / 0.3) + 4
    return Timing({side: np.clip(rng.standard_normal((rows, 3)), -2.5, 2.5) for side in SIDES})


@dataclass(frozen=True)
class Contacts:
    """Contacts, or toe-offs, of one leg, (m,) each.

    Parameters
    ----------
    time : s
    thigh, shank : angles then, rad
    speed, presence, run_share : the script's tracks then
    draw : the stride's own draw of the impact's delay, SD 1
    """

    time: Floats
    thigh: Floats
    shank: Floats
    speed: Floats
    presence: Floats
    run_share: Floats
    draw: Floats

    @property
    def pure_run(self) -> Booleans:
        """Whether each belongs to running at full amplitude."""
        return np.asarray((self.presence > 1.0 - 1e-9) & (self.run_share > 1.0 - 1e-9))

    @property
    def pure_walk(self) -> Booleans:
        """Whether each belongs to walking at full amplitude."""
        return np.asarray((self.presence > 1.0 - 1e-9) & (self.run_share < 1e-9))

    @classmethod
    def join(cls, parts: list["Contacts"]) -> "Contacts":
        """Put contacts together, in the order of time."""
        order = np.argsort(np.concatenate([p.time for p in parts]), kind="stable")
        return cls(*(np.concatenate([getattr(p, f.name) for p in parts])[order] for f in fields(cls)))

    def where(self, kept: Booleans) -> "Contacts":
        """Give those that are kept."""
        return Contacts(*(getattr(self, f.name)[kept] for f in fields(self)))


@dataclass(frozen=True)
class Turns:
    """Local extremes of a curve: (m,) time, s, and value, rad."""

    time: Floats
    value: Floats

    @classmethod
    def join(cls, parts: list["Turns"]) -> "Turns":
        """Put the turns of consecutive pieces together."""
        return cls(np.concatenate([p.time for p in parts]), np.concatenate([p.value for p in parts]))


@dataclass(frozen=True)
class Marks:
    """All that the strides of one leg are built from."""

    contacts: Contacts
    toe_offs: Contacts
    shank_low: Turns
    thigh_high: Turns
    thigh_low: Turns
    knee_high: Turns


class _Event(NamedTuple):
    """Where an event lies in the landmark phase: its place in each gait, lag and jitter as fractions, its draw."""

    run_place: float
    walk_place: float
    lag: float
    jitter: float
    draw: int


def contacts_of(motion: Motion, side: Side, runner: SimulatedRunner, timing: Timing) -> Contacts:
    """Give the contacts on the whole grid, margins included: impacts of the margins reach in."""
    jitter = runner.variation.within * CONTACT_JITTER_S / MEAN_STRIDE_S
    event = _Event(0.0, 0.0, runner.legs[side].contact_lag / MEAN_STRIDE_S, jitter, 0)
    return _crossings(motion, motion.legs[side], event, timing)


def toe_offs_of(motion: Motion, side: Side, runner: SimulatedRunner, timing: Timing) -> Contacts:
    """Give the toe-offs on the whole grid."""
    jitter = runner.variation.within * TOE_OFF_JITTER_S / MEAN_STRIDE_S
    run, walk = (float(table.landmarks[0]) for table in (running(), walking()))
    event = _Event(run, walk, runner.legs[side].toe_off_lag / MEAN_STRIDE_S, jitter, 1)
    return _crossings(motion, motion.legs[side], event, timing)


def marks_of(motion: Motion, side: Side, runner: SimulatedRunner, timing: Timing) -> Marks:
    """Give the marks of one leg in a piece; consecutive pieces give each mark once."""
    leg = motion.legs[side]
    return Marks(
        contacts=_inside(motion, contacts_of(motion, side, runner, timing)),
        toe_offs=_inside(motion, toe_offs_of(motion, side, runner, timing)),
        shank_low=_highs(motion, -leg.shank, -1.0),
        thigh_high=_highs(motion, leg.thigh, 1.0),
        thigh_low=_highs(motion, -leg.thigh, -1.0),
        knee_high=_highs(motion, leg.thigh - leg.shank, 1.0),
    )


def _inside(motion: Motion, contacts: Contacts) -> Contacts:
    return contacts.where((contacts.time >= motion.start_s) & (contacts.time < motion.end_s))


def _crossings(motion: Motion, leg: LegMotion, event: _Event, timing: Timing) -> Contacts:
    """Find where the landmark phase of the gait in force passes the event's place in the stride."""
    run = _passes(motion, leg, event, timing, run=True)
    walk = _passes(motion, leg, event, timing, run=False)
    both = Contacts.join([run.where(run.run_share >= 0.5), walk.where(walk.run_share < 0.5)])
    return both.where(both.presence > 0.0)


def _passes(motion: Motion, leg: LegMotion, event: _Event, timing: Timing, *, run: bool) -> Contacts:
    phase, place = (leg.run_phase, event.run_place) if run else (leg.walk_phase, event.walk_place)
    stride = np.arange(np.floor(phase[0]) - 1, np.ceil(phase[-1]) + 1).astype(np.int64)
    draws = timing.of(leg.side, stride)
    target = stride + place + event.lag + event.jitter * draws[:, event.draw]
    inside = (target >= phase[0]) & (target < phase[-1])
    time = np.interp(target[inside], phase, motion.time)
    curves = (leg.thigh, leg.shank, *motion.tracks[:3])
    thigh, shank, speed, presence, run_share = (np.interp(time, motion.time, c) for c in curves)
    return Contacts(time, thigh, shank, speed, presence, run_share, draws[inside, 2])


def _highs(motion: Motion, curve: Floats, sign: float) -> Turns:
    """Find the local maxima inside the piece, between grid points by a parabola."""
    i = np.flatnonzero((curve[1:-1] > curve[:-2]) & (curve[1:-1] >= curve[2:])) + 1
    a, b, c = curve[i - 1], curve[i], curve[i + 1]
    part = 0.5 * (a - c) / (a - 2.0 * b + c)
    time = motion.time[i] + part / GRID_HZ
    inside = (time >= motion.start_s) & (time < motion.end_s)
    return Turns(time[inside], sign * (b - 0.25 * (a - c) * part)[inside])

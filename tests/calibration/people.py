"""Simulated people who are told what to do by the guided calibration, and do it, or something else."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf

import numpy as np

from calibration.guidance import Guidance, Step
from calibration.routine import Routine, RoutineSettings
from firmware_bridge.samples import Placement, Quality, SampleBlock, Segment, Side
from firmware_bridge.source import SensorFacts
from legcycle_imu.simulation import (
    ErrorModel,
    Script,
    Section,
    SectionKind,
    SensorSetup,
    SimulatedRunner,
    draw_runner,
    draw_sensors,
    simulate,
)
from legcycle_imu.simulation.recording import sensor_facts
from legcycle_imu.simulation.script import KneeLift
from legcycle_imu.simulation.sensors import PLACEMENTS

RATE_HZ = 100.0
KIND = SectionKind
ASKED = {Step.RIGHT_KNEE: Side.RIGHT, Step.LEFT_KNEE: Side.LEFT}
OTHER = {Side.RIGHT: Side.LEFT, Side.LEFT: Side.RIGHT}
PIECE_S = 0.25
"""Samples are pushed in pieces of this length."""


@dataclass(frozen=True)
class Snippet:
    """A piece of movement, which begins and ends standing.

    `height` is the height of knee lifts as a share of the runner's usual one.
    """

    script: Script
    height: float = 1.0


def stand(duration_s: float = 1.0) -> Snippet:
    return Snippet(Script((Section(KIND.STAND, duration_s),)))


def one_lift(side: Side, start_s: float, rng: np.random.Generator, height: float = 1.0) -> KneeLift:
    """A knee lift in one of the manners in which people lift a knee."""
    over = (1.0 if side is Side.LEFT else -1.0) * rng.uniform(0.0, 0.06)
    return KneeLift(
        side,
        start_s,
        start_s + round(rng.uniform(0.9, 1.8), 2),
        height=height * np.radians(rng.uniform(50.0, 85.0)),
        shank_share=rng.uniform(-0.9, 0.1),
        shank_lag_s=rng.uniform(0.0, 0.08),
        hip_shift_m=(0.01 * rng.standard_normal(), rng.uniform(0.0, 0.02), over),
        ramp=rng.uniform(0.3, 0.45),
    )


def lift(side: Side, rng: np.random.Generator, height: float = 1.0) -> Snippet:
    """One knee lift, with half a second of standing before and a second after."""
    one = one_lift(side, 0.5, rng, height)
    return Snippet(Script((Section(KIND.STAND, 1.0 + one.end_s),), lifts=(one,)))


def march(rng: np.random.Generator, lifts: int = 10, height: float = 1.0, stiff: float = 0.0) -> Snippet:
    """Lifts of both knees in turn, one much like the other."""
    each, at = [], 0.5
    manner = replace(one_lift(Side.LEFT, 0.0, rng, height), shank_share=stiff or rng.uniform(-0.9, -0.45))
    for k in range(lifts):
        one = one_lift((Side.LEFT, Side.RIGHT)[k % 2], at, rng, height)
        share = manner.shank_share + rng.normal(0.0, 0.03)
        each.append(replace(one, shank_share=share, height=manner.height))
        at = one.end_s + 0.1
    return Snippet(Script((Section(KIND.STAND, round(at + 1.0, 2)),), lifts=tuple(each)))


def fidget(duration_s: float = 2.4) -> Snippet:
    return Snippet(Script((Section(KIND.KNEE_LIFTS, duration_s),)), 0.12)


def jog(duration_s: float = 8.0, speed_m_s: float = 2.8, *, overground: bool = True) -> Snippet:
    change = Section(KIND.TRANSITION, 1.0)
    return Snippet(Script((change, Section(KIND.RUN, duration_s, speed_m_s), change), overground))


def sit(duration_s: float = 6.0) -> Snippet:
    """Sitting down and standing up again, as far as thighs and shanks tell."""
    bends = tuple(KneeLift(side, 0.0, duration_s, height=1.4, shank_share=0.0, ramp=0.2) for side in Side)
    return Snippet(Script((Section(KIND.STAND, duration_s),), lifts=bends))


@dataclass(frozen=True)
class Character:
    """How somebody takes what is said; counts are how often, from the first time on.

    Parameters
    ----------
    wrong_leg : lifts the other leg
    low : lifts the knee hardly
    both : lifts both knees in turn instead of one
    moves : fidgets while standing still is asked for
    sits : sits down while standing still is asked for
    restless : moves from the first moment on, for so many snippets
    idle : stands and does nothing
    marches : lifts the knees instead of running
    stiff : shank's share of the thigh's lift in these, until the heel is spoken of; 0: the heel is drawn to the seat
    on_the_spot : runs without getting on
    exchanged : claim -> where the sensor that claims this is truly worn
    lost : sensor (by its claim) that goes silent with the first tick of a step, and for how long, s
    slack : sensor (by where it is worn) that slips to and fro until its wearer is told to tighten it
    beside_thigh : sensor (by its claim) that is worn on the thigh, beside that leg's other one
    seated : sits on a chair all the time, as far as thighs and shanks tell
    change : what a sensor (by its claim) makes of its samples
    speed_m_s : of running
    """

    wrong_leg: float = 0
    low: float = 0
    both: float = 0
    moves: float = 0
    sits: float = 0
    restless: float = 0
    idle: bool = False
    marches: bool = False
    on_the_spot: bool = False
    stiff: float = 0.0
    exchanged: Mapping[Placement, Placement] = field(default_factory=dict)
    lost: tuple[Placement, Step, float] | None = None
    slack: Placement | None = None
    beside_thigh: Placement | None = None
    seated: bool = False
    change: tuple[Placement, Callable[[SampleBlock], SampleBlock]] | None = None
    speed_m_s: float = 2.8


@dataclass
class Person:
    """One who wears sensors, hears what the routine says, and moves."""

    seed: int
    character: Character = field(default_factory=Character)
    worn: tuple[Placement, ...] = PLACEMENTS
    model: ErrorModel = field(default_factory=ErrorModel)
    said: list[Guidance] = field(default_factory=list)
    time_s: float = 0.0

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng([self.seed, 77])
        self.done: dict[str, int] = {}
        self.tightened = False
        self.heel = False
        self.lost_from = inf
        self.snippets = 0

    @cached_property
    def runner(self) -> SimulatedRunner:
        who = draw_runner(self.seed)
        if self.character.seated:
            legs = {side: replace(leg, thigh_stand=leg.thigh_stand + 1.4) for side, leg in who.legs.items()}
            return replace(who, legs=legs, knee_lift=0.5)
        return who

    @cached_property
    def setups(self) -> tuple[SensorSetup, ...]:
        return draw_sensors(self.seed, self.worn, rate_hz=RATE_HZ, model=self.model)

    @cached_property
    def claims(self) -> list[Placement]:
        """What each sensor claims, in the order of the session; `truth` tells where it is."""
        return [setup.placement for setup in self.setups]

    @cached_property
    def truth(self) -> list[Placement]:
        return [self.character.exchanged.get(claim, claim) for claim in self.claims]

    @cached_property
    def sensors(self) -> list[SensorFacts]:
        return [
            sensor_facts(setup)._replace(device=f"device {number}", node=number)
            for number, setup in enumerate(self.setups)
        ]

    def play(self, settings: RoutineSettings | None = None, limit_s: float = 120.0) -> Guidance:
        """Do what is said until the calibration is there or the time is over."""
        routine = Routine(self.sensors, settings)
        self._note(routine.guidance)
        while self.time_s < limit_s and not self.said[-1].done:
            for blocks in self.pieces(self.react(self.said[-1])):
                self._note(routine.push(blocks))
        return self.said[-1]

    def _note(self, guidance: Guidance) -> None:
        if not self.said or guidance != self.said[-1]:
            self.said.append(guidance)

    def _yet(self, what: str, times: float) -> bool:
        """Tell whether something is done yet another time."""
        if self.done.get(what, 0) >= times:
            return False
        self.done[what] = self.done.get(what, 0) + 1
        return True

    def react(self, guidance: Guidance) -> Snippet:
        who, step = self.character, guidance.step
        if guidance.trouble is not None and "ighten" in guidance.trouble.advice:
            self.tightened = True
        if guidance.trouble is not None and "heel" in guidance.trouble.advice:
            self.heel = True
        if who.lost and step is who.lost[1]:
            self.lost_from = min(self.lost_from, self.time_s)
        if self._yet("restless", who.restless):
            return jog(4.0, 2.0, overground=False)
        if who.idle or step is Step.FIND:
            return stand()
        if step in ASKED:
            return self._lift(ASKED[step])
        if step is Step.STAND:
            return self._stand()
        return self._move()

    def _lift(self, side: Side) -> Snippet:
        who = self.character
        if who.seated or self._yet("low", who.low):
            return lift(side, self.rng, 0.4 if who.seated else 0.25)
        if self._yet("both", who.both):
            return march(self.rng, 4)
        return lift(OTHER[side] if self._yet("wrong leg", who.wrong_leg) else side, self.rng)

    def _stand(self) -> Snippet:
        if self._yet("moves", self.character.moves):
            return Snippet(Script((Section(KIND.STAND, 2.0), Section(KIND.KNEE_LIFTS, 2.4))), 0.12)
        return sit() if self._yet("sits", self.character.sits) else stand()

    def _move(self) -> Snippet:
        who = self.character
        if who.marches:
            return (
                march(self.rng, 10, 0.4 if who.seated else 1.0, 0.0 if self.heel else who.stiff)
                if self._yet(f"march {self.said[-1].attempt} {self.said[-1].trouble}", 1)
                else stand(2.0)
            )
        return jog(8.0, who.speed_m_s, overground=not who.on_the_spot)

    def pieces(self, snippet: Snippet) -> Iterator[list[SampleBlock]]:
        """Give a snippet's samples of every sensor, in the order of the session, piece by piece."""
        runner = replace(self.runner, knee_lift=snippet.height * self.runner.knee_lift)
        worn = tuple(replace(s, placement=p) for s, p in zip(self.setups, self.truth, strict=True))
        self.snippets += 1
        made = simulate(snippet.script, runner, worn, 1000 * self.seed + self.snippets)
        blocks = [self._told(number, made.samples[self._worn_on(number)]) for number in range(len(self.truth))]
        end_s = self.time_s + snippet.script.duration_s
        while self.time_s < end_s - 1e-9:
            until = min(self.time_s + PIECE_S, end_s)
            yield [between(block, self.time_s, until) for block in blocks]
            self.time_s = round(until, 6)

    def _worn_on(self, number: int) -> Placement:
        """Give whose samples a sensor gives."""
        place = self.truth[number]
        return Placement(place.side, Segment.THIGH) if self.claims[number] == self.character.beside_thigh else place

    def _told(self, number: int, block: SampleBlock) -> SampleBlock:
        place = self.truth[number]
        if self.claims[number] == self.character.beside_thigh:  # nearly where the other one is, but the other way round
            block = replace(block, gyr=block.gyr[:, [1, 2, 0]], acc=block.acc[:, [1, 2, 0]])
        if place == self.character.slack and not self.tightened:
            block = self._slipped(block, self.setups[number].mounting)
        block = replace(block, time=block.time + self.time_s)
        if self.character.change and self.character.change[0] == self.claims[number]:
            block = self.character.change[1](block)
        lost = self.character.lost
        if lost is None or lost[0] != self.claims[number]:
            return block
        back = self.lost_from + lost[2]
        kept = (block.time < self.lost_from) | (block.time >= back)
        first = (block.time >= back) & (block.time < back + 1.0 / RATE_HZ)
        quality = np.where(first, Quality.AFTER_GAP, block.quality).astype(np.uint8)
        return SampleBlock(block.time[kept], block.gyr[kept], block.acc[kept], quality[kept])

    def _slipped(self, block: SampleBlock, mounting: np.ndarray) -> SampleBlock:
        """Turn a sensor to and fro about its bone as hard as it is shaken."""
        shaken = np.convolve(np.abs(block.gyr).max(axis=1) > 2.0, np.ones(30) / 30, "same")
        angle = np.cumsum(self.rng.normal(0.0, 0.35, len(block)) * shaken)
        angle = np.convolve(angle, np.hanning(15) / np.hanning(15).sum(), "same")
        c, s = np.cos(angle), np.sin(angle)

        def turned(vectors: np.ndarray) -> np.ndarray:
            x, y, z = mounting @ vectors.T
            return np.column_stack([c * x + s * z, y, -s * x + c * z]) @ mounting

        return SampleBlock(block.time, turned(block.gyr), turned(block.acc), block.quality)


def between(block: SampleBlock, start: float, end: float) -> SampleBlock:
    a, b = np.searchsorted(block.time, (start, end))
    return block[int(a) : int(b)]

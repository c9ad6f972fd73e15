"""What tests draw from: simulated sessions, made once, and strategies for cutting and turning them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from calibration.model import CalibrationSet, LegCalibration, SegmentCalibration, ZeroSource, to_segment_frame
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from firmware_bridge.source import Chunk, SensorFacts
from firmware_bridge.stream import SampleStream
from legcycle_imu.model import Stride, Update
from legcycle_imu.pipeline import Pipeline, PipelineSettings
from legcycle_imu.runner import LegGeometry
from legcycle_imu.simulation import (
    Script,
    Section,
    SectionKind,
    SensorSetup,
    Simulation,
    draw_runner,
    draw_sensors,
    running_script,
    simulate,
)
from legcycle_imu.simulation.recording import chunks, sensor_facts
from legcycle_imu.simulation.sensors import PLACEMENTS, random_rotation

Matrix = NDArray[np.float64]

PREAMBLE = Script(
    (
        Section(SectionKind.STAND, 3.0),
        Section(SectionKind.KNEE_LIFTS, 12.0),
        Section(SectionKind.STAND, 2.0),
        Section(SectionKind.TRANSITION, 1.0),
        Section(SectionKind.RUN, 8.0, 3.5),
        Section(SectionKind.TRANSITION, 1.0),
        Section(SectionKind.STAND, 2.0),
    ),
    overground=False,
)
GAPS_S = {
    Placement(Side.LEFT, Segment.SHANK): ((3.004, 3.019), (5.0, 5.05)),
    Placement(Side.LEFT, Segment.THIGH): ((4.0, 4.3), (8.0, 8.015)),
    Placement(Side.RIGHT, Segment.SHANK): ((5.5, 8.5),),
    Placement(Side.RIGHT, Segment.THIGH): ((2.0, 2.05), (9.5, 9.8)),
}
"""Gaps of 15 ms, which are filled, 50 ms, 300 ms and 3 s."""


@dataclass(frozen=True, repr=False)
class Session:
    """A recording as the pipeline gets it.

    Parameters
    ----------
    simulation : samples, sensors and truth
    calibration : how the simulated sensors really sit
    given : whether the pipeline is told
    """

    simulation: Simulation
    calibration: CalibrationSet
    given: bool = False

    def __repr__(self) -> str:
        return f"Session({len(self.sensors)} sensors, {self.simulation.script.duration_s} s, given={self.given})"

    @property
    def sensors(self) -> list[SensorFacts]:
        return [sensor_facts(setup) for setup in self.simulation.sensors]

    @property
    def geometry(self) -> LegGeometry:
        return self.simulation.runner.geometry

    @property
    def known_calibration(self) -> CalibrationSet | None:
        return self.calibration if self.given else None

    def chunks(self, samples: int = 1) -> list[Chunk]:
        """The stream: so many samples of one sensor a chunk, in the order of arrival."""
        return list(chunks(self.simulation.samples, self.simulation.sensors, samples))

    def number(self, placement: Placement) -> int:
        return [setup.placement for setup in self.simulation.sensors].index(placement)

    def block(self, placement: Placement) -> SampleBlock:
        """A sensor's samples, gaps filled and flagged, in its own frame."""
        return SampleStream(self.sensors[self.number(placement)]).push(sampled(self.simulation.samples[placement]))

    def turned(self, placement: Placement) -> SampleBlock:
        """The same in the segment's frame."""
        leg = self.calibration.leg(placement.side)
        assert leg is not None
        return to_segment_frame(self.block(placement), leg[placement.segment])

    def pipeline(self, settings: PipelineSettings | None = None) -> Pipeline:
        return Pipeline(self.sensors, self.geometry, self.known_calibration, settings)

    def update(self, samples: int = 20) -> Update:
        """All that the pipeline finds."""
        pipeline = self.pipeline()
        return together([pipeline.push(self.chunks(samples)), pipeline.flush()])

    def strides(self, samples: int = 20) -> list[Stride]:
        return self.update(samples).strides

    def with_samples(self, change: Callable[[Placement, SampleBlock], SampleBlock]) -> "Session":
        """The same with every sensor's samples changed."""
        samples = {placement: change(placement, block) for placement, block in self.simulation.samples.items()}
        return replace(self, simulation=replace(self.simulation, samples=samples))

    def knowing(self) -> "Session":
        """The same with its calibration given."""
        return replace(self, given=True)


def sampled(block: SampleBlock) -> SampleBlock:
    """Samples as they arrive: what is known against them is found out anew."""
    return replace(block, quality=np.zeros(len(block), np.uint8))


def session_of(script: Script, sensors: tuple[SensorSetup, ...], seed: int, *, given: bool = False) -> Session:
    simulation = simulate(script, draw_runner(seed), sensors, seed)
    return Session(simulation, true_calibration(sensors), given)


def true_calibration(sensors: tuple[SensorSetup, ...]) -> CalibrationSet:
    """How simulated sensors sit."""
    worn = {setup.placement: setup for setup in sensors}
    legs = []
    for side in dict.fromkeys(placement.side for placement in worn):
        thigh, shank = (_seat(worn[Placement(side, segment)]) for segment in (Segment.THIGH, Segment.SHANK))
        legs.append(LegCalibration(side, thigh, shank, ZeroSource.GIVEN))
    return CalibrationSet(tuple(legs))


def _seat(setup: SensorSetup) -> SegmentCalibration:
    return SegmentCalibration(rows(setup.mounting), tuple(setup.gyr_bias.tolist()))


def rows(matrix: Matrix) -> tuple[tuple[float, float, float], ...]:
    return tuple(tuple(row) for row in matrix.tolist())


def without(block: SampleBlock, spans: Sequence[tuple[float, float]]) -> SampleBlock:
    """A block without the samples of some spans of time."""
    kept = np.ones(len(block), np.bool_)
    for start, end in spans:
        kept &= (block.time < start) | (block.time >= end)
    return SampleBlock(block.time[kept], block.gyr[kept], block.acc[kept], block.quality[kept])


def together(updates: Sequence[Update]) -> Update:
    return Update(
        *([x for update in updates for x in getattr(update, name)] for name in Update.__dataclass_fields__),
    )


@cache
def running() -> Session:
    return session_of(running_script(3.5, 12.0, preamble=False, overground=False), draw_sensors(2, rate_hz=100.0), 2)


@cache
def with_preamble() -> Session:
    return session_of(PREAMBLE, draw_sensors(3, rate_hz=100.0), 3)


@cache
def with_gaps() -> Session:
    whole = session_of(running_script(3.0, 11.0, preamble=False), draw_sensors(4, rate_hz=100.0), 4, given=True)
    return whole.with_samples(lambda placement, block: without(block, GAPS_S[placement]))


@cache
def odd_rates() -> Session:
    """Sensors of different rates."""
    rates = (100.0, 120.0, 150.0, 104.0)
    sensors = tuple(
        draw_sensors(5, (placement,), rate_hz=rate)[0] for placement, rate in zip(PLACEMENTS, rates, strict=True)
    )
    return session_of(running_script(4.5, 11.0, preamble=False), sensors, 5)


SESSIONS: dict[str, Callable[[], Session]] = {
    "run": running,
    "preamble": with_preamble,
    "gaps": with_gaps,
    "odd rates": odd_rates,
}


@st.composite
def cuts(draw: st.DrawFn, length: int, marks: Sequence[int] = ()) -> list[int]:
    """Where to cut a stream: anywhere, at marks and beside them, nowhere, twice at one place, after every item."""
    anywhere = st.integers(0, length)
    near = (
        st.sampled_from(marks).flatmap(lambda k: st.integers(max(k - 1, 0), min(k + 1, length))) if marks else anywhere
    )
    places = draw(st.lists(st.one_of(anywhere, near), max_size=20))
    first = draw(anywhere)
    one_by_one = range(first, min(first + draw(st.integers(0, 50)), length))
    return sorted([*places, *one_by_one])


def parts(length: int, places: Sequence[int]) -> list[slice]:
    return [slice(a, b) for a, b in pairwise([0, *places, length])]


def every(length: int, size: int) -> list[slice]:
    return parts(length, range(size, length, size))


def rotations() -> st.SearchStrategy[Matrix]:
    """Rotation matrices, uniform over all rotations."""
    return st.integers(0, 2**32 - 1).map(lambda seed: random_rotation(np.random.default_rng(seed)))

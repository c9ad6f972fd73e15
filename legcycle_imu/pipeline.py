"""From chunks of bytes to strides: the one path of live, replay and simulation.

    chunks -> Intake (per link and sensor) -> Leg (per side: alignment, angles, events, phases, strides)
           -> LegMerge (both legs in one order, flight) -> Update

Pure: no clock, no input or output. Any cutting of the same sequence of chunks gives the same output, bit by bit.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import inf

from calibration.intrinsic import corrected
from calibration.model import CalibrationSet, IntrinsicCalibration
from firmware_bridge.intake import Intake, IntakeSettings, links_of
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from firmware_bridge.source import NO_SENSOR, Chunk, Kind, SensorFacts
from firmware_bridge.stream import StreamStatistics
from legcycle_imu.leg import Leg, LegSettings, LegUpdate
from legcycle_imu.merge import LegMerge, MergeSettings
from legcycle_imu.model import Update
from legcycle_imu.runner import LegGeometry


@dataclass(frozen=True, slots=True)
class PipelineSettings:
    """Settings of the pipeline and of everything in it.

    Parameters
    ----------
    silent_s : a sensor from which nothing has arrived for so long, while others did, is no longer waited for
    intake, leg, merge : settings of the stages
    """

    silent_s: float = 1.0
    intake: IntakeSettings = field(default_factory=IntakeSettings)
    leg: LegSettings = field(default_factory=LegSettings)
    merge: MergeSettings = field(default_factory=MergeSettings)


class Pipeline:
    """The whole path from bytes to strides. Streaming.

    Parameters
    ----------
    sensors : the session's sensors, in the order of `Chunk.sensor`; thigh and shank of one or both sides
    geometry : lengths of the runner's legs
    calibration : known calibrations; legs that are not in it align themselves
    settings : see `PipelineSettings`

    Attributes
    ----------
    sensors : the session's sensors, each where it is known to be worn by now
    legs : of each side that is measured
    refused : calibrations made during the session that could not be used

    Raises
    ------
    ValueError
        where the sensors do not make up whole legs
    """

    def __init__(
        self,
        sensors: Sequence[SensorFacts],
        geometry: LegGeometry | None = None,
        calibration: CalibrationSet | None = None,
        settings: PipelineSettings | None = None,
    ) -> None:
        self.settings = settings or PipelineSettings()
        self.intake = Intake(sensors, self.settings.intake)
        self.refused = 0
        self._geometry = geometry or LegGeometry()
        self._intrinsics: dict[int, IntrinsicCalibration] = {}
        self._reached = -inf
        given = calibration or CalibrationSet(())
        self.sensors = given.placed(sensors)
        self._numbers = _numbers_of(self.sensors)
        self._know_intrinsics(given)
        self.legs: dict[Side, Leg] = {}
        self.legs = {side: self._leg(side, given) for side in _whole_legs(self._numbers)}
        self._merge = LegMerge(self.settings.merge)
        self._alone = {group[0]: tuple(group) for group in links_of(sensors) if len(group) == 1}
        self._silence = _Silence(len(sensors), round(self.settings.silent_s * 1e9))

    @property
    def statistics(self) -> list[StreamStatistics]:
        """What is known of each sensor's samples: received, missing, filled, saturated."""
        return self.intake.statistics

    def push(self, chunks: Iterable[Chunk]) -> Update:
        """Take the next chunks in the order in which they arrived."""
        batch = list(chunks)
        made = [place for place, (sensor, *_) in enumerate(batch) if sensor == NO_SENSOR]
        if made:
            return _together(list(self._push_around(batch, made)))
        heard = self._heard(batch)
        if len(batch) > 1 and (heard is None or self._silence.changes_within(heard)):
            return _together([self._push_steady([chunk], self._heard([chunk])) for chunk in batch])
        return self._push_steady(batch, heard)

    def flush(self) -> Update:
        """Give what was held back; the stream has ended."""
        tails = self._corrected(self.intake.flush())
        updates = []
        for side, leg in self.legs.items():
            pushed, rest = leg.push(*self._of_leg(tails, side)), leg.flush()
            updates.append(
                LegUpdate(
                    pushed.angles + rest.angles,
                    pushed.findings + rest.findings,
                    pushed.alignment or rest.alignment,
                    pushed.slips + rest.slips,
                )
            )
        return self._update(tails, updates, dict.fromkeys(self.legs, inf))

    def _push_around(self, batch: list[Chunk], made: list[int]) -> Iterator[Update]:
        """Take chunks among which are some that belong to no sensor, at these places."""
        start = 0
        for place in made:
            yield self.push(batch[start:place])
            if batch[place].kind is Kind.CALIBRATION:
                yield self._calibrate(batch[place].data)
            start = place + 1
        yield self.push(batch[start:])

    def _calibrate(self, text: bytes) -> Update:
        """Let a calibration that was made during the session hold from here on; one that cannot is counted."""
        nothing = [SampleBlock.empty() for _ in self.sensors]
        try:
            calibration = CalibrationSet.from_json(text.decode())
            sensors = calibration.placed(self.sensors)
        except ValueError:
            self.refused += 1
            return Update(samples=nothing)
        numbers = _numbers_of(sensors)
        if numbers.keys() != self._numbers.keys():
            self.refused += 1
            return Update(samples=nothing)
        self._know_intrinsics(calibration)
        same = [side for side in self.legs if _of_side(numbers, side) == _of_side(self._numbers, side)]
        updates = [leg.flush() for side, leg in self.legs.items() if side not in same]
        self.sensors, self._numbers = sensors, numbers
        for side in same:
            if (known := calibration.leg(side)) is not None:
                silent = self._silent_segments(side)
                updates.append(self.legs[side].recalibrate(known, self._reached, silent))
        self.legs = {side: leg if side in same else self._leg(side, calibration) for side, leg in self.legs.items()}
        return self._update(nothing, updates, self._settled())

    def _leg(self, side: Side, calibration: CalibrationSet) -> Leg:
        """Give a leg that begins now; its strides are numbered on from those that this side has had."""
        had = self.legs[side].next_stride if side in self.legs else 0
        rate_hz = {segment: self.sensors[self._numbers[Placement(side, segment)]].rate_hz for segment in Segment}
        return Leg(side, rate_hz, self._geometry, calibration.leg(side), self.settings.leg, first_stride=had)

    def _know_intrinsics(self, calibration: CalibrationSet) -> None:
        for number, facts in enumerate(self.sensors):
            if (known := calibration.intrinsic(facts)) is not None:
                self._intrinsics[number] = known

    def _corrected(self, blocks: list[SampleBlock]) -> list[SampleBlock]:
        """Take back what the sensors are known to err by, and note how far time has come."""
        for number, intrinsic in self._intrinsics.items():
            blocks[number] = corrected(blocks[number], intrinsic)
        for block in blocks:
            if len(block):
                self._reached = max(self._reached, float(block.time[-1]))
        return blocks

    def _settled(self) -> dict[Side, float]:
        return {side: leg.settled(self._silent_segments(side)) for side, leg in self.legs.items()}

    def _push_steady(self, batch: list[Chunk], heard: "list[Heard] | None") -> Update:
        """Take chunks during which no sensor falls silent or comes back, but with the first."""
        blocks = self._corrected(self.intake.push(batch))
        if heard is None:
            sampled = tuple(number for number, block in enumerate(blocks) if len(block))
            heard = [(chunk.arrival_ns, sampled) for chunk in batch]
        self._silence.note(heard)
        silent = {side: self._silent_segments(side) for side in self.legs}
        updates = [leg.push(*self._of_leg(blocks, side), silent[side]) for side, leg in self.legs.items()]
        return self._update(blocks, updates, self._settled())

    def _heard(self, batch: list[Chunk]) -> "list[Heard] | None":
        """Give which sensors showed that they live, and when; None where samples alone can tell: a link is shared."""
        try:
            return [(at, self._alone[sensor] if kind is Kind.RECEIVED else ()) for sensor, at, _, kind in batch]
        except KeyError:
            return None

    def _update(self, blocks: list[SampleBlock], updates: list[LegUpdate], settled: dict[Side, float]) -> Update:
        for update in updates:
            self._merge.push(update.findings)
        aligned_at = {side: leg.aligned_at for side, leg in self.legs.items()}
        findings = self._merge.pull(settled, aligned_at)
        return Update(
            [angles for update in updates for angles in update.angles],
            [finding.event for finding in findings],
            [finding.phase for finding in findings if finding.phase is not None],
            [finding.stride for finding in findings if finding.stride is not None],
            [update.alignment for update in updates if update.alignment is not None],
            blocks,
            [slip for update in updates for slip in update.slips],
        )

    def _of_leg(self, blocks: list[SampleBlock], side: Side) -> tuple[SampleBlock, SampleBlock]:
        return (
            blocks[self._numbers[Placement(side, Segment.THIGH)]],
            blocks[self._numbers[Placement(side, Segment.SHANK)]],
        )

    def _silent_segments(self, side: Side) -> frozenset[Segment]:
        silent = self._silence.sensors
        return frozenset(s for s in Segment if self._numbers[Placement(side, s)] in silent)


Heard = tuple[int, tuple[int, ...]]
"""An arrival, ns, and the sensors that were heard by it."""


class _Silence:
    """Which sensors have fallen silent, by the arrival of what the others sent."""

    def __init__(self, sensors: int, limit_ns: int) -> None:
        self._limit_ns = limit_ns
        self._last: list[int | None] = [None] * sensors
        self._now: int | None = None
        self.sensors: frozenset[int] = frozenset()

    def changes_within(self, batch: list[Heard]) -> bool:
        """Tell whether, in a batch of several arrivals, a sensor would fall silent or come back."""
        last = [batch[0][0] if time is None else time for time in self._last]
        for arrival_ns, heard in batch:
            for number in heard:
                if arrival_ns - last[number] > self._limit_ns or number in self.sensors:
                    return True
                last[number] = arrival_ns
        now = max(batch[-1][0], self._now or batch[-1][0])
        return any(now - time > self._limit_ns and number not in self.sensors for number, time in enumerate(last))

    def note(self, batch: list[Heard]) -> None:
        """Take note of what arrived."""
        if not batch:
            return
        self._last = [batch[0][0] if time is None else time for time in self._last]
        for arrival_ns, heard in batch:
            for number in heard:
                self._last[number] = arrival_ns
        self._now = max(batch[-1][0], self._now or batch[-1][0])
        self.sensors = frozenset(
            number for number, time in enumerate(self._last) if time is not None and self._now - time > self._limit_ns
        )


def _numbers_of(sensors: Sequence[SensorFacts]) -> dict[Placement, int]:
    return {facts.placement: number for number, facts in enumerate(sensors)}


def _of_side(numbers: dict[Placement, int], side: Side) -> list[int]:
    return [numbers[Placement(side, segment)] for segment in Segment]


def _whole_legs(numbers: dict[Placement, int]) -> list[Side]:
    sides = [side for side in Side if all(Placement(side, segment) in numbers for segment in Segment)]
    if len(numbers) != 2 * len(sides) or not sides:
        worn = ", ".join(str(placement) for placement in numbers) or "none"
        raise ValueError(f"expected a sensor on thigh and shank of each leg that is measured, got {worn}")
    return sides


def _together(updates: list[Update]) -> Update:
    return Update(
        [x for update in updates for x in update.angles],
        [x for update in updates for x in update.events],
        [x for update in updates for x in update.phases],
        [x for update in updates for x in update.strides],
        [x for update in updates for x in update.alignments],
        [SampleBlock.join(list(blocks)) for blocks in zip(*(update.samples for update in updates), strict=True)],
        [x for update in updates for x in update.slips],
    )

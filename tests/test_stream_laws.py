"""The five laws of the streaming contract (docs/architecture.md), for every stage and for the whole pipeline.

Everything is compared to the bit: `exact` turns an output into bytes, NaN equal to NaN.
"""

import copy
import pickle
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from itertools import chain
from math import isnan
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from calibration.alignment import Alignment, LegAligner
from calibration.model import CalibrationSet, WornSensor
from calibration.rest import RestDetector
from calibration.routine import Routine
from calibration.strapdown import Strapdown
from firmware_bridge.intake import Intake
from firmware_bridge.samples import Placement, Quality, SampleBlock, Segment, Side
from firmware_bridge.source import NO_SENSOR, Chunk, Kind
from legcycle_imu.angle_grid import PLACEMENTS, AnglesResampler
from legcycle_imu.drills import Drill, DrillSession, Recogniser
from legcycle_imu.events import ShankDetector, ThighDetector
from legcycle_imu.leg import Finding, Leg, LegSettings, LegUpdate
from legcycle_imu.lowpass import Lowpass, LowpassDesign
from legcycle_imu.merge import LegMerge
from legcycle_imu.model import GaitEvent, SegmentAngles, Stride, Update
from legcycle_imu.orientation import Orientation
from legcycle_imu.phases import PhaseMachine
from legcycle_imu.pipeline import Pipeline
from legcycle_imu.simulation import ErrorModel, draw_sensors, running_script
from legcycle_imu.strides import StrideBuilder
from tests.drill_rows import angles as angles_of_drill
from tests.strategies import SESSIONS, Session, cuts, every, parts, session_of, together, without

THIGH, SHANK = Placement(Side.LEFT, Segment.THIGH), Placement(Side.LEFT, Segment.SHANK)
Channels = dict[str, bytes]


# Outputs as bytes


def exact(value: Any) -> bytes:
    """Every bit of a value."""
    if isinstance(value, np.ndarray):
        floats = np.where(np.isnan(value), np.nan, value) if value.dtype.kind == "f" else value
        return np.ascontiguousarray(floats).tobytes()
    if isinstance(value, float):
        return b"nan" if isnan(value) else value.hex().encode()
    parts = parts_of(value)
    return repr(value).encode() if parts is None else b"(" + b",".join(map(exact, parts)) + b")"


def parts_of(value: Any) -> Iterable[Any] | None:
    """What a record or collection is made of, in an order of its own; None for anything else."""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, dict):
        return value.items()
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.astuple(value)
    if is_dataclass(value):
        return [getattr(value, f.name) for f in fields(value)]
    return value if isinstance(value, tuple | list) else None


def of_columns(output: Any) -> Channels:
    """Channels of a record of arrays."""
    names = output._fields if hasattr(output, "_fields") else [f.name for f in fields(output)]
    return {name: exact(getattr(output, name)) for name in names}


def of_array(output: np.ndarray) -> Channels:
    return {"values": exact(output)}


def of_arrays(output: Sequence[np.ndarray]) -> Channels:
    return {str(k): exact(column) for k, column in enumerate(output)}


def of_list(output: Iterable[Any]) -> Channels:
    return {"items": b"".join(exact(item) for item in output)}


def of_angles(blocks: Iterable[SegmentAngles]) -> Channels:
    return joined(
        {f"{block.placement} {name}": data for name, data in of_columns(block).items() if name != "placement"}
        for block in blocks
    )


def of_blocks(blocks: Iterable[SampleBlock]) -> Channels:
    """The samples of each sensor."""
    return {f"{number} {name}": data for number, block in enumerate(blocks) for name, data in of_columns(block).items()}


def of_alignment(found: Alignment | None) -> Channels:
    """All but the samples behind the instant of alignment: how many of them are here is up to the cut."""
    if found is None:
        return {}
    held = [block[: int(np.searchsorted(block.time, found.at, "right"))] for block in (found.thigh, found.shank)]
    return of_list([found.at, found.calibration, found.uprights, found.lost_s, *held])


def of_leg(update: LegUpdate) -> Channels:
    return {
        **of_angles(update.angles),
        "findings": of_list(update.findings)["items"],
        "slips": of_list(update.slips)["items"],
        "alignment": of_alignment(update.alignment).get("items", b""),
    }


def of_recalibrated(update: LegUpdate) -> Channels:
    """All but the alignment: of its two, one call gives but one."""
    return {name: data for name, data in of_leg(update).items() if name != "alignment"}


def of_update(update: Update) -> Channels:
    return {
        **of_angles(update.angles),
        "events": of_list(update.events)["items"],
        "phases": of_list(update.phases)["items"],
        "strides": of_list(update.strides)["items"],
        **joined({f"{slip.side} slips": exact(slip)} for slip in update.slips),
        **joined({f"{a.calibration.side} alignment": of_alignment(a)["items"]} for a in update.alignments),
    }


def joined(outputs: Iterable[Channels]) -> Channels:
    """What several calls gave, one after the other."""
    whole: dict[str, list[bytes]] = {}
    for output in outputs:
        for name, data in output.items():
            whole.setdefault(name, []).append(data)
    return {name: data for name, pieces in whole.items() if (data := b"".join(pieces))}


# Stages that need help to be fed


class AbsoluteRest:
    """`RestDetector`, window ends counted from the first sample of the stream instead of the block."""

    def __init__(self, rate_hz: float) -> None:
        self.stage, self.count = RestDetector(rate_hz), 0

    def push(self, block: SampleBlock) -> Any:
        windows = self.stage.push(block)
        self.count += len(block)
        return windows._replace(end=windows.end + self.count - len(block))


class UntilAligned:
    """`LegAligner`, given nothing any more once it has found."""

    def __init__(self, session: Session, side: Side) -> None:
        self.stage = LegAligner(side, *(rate_of(session, Placement(side, segment)) for segment in Segment))
        self.done = False

    def push(self, samples: "Merged") -> Alignment | None:
        return self._noted(None if self.done else self.stage.push(*samples.blocks))

    def flush(self) -> Alignment | None:
        return self._noted(None if self.done else self.stage.flush())

    def _noted(self, found: Alignment | None) -> Alignment | None:
        self.done = self.done or found is not None
        return found


class PairOfSensors:
    """A leg, fed with the samples of both its sensors."""

    def __init__(self, stage: Leg) -> None:
        self.stage = stage

    def push(self, samples: "Merged") -> LegUpdate:
        return self.stage.push(*samples.blocks)

    def flush(self) -> LegUpdate:
        return self.stage.flush()


class Recalibrated(PairOfSensors):
    """A leg that is given another calibration between two samples, in the middle of its stream."""

    def __init__(self, stage: Leg, session: Session) -> None:
        super().__init__(stage)
        self.left = len(merged(session, LEFT)) // 2
        self.calibration = session.calibration.leg(LEFT)

    def push(self, samples: "Merged") -> LegUpdate:
        first, second, left = samples[: self.left], samples[self.left :], self.left
        self.left -= len(first)
        updates = [super().push(first)]
        if left and not self.left:
            assert self.calibration is not None
            time = max(float(block.time[-1]) for block in first.blocks if len(block))
            updates += [self.stage.recalibrate(self.calibration, time), super().push(second)]
        elif not left:
            updates = [super().push(samples)]
        return LegUpdate(
            [a for u in updates for a in u.angles],
            [f for u in updates for f in u.findings],
            next((u.alignment for u in updates if u.alignment), None),
            tuple(slip for u in updates for slip in u.slips),
        )


class Rows:
    """A strapdown or filter, which takes arrays."""

    def __init__(self, stage: Any, values: Callable[[SampleBlock], np.ndarray]) -> None:
        self.stage, self.values = stage, values

    def push(self, block: SampleBlock) -> Any:
        return self.stage.push(self.values(block))


class Detector:
    """A detector, fed from samples of the segment frame."""

    def __init__(self, stage: ShankDetector | ThighDetector) -> None:
        self.stage = stage

    def push(self, block: SampleBlock) -> list[Any]:
        rate = np.ascontiguousarray(block.gyr[:, 2])
        if isinstance(self.stage, ThighDetector):
            return self.stage.push(block.time, rate, block.quality)
        return self.stage.push(block.time, rate, block.acc[:, 1].copy(), block.quality)


class OneByOne:
    """A stage that takes single items."""

    def __init__(self, stage: PhaseMachine) -> None:
        self.stage = stage

    def push(self, items: Sequence[Any]) -> list[Any]:
        return list(chain.from_iterable(self.stage.push(item) for item in items))


class Builder:
    """`StrideBuilder`, fed as a leg feeds it: all angles of a part, then its events."""

    def __init__(self, session: Session) -> None:
        rates = [rate_of(session, Placement(Side.LEFT, segment)) for segment in Segment]
        self.stage = StrideBuilder(Side.LEFT, session.geometry, *rates)

    def push(self, items: Sequence[SegmentAngles | GaitEvent]) -> list[Stride]:
        for placement in (THIGH, SHANK):
            if blocks := [x for x in items if isinstance(x, SegmentAngles) and x.placement == placement]:
                self.stage.push_angles(SegmentAngles.join(blocks))
        given = [self.stage.push(x) for x in items if isinstance(x, GaitEvent)]
        if known := [x.t_known for x in items if isinstance(x, GaitEvent)]:
            self.stage.forget_before(known[-1])
        return [stride for stride in given if stride is not None]


class Merge:
    """`LegMerge`, fed with what single samples brought to each leg."""

    def __init__(self) -> None:
        self.stage = LegMerge()

    def push(self, steps: Sequence["MergeStep"]) -> list[Finding]:
        for side in Side:
            self.stage.push([finding for step in steps for finding in step.findings[side]])
        return self.stage.pull(steps[-1].settled, steps[-1].aligned_at) if steps else []

    def flush(self) -> list[Finding]:
        return self.stage.pull(dict.fromkeys(Side, np.inf), dict.fromkeys(Side, -np.inf))


class EveryTick:
    """`Routine`, which tells how it stands after every tick."""

    def __init__(self, session: Session) -> None:
        self.stage = Routine(session.sensors)

    def push(self, samples: "All") -> list[Any]:
        return list(self.stage.follow(samples.blocks))

    def flush(self) -> list[Any]:
        return [self.stage.flush()]


class Grid:
    """`AnglesResampler`, fed with blocks as long as the parts."""

    def __init__(self) -> None:
        self.stage = AnglesResampler(PLACEMENTS)

    def push(self, items: Sequence[SegmentAngles]) -> Any:
        return self.stage.push(of_each(items))

    def flush(self) -> Any:
        return self.stage.flush()


class Drilling:
    """`DrillSession` or `Recogniser`, fed with angles and strides."""

    def __init__(self, stage: DrillSession | Recogniser) -> None:
        self.stage = stage

    def push(self, items: Sequence[SegmentAngles | Stride]) -> list[Any]:
        angles = of_each([item for item in items if isinstance(item, SegmentAngles)])
        return list(self.stage.push(Update(angles=angles, strides=[x for x in items if isinstance(x, Stride)])))

    def flush(self) -> list[Any]:
        return list(self.stage.flush())


def of_each(items: Sequence[SegmentAngles]) -> list[SegmentAngles]:
    each = {placement: [x for x in items if x.placement == placement] for placement in PLACEMENTS}
    return [SegmentAngles.join(blocks) for blocks in each.values() if blocks]


@dataclass(frozen=True)
class Merged:
    """Samples of the two sensors of a leg in the order of their times: `order` tells whose is next."""

    thigh: SampleBlock
    shank: SampleBlock
    order: np.ndarray

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, part: slice) -> "Merged":
        start, stop, _ = part.indices(len(self.order))
        a, b = (int(np.count_nonzero(self.order[:k])) for k in (start, stop))
        return Merged(self.thigh[start - a : stop - b], self.shank[a:b], self.order[part])

    @property
    def blocks(self) -> tuple[SampleBlock, SampleBlock]:
        return self.thigh, self.shank


@dataclass(frozen=True)
class All:
    """Samples of all sensors in the order of their times: `order` tells whose is next."""

    blocks: list[SampleBlock]
    order: np.ndarray

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, part: slice) -> "All":
        start, stop, _ = part.indices(len(self.order))
        edges = [
            (int((self.order[:start] == k).sum()), int((self.order[:stop] == k).sum())) for k in range(len(self.blocks))
        ]
        return All([block[slice(*edge)] for block, edge in zip(self.blocks, edges, strict=True)], self.order[part])


@dataclass(frozen=True)
class MergeStep:
    """What one sample brought: findings, and how far each leg has come."""

    findings: dict[Side, list[Finding]]
    settled: dict[Side, float]
    aligned_at: dict[Side, float]


# What the stages are fed with


def rate_of(session: Session, placement: Placement) -> float:
    return session.sensors[session.number(placement)].rate_hz


def merged(session: Session, side: Side) -> Merged:
    thigh, shank = (session.block(Placement(side, segment)) for segment in (Segment.THIGH, Segment.SHANK))
    of_shank = np.repeat([False, True], [len(thigh), len(shank)])
    return Merged(thigh, shank, of_shank[np.argsort(np.concatenate((thigh.time, shank.time)), kind="stable")])


def all_sensors(session: Session) -> All:
    blocks = [session.block(facts.placement) for facts in session.sensors]
    whose = np.repeat(np.arange(len(blocks)), [len(block) for block in blocks])
    return All(blocks, whose[np.argsort(np.concatenate([block.time for block in blocks]), kind="stable")])


def leg_of(session: Session, side: Side) -> Leg:
    rates = {segment: rate_of(session, Placement(side, segment)) for segment in Segment}
    known = session.known_calibration
    return Leg(side, rates, session.geometry, known.leg(side) if known else None, LegSettings())


def detections(session: Session) -> list[Any]:
    thigh = Detector(ThighDetector(rate_of(session, THIGH))).push(session.turned(THIGH))
    shank = Detector(ShankDetector(rate_of(session, SHANK))).push(session.turned(SHANK))
    return sorted(thigh + shank, key=lambda found: (found.t_known, found.t))


def single_angles(session: Session, placements: Sequence[Placement]) -> list[tuple[float, SegmentAngles]]:
    singles = []
    for placement in placements:
        whole = Orientation(placement, rate_of(session, placement), 0.01).push(session.turned(placement))
        columns = (whole.time, whole.angle, whole.rate, whole.quality)
        singles += [
            (float(whole.time[k]), SegmentAngles(placement, *(column[k : k + 1] for column in columns)))
            for k in range(len(whole))
        ]
    return sorted(singles, key=lambda single: single[0])


def angles_and_events(session: Session) -> list[SegmentAngles | GaitEvent]:
    machine = PhaseMachine(Side.LEFT)
    events = [event for found in detections(session) for event, _ in machine.push(found)]
    keyed: list[tuple[float, Any]] = [*single_angles(session, (THIGH, SHANK)), *((e.t_known, e) for e in events)]
    return [item for _, item in sorted(keyed, key=lambda pair: pair[0])]


def angles_and_strides(session: Session) -> list[SegmentAngles | Stride]:
    """Strides of both legs as they become known, between the angles."""
    known_after_s = 0.3
    strides = [(s.next_initial_contact_s + known_after_s, s) for s in session.knowing().strides()]
    keyed: list[tuple[float, Any]] = [*single_angles(session, PLACEMENTS), *strides]
    return [item for _, item in sorted(keyed, key=lambda pair: pair[0])]


def merge_steps(session: Session) -> list[MergeStep]:
    legs = {side: leg_of(session, side) for side in Side}
    streams = {side: merged(session, side) for side in Side}
    steps = []
    for k in range(max(map(len, streams.values()))):
        findings = {side: legs[side].push(*streams[side][k : k + 1].blocks).findings for side in Side}
        settled = {side: leg.settled(frozenset()) for side, leg in legs.items()}
        steps.append(MergeStep(findings, settled, {side: leg.aligned_at for side, leg in legs.items()}))
    return steps


def calibrated_pipeline(session: Session) -> Pipeline:
    """A pipeline whose sensors are believed to be on the other leg each."""
    other = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}
    believed = [
        facts._replace(device=str(number), placement=Placement(other[facts.placement.side], facts.placement.segment))
        for number, facts in enumerate(session.sensors)
    ]
    return Pipeline(believed, session.geometry, session.known_calibration)


def calibrated_chunks(session: Session) -> list[Chunk]:
    """The stream with a calibration before the legs are aligned, and one later that says where sensors are worn."""
    worn = tuple(WornSensor(str(k), facts.node, *facts.placement) for k, facts in enumerate(session.sensors))
    legs = session.calibration.legs
    made = {4.0: CalibrationSet(legs[:1]), 6.0: CalibrationSet(legs, sensors=worn)}
    chunks = session.chunks()
    for at_s, calibration in made.items():
        place = next(k for k, chunk in enumerate(chunks) if chunk.arrival_ns > at_s * 1e9)
        text = calibration.to_json().encode()
        chunks.insert(place, Chunk(NO_SENSOR, chunks[place].arrival_ns, text, Kind.CALIBRATION))
    return chunks


# The table of stages


@dataclass(frozen=True)
class Stage:
    """One row: how to make a stage, what to feed it with, and what its output is in bytes."""

    name: str
    build: Callable[[Session], Any]
    items: Callable[[Session], Any]
    """Something with a length that can be sliced: the stream."""
    channels: Callable[[Any], Channels]

    def outputs(self, stage: Any, items: Any, slices: Iterable[slice], *, flush: bool = True) -> Channels:
        """What a stage gives for a stream that is cut so."""
        given = [self.channels(stage.push(items[part])) for part in slices]
        return joined([*given, self.rest(stage)] if flush else given)

    def rest(self, stage: Any) -> Channels:
        return self.channels(stage.flush()) if hasattr(stage, "flush") else {}


LEFT = Side.LEFT
STAGES = (
    Stage(
        "Intake",
        lambda s: Intake(s.sensors),
        Session.chunks,
        of_blocks,
    ),
    Stage("RestDetector", lambda s: AbsoluteRest(rate_of(s, SHANK)), lambda s: s.block(SHANK), of_columns),
    Stage(
        "Strapdown",
        lambda s: Rows(Strapdown(rate_of(s, SHANK)), lambda block: block.gyr),
        lambda s: s.block(SHANK),
        of_arrays,
    ),
    Stage(
        "Lowpass",
        lambda s: Rows(Lowpass(LowpassDesign(4.0, 2), rate_of(s, SHANK)), lambda block: block.gyr[:, 2]),
        lambda s: s.block(SHANK),
        of_array,
    ),
    Stage(
        "Orientation",
        lambda s: Orientation(SHANK, rate_of(s, SHANK), 0.01),
        lambda s: s.turned(SHANK),
        lambda a: of_angles([a]),
    ),
    Stage("ShankDetector", lambda s: Detector(ShankDetector(rate_of(s, SHANK))), lambda s: s.turned(SHANK), of_list),
    Stage("ThighDetector", lambda s: Detector(ThighDetector(rate_of(s, THIGH))), lambda s: s.turned(THIGH), of_list),
    Stage("PhaseMachine", lambda _: OneByOne(PhaseMachine(LEFT)), detections, of_list),
    Stage("StrideBuilder", Builder, angles_and_events, of_list),
    Stage("LegAligner", lambda s: UntilAligned(s, LEFT), lambda s: merged(s, LEFT), of_alignment),
    Stage("Routine", EveryTick, all_sensors, of_list),
    Stage("Leg", lambda s: PairOfSensors(leg_of(s, LEFT)), lambda s: merged(s, LEFT), of_leg),
    Stage(
        "Leg, recalibrated",
        lambda s: Recalibrated(leg_of(s, LEFT), s),
        lambda s: merged(s, Side.LEFT),
        of_recalibrated,
    ),
    Stage("LegMerge", lambda _: Merge(), merge_steps, of_list),
    Stage("Pipeline", Session.pipeline, Session.chunks, of_update),
    Stage("Pipeline, calibrated", calibrated_pipeline, calibrated_chunks, of_update),
    Stage(
        "AnglesResampler",
        lambda _: Grid(),
        lambda s: [angles for _, angles in single_angles(s, PLACEMENTS)],
        of_columns,
    ),
    Stage("DrillSession, runs", lambda _: Drilling(DrillSession(Drill.RUN_30M)), angles_and_strides, of_list),
    Stage("Recogniser, runs", lambda _: Drilling(Recogniser()), angles_and_strides, of_list),
    *(
        Stage(
            f"{kind}, {drill}",
            lambda _, make=make, drill=drill: Drilling(make(drill)),  # type: ignore[misc]
            lambda _, drill=drill: angles_of_drill(drill, 1, 3),  # type: ignore[misc]
            of_list,
        )
        for kind, make in (("DrillSession", DrillSession), ("Recogniser", lambda _: Recogniser()))
        for drill in (Drill.PUSH_LIFT_DRIVE, Drill.PRONE_FLICKS)
    ),
)


@cache
def stream(stage: Stage, name: str) -> Any:
    return stage.items(SESSIONS[name]())


@cache
def whole(stage: Stage, name: str) -> Channels:
    """What a stage gives for the uncut stream."""
    items = stream(stage, name)
    return stage.outputs(stage.build(SESSIONS[name]()), items, [slice(0, len(items))])


@cache
def marks(stage: Stage, name: str) -> tuple[int, ...]:
    """Places in the stream where something happens: after gaps, and in the stream of chunks around silences."""
    items = stream(stage, name)
    if isinstance(items, SampleBlock):
        return tuple(np.flatnonzero(items.quality & (Quality.AFTER_GAP | Quality.FILLED)).tolist())
    if isinstance(items, Merged):
        return tuple(k for k, time in enumerate(merged_gaps(items)) if time)
    return ()


def merged_gaps(items: Merged) -> list[bool]:
    quality = np.empty(len(items), np.uint8)
    quality[~items.order], quality[items.order] = items.thigh.quality, items.shank.quality
    return [bool(flag & Quality.AFTER_GAP) for flag in quality.tolist()]


def differing(a: Channels, b: Channels) -> list[str]:
    """Names of the channels that are not the same to the bit."""
    return sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))


def assert_same(a: Channels, b: Channels) -> None:
    names = differing(a, b)  # the bytes themselves would tell nobody anything
    assert not names


few = settings(max_examples=2, phases=(Phase.explicit, Phase.generate))
"""Examples are small as they are: cuts of a stream that is always the same."""
every_stage = pytest.mark.parametrize("stage", STAGES, ids=[stage.name for stage in STAGES])
every_session = pytest.mark.parametrize("name", SESSIONS)


# 1: any cut gives the same


@every_stage
@every_session
@few
@given(data=st.data())
def test_the_output_does_not_depend_on_how_the_stream_is_cut(stage: Stage, name: str, data: st.DataObject) -> None:
    items = stream(stage, name)
    places = data.draw(cuts(len(items), marks(stage, name)))
    cut = stage.outputs(stage.build(SESSIONS[name]()), items, parts(len(items), places))
    assert_same(cut, whole(stage, name))


@every_stage
@pytest.mark.parametrize("size", [1, 7, 64])
def test_pieces_of_equal_size_give_the_same_as_the_whole(stage: Stage, size: int) -> None:
    items = stream(stage, "gaps")
    cut = stage.outputs(stage.build(SESSIONS["gaps"]()), items, every(len(items), size))
    assert_same(cut, whole(stage, "gaps"))


PIECES = (1, 7, 64, 5000)


@pytest.mark.parametrize("name", SESSIONS)
def test_chunks_of_one_sample_pushed_so_many_at_a_time_give_the_same(name: str) -> None:
    session = SESSIONS[name]()
    chunks = session.chunks()
    first, *others = (passed(session, [chunks[part] for part in every(len(chunks), size)]) for size in PIECES)
    for other in others:
        assert_same(first, other)


@pytest.mark.parametrize("name", ["run", "preamble", "odd rates"])
@pytest.mark.parametrize("samples", [5, 20])
def test_longer_chunks_give_the_same_strides(name: str, samples: int) -> None:
    session = SESSIONS[name]()
    assert exact(session.strides(samples)) == exact(session.strides(1))


def test_a_chunk_split_inside_a_record_gives_the_same(run: Session) -> None:
    split = []
    for chunk in run.chunks(3):
        split += [chunk._replace(data=chunk.data[:61]), chunk._replace(data=chunk.data[61:])]
    assert_same(passed(run, [[chunk] for chunk in split]), passed(run, [run.chunks(3)]))


def passed(session: Session, batches: Iterable[list[Chunk]]) -> Channels:
    """All that a new pipeline gives for batches of chunks."""
    pipeline = session.pipeline()
    return of_update(together([*map(pipeline.push, batches), pipeline.flush()]))


@every_stage
@every_session
def test_every_stage_finds_something_in_every_stream(stage: Stage, name: str) -> None:
    assert whole(stage, name)


@cache
def slipping() -> Session:
    """A run in which the left thigh's sensor turns round the leg, and the right shank's tilts, from one sample on."""
    whole = session_of(running_script(3.5, 16.0, preamble=False, overground=False), draw_sensors(6, rate_hz=60.0), 6)
    spins = {THIGH: about(1, 0.45), Placement(Side.RIGHT, Segment.SHANK): about(2, 0.3)}

    def slipped(placement: Placement, block: SampleBlock) -> SampleBlock:
        if placement not in spins:
            return block
        leg = whole.calibration.leg(placement.side)
        assert leg is not None
        seat = leg[placement.segment].matrix()
        turn = np.where((block.time < 8.0)[:, None, None], np.eye(3), seat.T @ spins[placement] @ seat)
        gyr, acc = (np.einsum("nij,nj->ni", turn, vectors) for vectors in (block.gyr, block.acc))
        return replace(block, gyr=gyr, acc=acc)

    return whole.with_samples(slipped)


def about(axis: int, angle: float) -> np.ndarray:
    x, y = [(1, 2), (2, 0), (0, 1)][axis]
    turn = np.eye(3)
    turn[x, x] = turn[y, y] = np.cos(angle)
    turn[x, y], turn[y, x] = -np.sin(angle), np.sin(angle)
    return turn


@pytest.mark.parametrize("given", [True, False])
def test_slips_are_told_alike_however_the_stream_is_cut(given: bool) -> None:
    session = replace(slipping(), given=given)
    chunks = session.chunks()
    first, *others = (passed(session, [chunks[part] for part in every(len(chunks), size)]) for size in PIECES)
    assert {name for name in first if name.endswith("slips")} == {"left slips", "right slips"}
    for other in others:
        assert_same(first, other)


# 2: nothing is taken back


@every_stage
@every_session
@few
@given(data=st.data())
def test_what_a_prefix_gives_is_a_prefix_of_what_the_whole_gives(stage: Stage, name: str, data: st.DataObject) -> None:
    items = stream(stage, name)
    length = data.draw(st.integers(0, len(items)))
    prefix = stage.outputs(stage.build(SESSIONS[name]()), items, [slice(0, length)], flush=False)
    all_of_it = whole(stage, name)
    taken_back = [channel for channel, known in prefix.items() if not all_of_it.get(channel, b"").startswith(known)]
    assert not taken_back


# 3: only stream time counts


@every_stage
def test_the_time_of_the_push_changes_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    hours = iter(range(0, 10**9, 3600))
    for clock in ("time", "monotonic", "perf_counter"):
        monkeypatch.setattr(time, clock, lambda: float(next(hours)))
    items = stream(stage, "run")
    late = stage.outputs(stage.build(SESSIONS["run"]()), items, every(len(items), max(len(items) // 20, 1)))
    monkeypatch.undo()
    assert_same(late, whole(stage, "run"))


@pytest.mark.parametrize("later_ns", [1, 10**6, 3600 * 10**9])
def test_arrival_may_be_later_for_all(run: Session, later_ns: int) -> None:
    later = [chunk._replace(arrival_ns=chunk.arrival_ns + later_ns) for chunk in run.chunks()]
    assert_same(passed(run, [later]), passed(run, [run.chunks()]))


def test_arrival_may_jitter_between_pushes(run: Session) -> None:
    chunks = run.chunks()
    jitter = np.random.default_rng(1).integers(0, 200_000_000, len(chunks)).tolist()
    late = [chunk._replace(arrival_ns=chunk.arrival_ns + ns) for chunk, ns in zip(chunks, jitter, strict=True)]
    assert_same(passed(run, [late]), passed(run, [chunks]))


def test_one_sensor_may_lag_behind_the_others(preamble: Session) -> None:
    lag_ns = 400_000_000
    lagging = sorted(
        (c._replace(arrival_ns=c.arrival_ns + lag_ns * (c.sensor == 1)) for c in preamble.chunks()),
        key=lambda chunk: chunk.arrival_ns,
    )
    found = preamble.pipeline()
    strides = [*found.push(lagging).strides, *found.flush().strides]
    assert exact(strides) == exact(preamble.strides(1))


# The silence rule


SILENCES = {
    "dies": [(6.0, np.inf)],
    "comes back": [(6.0, 9.0)],
    "starts late": [(0.0, 3.0)],
    "never starts": [(0.0, np.inf)],
    "flickers": [(4.0, 5.01), (6.0, 7.05), (8.0, 8.9)],
}


@pytest.fixture(scope="module")
def sparse() -> Session:
    script = running_script(3.5, 12.0, preamble=False, overground=False)
    return session_of(script, draw_sensors(2, rate_hz=60.0), 2)


def silenced(session: Session, placement: Placement, spans: Sequence[tuple[float, float]]) -> Session:
    return session.with_samples(lambda where, block: without(block, spans) if where == placement else block)


@pytest.mark.parametrize(("placement", "given"), [(THIGH, True), (Placement(Side.RIGHT, Segment.SHANK), False)])
@pytest.mark.parametrize("which", SILENCES)
def test_silence_is_told_by_the_stream_alone(sparse: Session, which: str, placement: Placement, given: bool) -> None:
    session = silenced(replace(sparse, given=given), placement, SILENCES[which])
    chunks = session.chunks()
    first, *others = (passed(session, [chunks[part] for part in every(len(chunks), size)]) for size in (1, 7, 64))
    for other in others:
        assert_same(first, other)


@pytest.mark.parametrize("given", [True, False], ids=["given", "aligning"])
@pytest.mark.parametrize("which", ["dies", "never starts"])
def test_the_other_leg_is_not_kept_waiting_by_a_dead_sensor(run: Session, which: str, given: bool) -> None:
    session = silenced(replace(run, given=given), SHANK, SILENCES[which])
    pipeline = session.pipeline()
    strides = pipeline.push(session.chunks()).strides
    last = max(stride.next_initial_contact_s for stride in strides if stride.side is Side.RIGHT)
    assert last > run.simulation.script.duration_s - 2.5


# 4: a copy goes on as the original would


@every_stage
@every_session
@few
@given(data=st.data())
def test_a_copy_made_in_the_middle_goes_on_alike(stage: Stage, name: str, data: st.DataObject) -> None:
    items = stream(stage, name)
    middle = data.draw(st.integers(0, len(items)))
    original = stage.build(SESSIONS[name]())
    before = stage.outputs(original, items, [slice(0, middle)], flush=False)
    duplicate = copy.deepcopy(original)
    rest = [slice(middle, len(items))]
    for each in (duplicate, original):  # the copy first: it must not move the original along
        assert_same(joined([before, stage.outputs(each, items, rest)]), whole(stage, name))


# 5: gaps are data, and memory is bounded


@pytest.mark.parametrize("gap_s", [0.015, 0.05, 0.3, 3.0])
@pytest.mark.parametrize("placement", [THIGH, SHANK], ids=str)
def test_a_gap_costs_the_strides_it_touches_and_no_other(run: Session, placement: Placement, gap_s: float) -> None:
    known = run.knowing()
    start = 6.0
    cut = silenced(known, placement, [(start, start + gap_s)])
    mine = [s for s in cut.strides() if s.side is Side.LEFT]
    assert not [s for s in mine if s.next_initial_contact_s > start + gap_s + 3.0 and s.flags]
    away = [s for s in mine if s.next_initial_contact_s < start or s.initial_contact_s > start + gap_s + 3.0]
    untouched = [s for s in known.strides() if s.side is Side.LEFT]
    for stride in away:
        nearest = min(untouched, key=lambda s: abs(s.initial_contact_s - stride.initial_contact_s))
        assert abs(nearest.initial_contact_s - stride.initial_contact_s) < 1e-3
        assert abs(nearest.toe_off_s - stride.toe_off_s) < 1e-3
    touched = [s for s in mine if s.initial_contact_s < start + gap_s and start < s.next_initial_contact_s]
    period_s = 1.0 / rate_of(known, placement)
    assert all("gap" in s.flags or "out_of_order" in s.flags for s in touched if gap_s > 2 * period_s)


def endless(session: Session, minutes: float) -> Iterable[list[Chunk]]:
    """The same run over and over."""
    chunks = session.chunks(50)
    length = session.simulation.script.duration_s
    records = [np.frombuffer(chunk.data, "<f8").reshape(-1, 7) for chunk in chunks]
    for lap in range(int(minutes * 60.0 / length)):
        shift = np.zeros(7)
        shift[0] = lap * length
        yield [
            Chunk(c.sensor, c.arrival_ns + round(shift[0] * 1e9), (rows + shift).tobytes())
            for c, rows in zip(chunks, records, strict=True)
        ]


def silent_from_the_start(placement: Placement) -> Callable[[Session], Session]:
    return lambda session: silenced(session, placement, SILENCES["never starts"])


WEARS: dict[str, Callable[[Session], Session]] = {
    "aligned": lambda session: session,
    "given": lambda session: session.knowing(),
    "never aligned": lambda session: session.with_samples(lambda _, block: at_rest(block)),
    "without one shank": silent_from_the_start(SHANK),
    "without one thigh": silent_from_the_start(THIGH),
    "given, without one shank": lambda session: silent_from_the_start(SHANK)(session.knowing()),
}


def at_rest(block: SampleBlock) -> SampleBlock:
    acc = np.zeros_like(block.acc)
    acc[:, 1] = 9.81
    return SampleBlock(block.time, np.zeros_like(block.gyr), acc, block.quality)


@pytest.mark.parametrize("wear", WEARS)
def test_memory_does_not_grow_with_the_stream(run: Session, wear: str) -> None:
    session = WEARS[wear](run)
    pipeline, grid = session.pipeline(), AnglesResampler(PLACEMENTS)
    sizes = []
    for lap, batch in enumerate(endless(session, 8.0), start=1):
        grid.push(pipeline.push(batch).angles)
        if lap % 20 == 0:
            sizes.append(len(pickle.dumps((pipeline, grid))))
    assert len(sizes) == 2
    assert sizes[1] < 1.1 * sizes[0] + 20_000
    assert sizes[1] < 4_000_000


@pytest.mark.soak
@pytest.mark.parametrize("wear", WEARS)
def test_memory_does_not_grow_in_an_hour(run: Session, wear: str) -> None:
    session = WEARS[wear](run)
    pipeline, grid = session.pipeline(), AnglesResampler(PLACEMENTS)
    sizes = []
    for lap, batch in enumerate(endless(session, 60.0), start=1):
        grid.push(pipeline.push(batch).angles)
        if lap % 50 == 0:
            sizes.append(len(pickle.dumps((pipeline, grid))))
    assert max(sizes[1:]) < 1.1 * sizes[0] + 20_000


# Longer


@pytest.mark.soak
@every_stage
@every_session
@settings(max_examples=150, phases=(Phase.explicit, Phase.generate))
@given(data=st.data())
def test_many_cuts_prefixes_and_copies(stage: Stage, name: str, data: st.DataObject) -> None:
    items = stream(stage, name)
    places = data.draw(cuts(len(items), marks(stage, name)))
    middle = data.draw(st.integers(0, len(places)))
    begun = [slice(a, b) for a, b in zip([0, *places], places, strict=False)]
    original = stage.build(SESSIONS[name]())
    before = stage.outputs(original, items, begun[:middle], flush=False)
    again = copy.deepcopy(original)
    last = places[-1] if places else 0
    rest = [*begun[middle:], slice(last, len(items))]
    assert_same(joined([before, stage.outputs(again, items, rest)]), whole(stage, name))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("speed_m_s", [2.5, 3.5, 6.0])
def test_minutes_of_a_stream_with_losses(seed: int, speed_m_s: float) -> None:
    script = running_script(speed_m_s, 60.0)
    sensors = draw_sensors(seed, rate_hz=120.0, model=ErrorModel(loss=0.01, bursts_per_min=6.0, clock_ppm=30.0))
    session = session_of(script, sensors, seed)
    chunks = session.chunks()
    first, *others = (passed(session, [chunks[part] for part in every(len(chunks), size)]) for size in PIECES)
    for other in others:
        assert_same(first, other)

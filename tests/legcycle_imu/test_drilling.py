"""A drill along a session: when it begins, rests and ends, what its marks say; the recording gives the same."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from calibration.model import CalibrationSet
from firmware_bridge.samples import Side
from firmware_bridge.source import NO_SENSOR, Chunk, Kind, SensorFacts
from legcycle_imu.announced import LEAD_S, announced
from legcycle_imu.broadcast import Passed
from legcycle_imu.config import Config
from legcycle_imu.demo import true_calibration
from legcycle_imu.drill_standing import Standing
from legcycle_imu.drilling import Drilling, replayed
from legcycle_imu.drills import Drill, DrillState, Fault, Repetition
from legcycle_imu.model import Update
from legcycle_imu.pipeline import Pipeline
from legcycle_imu.runner import Runner
from legcycle_imu.simulation.drill_people import SimulatedDrill, simulate_drill
from legcycle_imu.simulation.recording import chunks, recording_meta

COUNT = 3


@dataclass
class Session:
    """As much of a passage as a drill needs; it can pass any number of times, cut anew each time."""

    sensors: tuple[SensorFacts, ...]
    calibration: CalibrationSet
    chunks: list[Chunk]
    many: int = 1
    runner: Runner = field(default_factory=lambda: Runner(height_m=1.75))
    config: Config = field(default_factory=Config)
    passed: dict[int, list[Passed]] = field(default_factory=dict)

    @property
    def pipeline(self) -> Pipeline:
        return Pipeline(self.sensors, self.runner.geometry, self.calibration)

    def __iter__(self) -> Iterator[Update]:
        return (step.update for step in self.steps())

    def steps(self) -> list[Passed]:
        if self.many not in self.passed:
            self.passed[self.many] = list(self._pass())
        return self.passed[self.many]

    def _pass(self) -> Iterator[Passed]:
        pipeline = self.pipeline
        for begin in range(0, len(self.chunks), self.many):
            batch = self.chunks[begin : begin + self.many]
            yield Passed(batch, pipeline.push(batch), batch[-1].arrival_ns * 1e-9)
        yield Passed((), pipeline.flush(), 0.0)


@pytest.fixture(scope="module")
def done() -> SimulatedDrill:
    return simulate_drill(Drill.PUSH_LIFT, 3, repetitions=COUNT)


@pytest.fixture(scope="module")
def kept(done: SimulatedDrill) -> Session:
    facts = recording_meta(done.sensors, done.runner).sensors
    return Session(facts, true_calibration(done.sensors), list(chunks(done.samples, done.sensors, 10)))


@pytest.fixture
def session(kept: Session) -> Session:
    kept.many = 1
    return kept


@dataclass
class Marks:
    """What a recorder is told."""

    told: list[tuple[int, str]] = field(default_factory=list)

    def __call__(self, at_ns: int, text: str) -> None:
        self.told.append((at_ns, text))


def followed(session: Session, drilling: Drilling, deeds: dict[float, str] | None = None) -> tuple[Standing, Marks]:
    """Let a session pass; what a person does is done as its time comes."""
    marks, due = Marks(), dict(deeds or {})
    drilling.prepare(session, marks)  # type: ignore[arg-type]
    for step in session.steps():
        drilling.take(step)
        for at_s in [at_s for at_s in due if at_s <= step.arrived_s]:
            getattr(drilling, due.pop(at_s))()
    assert not due
    return drilling.flush(), marks


def again(session: Session, marks: Marks, many: int) -> Standing:
    session.many = many
    return replayed(session, announced(marks.told)[-1])  # type: ignore[arg-type]


def same(repetitions: tuple[Repetition, ...], others: tuple[Repetition, ...]) -> bool:
    return repr(repetitions) == repr(others)


@pytest.mark.parametrize("many", [9, 100_000])
def test_the_recording_gives_what_the_session_gave(session: Session, many: int) -> None:
    standing, marks = followed(session, Drilling(Drill.PUSH_LIFT))
    assert [text for _, text in marks.told] == ["drill push-lift"]
    assert len(standing.repetitions) == 2 * COUNT
    replay = again(session, marks, many)
    assert same(replay.repetitions, standing.repetitions)
    assert repr(replay.view) == repr(standing.view)


def test_what_was_done_is_counted(session: Session, done: SimulatedDrill) -> None:
    standing, _ = followed(session, Drilling(Drill.PUSH_LIFT))
    assert [one.side for one in standing.repetitions] == [one.side for one in done.set.repetitions]
    assert all(one.passed for one in standing.repetitions[:COUNT])
    assert {one.faults for one in standing.repetitions[COUNT:]} == {(Fault.WRONG_SIDE,)}  # ten of a leg are its turn


def test_it_waits_for_the_calibration(session: Session) -> None:
    drilling, (first, *_) = Drilling(Drill.PUSH_LIFT, waits=True), session.steps()
    drilling.prepare(session)  # type: ignore[arg-type]
    drilling.take(first)
    assert drilling.standing.view is None
    made = Chunk(NO_SENSOR, 0, session.calibration.to_json().encode(), Kind.CALIBRATION)
    drilling.take(Passed((made,), Update(), 1.0))
    assert drilling.standing.view is not None


def test_a_person_may_begin_it_without(session: Session) -> None:
    drilling = Drilling(Drill.PUSH_LIFT, waits=True)
    standing, marks = followed(session, drilling, {1.0: "start"})
    assert len(standing.repetitions) == 2 * COUNT
    assert len(marks.told) == 1


def test_begun_anew_what_was_before_counts_no_more(session: Session, done: SimulatedDrill) -> None:
    at_s = done.set.repetitions[1].end_s + 0.3
    standing, marks = followed(session, Drilling(Drill.PUSH_LIFT), {at_s: "start"})
    assert len(marks.told) == 2
    assert 0 < len(standing.repetitions) < 2 * COUNT
    assert all(one.start_s > at_s - 0.5 for one in standing.repetitions)
    assert same(again(session, marks, 9).repetitions, standing.repetitions)


def test_what_is_done_in_a_rest_is_not_counted(session: Session, done: SimulatedDrill) -> None:
    begin_s, end_s = done.set.repetitions[0].end_s + 0.02, done.set.repetitions[1].end_s - 0.1
    standing, marks = followed(session, Drilling(Drill.PUSH_LIFT), {begin_s: "rest", end_s: "rest"})
    assert [text for _, text in marks.told] == ["drill push-lift", "drill rest", "drill start"]
    assert not any(begin_s + LEAD_S < one.start_s < end_s for one in standing.repetitions)
    assert not standing.resting
    assert 2 < len(standing.repetitions) < 2 * COUNT
    assert same(again(session, marks, 9).repetitions, standing.repetitions)


def test_it_says_that_it_rests(session: Session) -> None:
    standing, _ = followed(session, Drilling(Drill.PUSH_LIFT), {4.0: "rest"})
    assert standing.resting
    assert standing.repetitions == ()


def test_an_end_is_an_end(session: Session, done: SimulatedDrill) -> None:
    at_s = done.set.repetitions[2].start_s - 0.05 - LEAD_S
    drilling = Drilling(Drill.PUSH_LIFT)
    standing, marks = followed(session, drilling, {at_s: "end"})
    assert [text for _, text in marks.told] == ["drill push-lift", "drill stop"]
    assert standing.ended
    assert standing.done
    assert len(standing.repetitions) == 2
    assert same(again(session, marks, 9).repetitions, standing.repetitions)
    drilling.rest()
    drilling.end()
    assert len(marks.told) == 2


def test_before_it_has_begun_nothing_can_rest_or_end(session: Session) -> None:
    drilling, marks = Drilling(Drill.PUSH_LIFT, waits=True), Marks()
    drilling.prepare(session, marks)  # type: ignore[arg-type]
    drilling.rest()
    drilling.end()
    assert marks.told == []
    assert drilling.flush().view is None


def test_what_is_done_after_it_was_done_counts_no_more() -> None:
    more = simulate_drill(Drill.PUSH_LIFT, 3, repetitions=12)
    facts = recording_meta(more.sensors, more.runner).sensors
    session = Session(facts, true_calibration(more.sensors), list(chunks(more.samples, more.sensors, 20)))
    standing, marks = followed(session, Drilling(Drill.PUSH_LIFT))
    assert standing.view is not None
    assert standing.view.state is DrillState.DONE
    first = [one for one in standing.repetitions if one.side is more.set.repetitions[0].side]
    assert len([one for one in standing.repetitions if one.passed]) <= 20
    assert len(first) >= 10
    assert same(again(session, marks, 100_000).repetitions, standing.repetitions)


def test_one_leg_alone_is_counted(session: Session) -> None:
    of = [number for number, facts in enumerate(session.sensors) if facts.placement.side is Side.LEFT]
    left = Session(
        tuple(session.sensors[number] for number in of),
        session.calibration,
        [chunk._replace(sensor=of.index(chunk.sensor)) for chunk in session.chunks if chunk.sensor in of],
    )
    standing, _ = followed(left, Drilling(Drill.PUSH_LIFT))
    assert {one.side for one in standing.repetitions} == {Side.LEFT}
    assert len(standing.repetitions) == COUNT


def test_marks_are_at_what_had_arrived(session: Session) -> None:
    _, marks = followed(session, Drilling(Drill.PUSH_LIFT))
    assert marks.told[0][0] == session.chunks[0].arrival_ns

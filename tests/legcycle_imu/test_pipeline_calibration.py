"""A calibration that is made while a session runs: an entry of the stream, from which on it holds."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from calibration.model import CalibrationSet, IntrinsicCalibration, WornSensor
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from firmware_bridge.source import NO_SENSOR, Chunk, Kind, SensorFacts
from legcycle_imu.model import Stride, Update
from legcycle_imu.pipeline import Pipeline
from tests.strategies import Session, together

MADE_S = 2.0
"""Before the legs have aligned themselves."""
LATE_S = 8.0
"""When strides have gone out."""
HALF_TURN = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}


def entry(calibration: CalibrationSet | str, at_s: float) -> Chunk:
    text = calibration if isinstance(calibration, str) else calibration.to_json()
    return Chunk(NO_SENSOR, round(at_s * 1e9), text.encode(), Kind.CALIBRATION)


def with_entry(session: Session, made: Chunk) -> list[Chunk]:
    chunks = session.chunks(5)
    place = next(k for k, chunk in enumerate(chunks) if chunk.arrival_ns > made.arrival_ns)
    return [*chunks[:place], made, *chunks[place:]]


def passed(pipeline: Pipeline, chunks: list[Chunk]) -> Update:
    return together([pipeline.push(chunks), pipeline.flush()])


def named(session: Session) -> list[SensorFacts]:
    """The session's sensors, each with a device."""
    return [facts._replace(device=f"device {number}") for number, facts in enumerate(session.sensors)]


def believed(session: Session, wrong: Callable[[Placement], Placement]) -> tuple[list[SensorFacts], CalibrationSet]:
    """Sensors that are believed to be worn elsewhere, and the calibration that says where each is worn."""
    sensors = named(session)
    worn = tuple(WornSensor(facts.device, facts.node, *facts.placement) for facts in sensors)
    return (
        [facts._replace(placement=wrong(facts.placement)) for facts in sensors],
        CalibrationSet(session.calibration.legs, sensors=worn),
    )


def assert_alike(found: list[Stride], expected: list[Stride], from_s: float, deg: float) -> None:
    """The same strides from some time on, but for what is left of how they began."""
    found, expected = ([s for s in strides if s.initial_contact_s > from_s] for strides in (found, expected))
    assert [stride.side for stride in found] == [stride.side for stride in expected]
    assert len(found) > 2
    for stride, other in zip(found, expected, strict=True):
        assert stride.initial_contact_s == pytest.approx(other.initial_contact_s, abs=2e-3)
        assert stride.knee_drive_deg == pytest.approx(other.knee_drive_deg, abs=deg)


def test_what_waited_for_an_alignment_goes_by_the_one_that_was_made(run: Session):
    pipeline = run.pipeline()
    update = passed(pipeline, with_entry(run, entry(run.calibration, MADE_S)))
    assert [alignment.at for alignment in update.alignments] == pytest.approx([MADE_S, MADE_S], abs=0.1)
    assert_alike(update.strides, run.knowing().strides(), MADE_S + 3.0, deg=0.7)


def test_aligned_legs_go_by_it_from_then_on(run: Session):
    before, after = run.strides(), passed(run.pipeline(), with_entry(run, entry(run.calibration, LATE_S))).strides
    early = [stride for stride in before if stride.next_initial_contact_s < LATE_S - 1.0]
    assert early == after[: len(early)]
    assert early
    assert_alike(after, run.knowing().strides(), LATE_S, deg=0.7)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda worn: Placement(HALF_TURN[worn.side], worn.segment), id="left and right"),
        pytest.param(
            lambda worn: Placement(worn.side, Segment.SHANK if worn.segment is Segment.THIGH else Segment.THIGH),
            id="thigh and shank",
        ),
        pytest.param(
            lambda worn: Placement(HALF_TURN[worn.side], worn.segment) if worn.segment is Segment.THIGH else worn,
            id="the two thighs",
        ),
    ],
)
@pytest.mark.parametrize("made_s", [MADE_S, LATE_S])
def test_exchanged_sensors_are_put_right(run: Session, wrong: Callable[[Placement], Placement], made_s: float):
    sensors, calibration = believed(run, wrong)
    pipeline = Pipeline(sensors, run.geometry)
    update = passed(pipeline, with_entry(run, entry(calibration, made_s)))
    assert [facts.placement for facts in pipeline.sensors] == [facts.placement for facts in run.sensors]
    assert_alike(update.strides, run.knowing().strides(), made_s + 2.0, deg=1.0)
    for side in Side:
        numbers = [stride.stride for stride in update.strides if stride.side is side]
        assert numbers == list(range(len(numbers)))


def test_where_sensors_are_worn_may_be_known_from_the_start(run: Session):
    sensors, calibration = believed(run, lambda worn: Placement(HALF_TURN[worn.side], worn.segment))
    strides = passed(Pipeline(sensors, run.geometry, calibration), run.chunks(5)).strides
    assert_alike(strides, run.knowing().strides(), 1.0, deg=1e-6)


@pytest.mark.parametrize("text", ["", "no JSON", '{"legs": [], "format_version": 99}', "\udc80"])
def test_what_is_no_calibration_is_counted_and_changes_nothing(run: Session, text: str):
    pipeline = run.pipeline()
    made = Chunk(NO_SENSOR, round(MADE_S * 1e9), text.encode(errors="surrogateescape"), Kind.CALIBRATION)
    assert passed(pipeline, with_entry(run, made)).strides == run.strides()
    assert pipeline.refused == 1


def test_one_whose_frame_is_no_rotation_is_counted_and_changes_nothing(run: Session):
    fields = json.loads(run.calibration.to_json())
    fields["legs"][0]["shank"]["rotation"][1] = [0.0, 0.0, 0.0]
    pipeline = run.pipeline()
    assert passed(pipeline, with_entry(run, entry(json.dumps(fields), MADE_S))).strides == run.strides()
    assert pipeline.refused == 1


def test_an_alignment_that_is_found_in_what_was_held_back_is_told(run: Session, monkeypatch: pytest.MonkeyPatch):
    pipeline, chunks = run.pipeline(), run.chunks(5)
    whole = [
        SampleBlock.join([*parts]) for parts in zip(pipeline.intake.push(chunks), pipeline.intake.flush(), strict=True)
    ]
    monkeypatch.setattr(pipeline.intake, "flush", lambda: whole)
    told = pipeline.flush().alignments
    assert [alignment.at for alignment in told] == [a.at for a in passed(run.pipeline(), chunks).alignments]
    assert len(told) == 2


def test_a_calibration_that_leaves_half_a_leg_is_refused(run: Session):
    sensors = named(run)
    moved = CalibrationSet((), sensors=(WornSensor("device 0", 0, Side.RIGHT, Segment.THIGH),))
    pipeline = Pipeline(sensors, run.geometry)
    passed(pipeline, with_entry(run, entry(moved, MADE_S)))
    assert pipeline.refused == 1
    assert pipeline.sensors == sensors


def test_a_mark_of_a_person_changes_nothing(run: Session):
    mark = Chunk(NO_SENSOR, round(LATE_S * 1e9), b"lap", Kind.MARKER)
    assert passed(run.pipeline(), with_entry(run, mark)).strides == run.strides()


def test_what_a_sensor_errs_by_is_taken_back(run: Session):
    scale = 1.02
    stretched = run.with_samples(lambda _, block: replace(block, gyr=block.gyr * scale))
    back = (1.0 / scale, 1.0 / scale, 1.0 / scale)
    known = tuple(IntrinsicCalibration(facts.device, gyr_scale=back) for facts in named(run))

    def drives(session: Session, intrinsics: tuple[IntrinsicCalibration, ...]) -> list[float]:
        given = CalibrationSet(run.calibration.legs, intrinsics=intrinsics)
        strides = passed(Pipeline(named(session), run.geometry, given), session.chunks(5)).strides
        return [stride.knee_drive_deg for stride in strides]

    assert drives(stretched, known) == pytest.approx(drives(run, ()), abs=0.05, nan_ok=True)
    assert drives(stretched, ()) != pytest.approx(drives(run, ()), abs=0.2, nan_ok=True)

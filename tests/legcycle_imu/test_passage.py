"""A passage with calibrations: one that was given overrules the session's own, and what is to be said of them."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from calibration.model import CalibrationSet, IntrinsicCalibration, WornSensor
from calibration.slip import Slip
from firmware_bridge.errors import LegcycleError, Reason
from firmware_bridge.recording import RecordingMeta
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from firmware_bridge.source import NO_SENSOR, Chunk, Kind, SensorFacts
from legcycle_imu.config import Config
from legcycle_imu.model import Stride, Update
from legcycle_imu.passage import Passage
from legcycle_imu.simulation import draw_sensors
from tests.strategies import Session, running, true_calibration

MADE_S = 2.0
WRONG = true_calibration(draw_sensors(77, rate_hz=100.0))
"""How other sensors sit."""
OTHER = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}


@dataclass
class Given:
    """A source whose chunks the test gives."""

    sensors: list[SensorFacts]
    batches: list[list[Chunk]] = field(default_factory=list)

    def __iter__(self):
        return iter(self.batches)

    def close(self) -> None: ...


def named(session: Session) -> list[SensorFacts]:
    return [facts._replace(device=f"device {n}") for n, facts in enumerate(session.sensors)]


def exchanged(session: Session) -> list[SensorFacts]:
    """The sensors of the left leg are believed on the right one."""
    return [f._replace(placement=Placement(OTHER[f.placement.side], f.placement.segment)) for f in named(session)]


def worn(session: Session) -> tuple[WornSensor, ...]:
    return tuple(WornSensor(facts.device, 0, *facts.placement) for facts in named(session))


def assert_same(found: list[Stride], expected: list[Stride]) -> None:
    assert repr(found) == repr(expected)  # what is not known is NaN, which equals nothing


def passed(
    session: Session,
    *,
    sensors: list[SensorFacts] | None = None,
    stored: CalibrationSet | None = None,
    made: CalibrationSet | str | None = None,
    given: CalibrationSet | None = None,
) -> tuple[list[Stride], list[str]]:
    """Let a session pass; give its strides and what is said."""
    chunks = session.chunks(20)
    if made is not None:
        text = made if isinstance(made, str) else made.to_json()
        at = next(k for k, chunk in enumerate(chunks) if chunk.arrival_ns > MADE_S * 1e9)
        chunks.insert(at, Chunk(NO_SENSOR, chunks[at].arrival_ns, text.encode(), Kind.CALIBRATION))
    facts = sensors or named(session)
    meta = RecordingMeta(tuple(facts), calibration=None if stored is None else stored.to_json())
    batches = [chunks[k : k + 50] for k in range(0, len(chunks), 50)]
    with Passage(Given(facts, batches), meta, name="a test", config=Config(), calibration=given) as passage:
        strides = [stride for update in passage for stride in update.strides]
        return strides, passage.notices()


@pytest.fixture(scope="module")
def known() -> list[Stride]:
    """The strides by the true calibration."""
    return passed(running(), stored=running().calibration)[0]


class TestOverruling:
    def test_one_that_was_given_holds_in_place_of_the_stored_one(self, known):
        strides, said = passed(running(), stored=WRONG, given=running().calibration)
        assert_same(strides, known)
        assert len(known) > 15
        assert said.count("The left leg's angles have the zero of the calibration that was given.") == 1

    def test_and_in_place_of_those_that_the_session_made(self, known):
        assert_same(passed(running(), made=WRONG, given=running().calibration)[0], known)

    def test_else_those_hold(self, known):
        strides, _ = passed(running(), stored=running().calibration, made=WRONG)
        before = [s for s in known if s.next_initial_contact_s < MADE_S - 0.5]
        assert before
        assert_same(strides[: len(before)], before)
        assert [s.knee_drive_deg for s in strides] != pytest.approx(
            [s.knee_drive_deg for s in known], abs=5.0, nan_ok=True
        )

    def test_it_tells_who_wears_what(self, known):
        given = replace_sensors(running().calibration, worn(running()))
        strides, said = passed(running(), sensors=exchanged(running()), given=given)
        assert_same(strides, known)
        assert "The sensor that was taken for the right thigh's was worn on the left thigh." in said
        assert sum("was worn on" in sentence for sentence in said) == 4

    def test_one_that_was_made_with_other_sensors_is_said_to_be(self):
        others = (WornSensor("another", 0, Side.LEFT, Segment.THIGH), *worn(running())[1:])
        _, said = passed(running(), given=replace_sensors(running().calibration, others))
        assert "The calibration was made with other sensors than those on the left thigh: calibrate anew." in said
        _, said = passed(running(), given=replace_sensors(running().calibration, worn(running())))
        assert not [sentence for sentence in said if "other sensors" in sentence]

    def test_what_sensors_err_by_is_known_from_both(self, known):
        scale = 1.05
        erring = running().with_samples(lambda _, block: replace(block, gyr=block.gyr * scale))
        stored = tuple(IntrinsicCalibration(f"device {n}", gyr_scale=(1.0 / scale,) * 3) for n in range(4))
        strides, _ = passed(erring, stored=CalibrationSet((), intrinsics=stored), given=running().calibration)
        assert [s.knee_drive_deg for s in strides] == pytest.approx(
            [s.knee_drive_deg for s in known], abs=0.05, nan_ok=True
        )
        blind, _ = passed(erring, given=running().calibration)
        assert [s.knee_drive_deg for s in blind] != pytest.approx(
            [s.knee_drive_deg for s in known], abs=0.3, nan_ok=True
        )

    def test_one_that_wants_two_sensors_at_one_place_is_refused(self):
        given = CalibrationSet((), sensors=(WornSensor("device 0", 0, Side.RIGHT, Segment.THIGH),))
        with pytest.raises(LegcycleError) as raised:
            passed(running(), given=given)
        assert raised.value.reason is Reason.BAD_PLACEMENT


class TestNotices:
    def test_all_is_well(self, known):
        _, said = passed(running(), stored=running().calibration)
        assert not any("worn on" in sentence or "could not be used" in sentence for sentence in said)

    def test_sensors_that_a_calibration_found_elsewhere_are_named(self):
        made = replace_sensors(running().calibration, worn(running()))
        strides, said = passed(running(), sensors=exchanged(running()), made=made)
        assert "The sensor that was taken for the left thigh's was worn on the right thigh." in said
        assert sum("was worn on" in sentence for sentence in said) == 4
        assert strides

    def test_one_that_could_not_be_used_is_counted(self):
        _, said = passed(running(), made="no calibration")
        assert "Calibrations that could not be used: 1." in said

    def test_what_was_overruled_is_not_called_refused(self):
        _, said = passed(running(), made="no calibration", given=running().calibration)
        assert not any("could not be used" in sentence for sentence in said)

    def test_losses_are_told_of_where_the_sensor_is_truly_worn(self):
        def gap(placement: Placement, block: SampleBlock) -> SampleBlock:
            if placement != Placement(Side.LEFT, Segment.THIGH):
                return block
            kept = np.flatnonzero((block.time < 5.0) | (block.time > 5.5))
            return SampleBlock(block.time[kept], block.gyr[kept], block.acc[kept], block.quality[kept])

        given = replace_sensors(running().calibration, worn(running()))
        _, said = passed(running().with_samples(gap), sensors=exchanged(running()), given=given)
        assert any(sentence.startswith("The left thigh sensor has gaps") for sentence in said)
        assert not any(sentence.startswith("The right thigh sensor has") for sentence in said)

    def test_a_slip_is_a_sentence(self, monkeypatch):
        slip = Slip.tilted(Side.RIGHT, Segment.THIGH, 11.0, 0.26)
        monkeypatch.setattr("legcycle_imu.pipeline.Pipeline.flush", lambda _: Update(slips=[slip]))
        _, said = passed(running(), stored=running().calibration)
        (sentence,) = [one for one in said if "tilted" in one]
        assert sentence == slip.sentence[0].upper() + slip.sentence[1:].rstrip(".") + "."


def replace_sensors(calibration: CalibrationSet, sensors: tuple[WornSensor, ...]) -> CalibrationSet:
    return CalibrationSet(calibration.legs, sensors=sensors)

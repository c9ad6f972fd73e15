"""What is known at the start of a session: of sensors what was given and kept, of a recording what it says."""

from dataclasses import replace
from pathlib import Path

import pytest

from calibration.intrinsic_store import IntrinsicStore
from calibration.model import CalibrationSet, IntrinsicCalibration
from firmware_bridge.links.live import LiveSource
from firmware_bridge.replay import ReplaySource
from legcycle_imu.config import Config, parse_config
from legcycle_imu.demo import bundled_recording
from legcycle_imu.passage import with_intrinsics
from legcycle_imu.runner import Runner
from legcycle_imu.sources import meta_of, open_source
from tests.strategies import running

KEPT = IntrinsicCalibration("one", gyr_scale=(0.8, 1.0, 1.0), made="2026-05-01T10:00:00+00:00")
OTHER = IntrinsicCalibration("two", 3, gyr_scale=(1.25, 1.0, 1.0))
LEGS = running().calibration.legs


@pytest.fixture
def source() -> LiveSource:
    names = ("one", "two", "", "")
    return LiveSource([facts._replace(device=name) for name, facts in zip(names, running().sensors, strict=True)], [])


@pytest.fixture
def store(tmp_path: Path) -> IntrinsicStore:
    return IntrinsicStore(tmp_path / "sensors")


def calibration_in(
    source: LiveSource, store: IntrinsicStore, given: CalibrationSet | None = None
) -> CalibrationSet | None:
    meta = meta_of(source, Runner(), Config(), given, store=store)
    return None if meta.calibration is None else CalibrationSet.from_json(meta.calibration)


class TestOfSensors:
    def test_where_nothing_is_known_there_is_no_calibration(self, source, store):
        meta = meta_of(source, Runner("anna"), Config(), store=store)
        assert meta.calibration is None
        assert list(meta.sensors) == source.sensors
        assert meta.started is not None
        assert meta.runner is not None
        assert meta.runner.code == "anna"

    def test_what_was_given_is_there_as_it_was_given(self, source, store):
        given = CalibrationSet(LEGS, made="2026-05-01T10:00:00+00:00")
        assert calibration_in(source, store, given) == given

    def test_what_is_kept_of_these_sensors_comes_along(self, source, store):
        store.save(KEPT)
        store.save(IntrinsicCalibration("of nobody here"))
        assert calibration_in(source, store) == CalibrationSet((), intrinsics=(KEPT,))
        given = CalibrationSet(LEGS, intrinsics=(OTHER,))
        assert calibration_in(source, store, given) == CalibrationSet(LEGS, intrinsics=(OTHER, KEPT))

    def test_of_two_of_one_sensor_the_one_that_was_given_counts(self, source, store):
        store.save(KEPT)
        mine = IntrinsicCalibration("one", gyr_scale=(0.9, 1.0, 1.0))
        assert calibration_in(source, store, CalibrationSet(LEGS, intrinsics=(mine,))) == CalibrationSet(
            LEGS, intrinsics=(mine,)
        )

    def test_one_that_cannot_be_read_is_said_and_done_without(self, source, store):
        store.save(KEPT).write_text("damaged")
        said: list[str] = []
        meta = meta_of(source, Runner(), Config(), say=said.append, store=store)
        assert meta.calibration is None
        assert len(said) == 1
        assert "no calibration of a sensor" in said[0]

    def test_by_default_they_are_those_of_this_user(self, source, tmp_path, monkeypatch):
        monkeypatch.setattr("calibration.intrinsic_store.platformdirs.user_data_dir", lambda *_, **__: str(tmp_path))
        IntrinsicStore().save(KEPT)
        assert "one" in str(meta_of(source, Runner(), Config()).calibration)


class TestOfARecording:
    @pytest.fixture
    def replayed(self):
        with bundled_recording() as path:
            source = ReplaySource(path)
            yield source
            source.close()

    def test_it_says_it_itself(self, replayed, store):
        store.save(KEPT)
        assert meta_of(replayed, Runner("anna"), Config(), store=store) == replayed.recording.meta

    def test_a_calibration_that_was_given_takes_the_place_of_its_own(self, replayed):
        given = CalibrationSet(LEGS, intrinsics=(KEPT,))
        meta = meta_of(replayed, Runner(), Config(), given)
        assert meta.calibration is not None
        assert replayed.recording.meta.calibration is not None
        assert CalibrationSet.from_json(meta.calibration) == given
        assert replace(meta, calibration=None) == replace(replayed.recording.meta, calibration=None)


def test_what_another_knows_of_other_sensors_is_added():
    one, other = CalibrationSet(LEGS, intrinsics=(KEPT,)), CalibrationSet((), intrinsics=(OTHER, KEPT))
    assert with_intrinsics(one, other) == CalibrationSet(LEGS, intrinsics=(KEPT, OTHER))
    assert with_intrinsics(other, one) == other
    same_device = IntrinsicCalibration("two", 4)
    assert with_intrinsics(other, CalibrationSet(LEGS, intrinsics=(same_device,))).intrinsics == (
        OTHER,
        KEPT,
        same_device,
    )


def test_whether_sensors_without_a_place_are_wanted_is_handed_on(monkeypatch):
    asked = []
    monkeypatch.setattr("legcycle_imu.sources.open_live", lambda *_, **named: asked.append(named["anywhere"]))
    open_source(["sim:"], Config(), print)
    open_source([], parse_config('source = ["sim:"]', ""), print, anywhere=True)
    assert asked == [False, True]

"""What a calibration leaves behind: a file, and where each sensor is worn."""

import os
from pathlib import Path

import pytest

from calibration.guidance import Outcome
from calibration.model import CalibrationSet
from calibration.store import load_calibration
from firmware_bridge.choice import PLACEMENTS
from firmware_bridge.errors import LegcycleError, Reason
from firmware_bridge.links.live import LiveSource
from firmware_bridge.protocols import leglink
from firmware_bridge.recording import RecordingMeta
from firmware_bridge.replay import ReplaySource
from firmware_bridge.source import Kind, SensorFacts
from legcycle_imu.broadcast import Passed
from legcycle_imu.cli.remembering import calibrating_of, keep_calibration, remember_places
from legcycle_imu.config import Config, load_config
from legcycle_imu.demo import bundled_recording
from legcycle_imu.model import Update
from legcycle_imu.passage import Passage
from legcycle_imu.runner import Runner
from tests.legcycle_imu.test_calibrating import played

LEFT_THIGH, LEFT_SHANK, RIGHT_THIGH, RIGHT_SHANK = PLACEMENTS
MADE = CalibrationSet((), made="2026-05-01T10:00:00+00:00")
CONFIG = Path("legcycle.toml")


def sensors(link: str = "ble:{}") -> list[SensorFacts]:
    return [
        leglink.DEFAULTS._replace(placement=at, device=f"{n:08X}", name=f"LegLink {n:04X}", link=link.format(n))
        for n, at in enumerate(PLACEMENTS, 1)
    ]


def found(*order: int) -> Outcome:
    """Which sensor is worn at the first place, at the second, and so on."""
    return Outcome(MADE, dict(zip(order or range(4), PLACEMENTS, strict=True)))


def believed() -> dict[object, str]:
    return {placement: facts.device for placement, facts in load_config().sensors.items()}


class TestPlaces:
    def test_what_is_news_goes_into_the_config_file(self, capsys):
        remember_places(sensors(), found(2, 1, 0, 3))
        assert believed() == {
            LEFT_THIGH: "00000003",
            LEFT_SHANK: "00000002",
            RIGHT_THIGH: "00000001",
            RIGHT_SHANK: "00000004",
        }
        facts = load_config().sensors[LEFT_THIGH]
        assert (facts.protocol, facts.link, facts.name) == ("leglink", "ble:3", "LegLink 0003")
        assert capsys.readouterr().err == "legcycle.toml: keeps where each sensor is worn.\n"

    def test_what_is_known_already_is_left_alone(self, capsys):
        remember_places(sensors(), found())
        capsys.readouterr()
        os.utime(CONFIG, (0, 0))
        remember_places(sensors(), found())
        assert CONFIG.stat().st_mtime == 0
        assert capsys.readouterr().err == ""

    def test_exchanged_sensors_are_exchanged_there_and_all_else_stays(self):
        remember_places(sensors(), found())
        own = '# mine\nsource = "ble:"\n\n[runner.anna]\nheight_m = 1.75 # barefoot\n\n'
        CONFIG.write_text(own + CONFIG.read_text(encoding="utf-8"), encoding="utf-8")
        remember_places(sensors(), found(2, 1, 0, 3))
        assert believed() == {
            LEFT_THIGH: "00000003",
            LEFT_SHANK: "00000002",
            RIGHT_THIGH: "00000001",
            RIGHT_SHANK: "00000004",
        }
        text = CONFIG.read_text(encoding="utf-8")
        assert "# mine" in text
        assert "height_m = 1.75 # barefoot" in text
        assert load_config().sources == ("ble:",)

    def test_one_leg_leaves_the_other_as_it_was(self):
        remember_places(sensors(), found())
        right = {0: RIGHT_SHANK, 1: RIGHT_THIGH}
        remember_places(
            [facts._replace(device=f"new {n}") for n, facts in enumerate(sensors()[2:])], Outcome(MADE, right)
        )
        assert believed() == {
            LEFT_THIGH: "00000001",
            LEFT_SHANK: "00000002",
            RIGHT_THIGH: "new 1",
            RIGHT_SHANK: "new 0",
        }

    @pytest.mark.parametrize(
        "unknown",
        [sensors("sim:{}"), [facts._replace(device="") for facts in sensors()]],
        ids=["simulated", "without an identity"],
    )
    def test_of_some_nothing_is_remembered(self, unknown, capsys):
        remember_places(unknown, found())
        assert not CONFIG.exists()
        assert capsys.readouterr().err == ""

    def test_a_file_that_is_not_valid_stays_as_it_is(self):
        CONFIG.write_text("[targets]\ndrive = 1\n")
        with pytest.raises(LegcycleError):
            remember_places(sensors(), found())
        assert CONFIG.read_text() == "[targets]\ndrive = 1\n"


class TestFile:
    def test_it_is_kept_by_runner_and_time_and_that_is_said(self, tmp_path, capsys):
        keep_calibration(MADE, "anna", None)
        path = tmp_path / "data" / "calibrations" / "anna-20260501T100000.json"
        assert load_calibration(path) == MADE
        assert capsys.readouterr().err.startswith(f"{path}: the calibration. ")

    def test_or_where_it_is_wanted(self, tmp_path):
        keep_calibration(MADE, "anna", tmp_path / "mine.json")
        assert load_calibration(tmp_path / "mine.json") == MADE
        assert [path.name for path in tmp_path.iterdir()] == ["mine.json"]


class TestSession:
    def test_nobody_can_be_led_through_a_recording(self):
        with bundled_recording() as path, Passage.of(path, config=Config()) as passage:
            assert isinstance(passage.source, ReplaySource)
            assert calibrating_of(passage.source, passage, None) is None

    def test_one_that_is_accepted_comes_into_the_stream_and_is_kept(self, tmp_path):
        worn, pieces = played()
        source = LiveSource([facts._replace(protocol="leglink", link=f"ble:{facts.node}") for facts in worn], [])
        passage = Passage(source, RecordingMeta(tuple(source.sensors)), Runner("R7"), config=Config())
        calibrating = calibrating_of(source, passage, tmp_path / "mine.json")
        assert calibrating is not None
        calibrating.start()
        for blocks in pieces:
            calibrating.take(Passed((), Update(samples=blocks), 0.0))

        made = calibrating.accept()

        assert made == load_calibration(tmp_path / "mine.json")
        (batch,) = list(source)
        (entry,) = batch
        assert entry.kind is Kind.CALIBRATION
        assert CalibrationSet.from_json(entry.data.decode()) == made
        assert believed() == {facts.placement: facts.device for facts in worn}

    def test_where_it_cannot_be_kept_it_holds_all_the_same(self, tmp_path):
        worn, pieces = played()
        source = LiveSource(worn, [])
        passage = Passage(source, RecordingMeta(tuple(worn)), config=Config())
        (tmp_path / "file").write_text("")
        calibrating = calibrating_of(source, passage, tmp_path / "file" / "mine.json")
        assert calibrating is not None
        calibrating.start()
        for blocks in pieces:
            calibrating.take(Passed((), Update(samples=blocks), 0.0))
        with pytest.raises(LegcycleError) as raised:
            calibrating.accept()
        assert raised.value.reason is Reason.NOT_WRITABLE
        assert [chunk.kind for batch in source for chunk in batch] == [Kind.CALIBRATION]

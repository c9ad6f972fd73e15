import json
from pathlib import Path

import numpy as np
import pytest

from calibration.intrinsic_routine import IntrinsicRoutine
from calibration.intrinsic_store import IntrinsicStore
from calibration.poses import FACES, POSES
from firmware_bridge.choice import PLACEMENTS
from firmware_bridge.errors import LegcycleError, LinkError, Reason
from firmware_bridge.links import live
from firmware_bridge.links.live import LiveSource
from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.source import Chunk, Kind
from legcycle_imu.cli.intrinsic import QUIET_S, calibrate_intrinsic, facts_of, guided
from legcycle_imu.config import SOURCES, parse_config
from legcycle_imu.simulation.handled import Act, HandledRun
from legcycle_imu.simulation.live import SimLink
from legcycle_imu.simulation.streaming import StreamingSettings
from tests.legcycle_imu.cli.scripted import kind_of, sensor

SETTINGS = StreamingSettings(rate_hz=100.0, seed=3)
RIGHT_SHANK = Placement(Side.RIGHT, Segment.SHANK)
SWIFT = [Act(np.array(pose.up), 0.6, 3.2) for pose in POSES]


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s

    def ns(self) -> int:
        return round(self.now_s * 1e9)

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


@pytest.fixture
def hands(monkeypatch):
    """Let the sensors of `fake:` be handled so, as fast as can be; gives the simulated sensors."""

    def handle(acts: list[Act]) -> HandledRun:
        clock, run = Clock(), HandledRun(SETTINGS, acts)
        link = SimLink(run=run, clock=clock, sleep=clock.sleep)
        monkeypatch.setitem(SOURCES, "fake", kind_of(link))

        class Hurried(LiveSource):
            def __init__(self, sensors, links) -> None:
                super().__init__(sensors, links, clock_ns=clock.ns)

        monkeypatch.setattr(live, "LiveSource", Hurried)
        return run

    return handle


def test_from_bytes_to_a_stored_calibration(hands, tmp_path: Path, capsys):
    run = hands([*SWIFT, Act(np.array(FACES[1].up), 0.6, 3.2), Act(np.array(FACES[1].up), 5.0, 3.2, 6 * np.pi)])
    calibrate_intrinsic("right shank", ["fake:"], store=IntrinsicStore(tmp_path))
    (path,) = tmp_path.iterdir()
    file, setup = json.loads(path.read_text()), run.setups[RIGHT_SHANK]
    bias_mg = [file["accelerometer"]["bias_mg"][axis] for axis in "xyz"]
    scale = [file["accelerometer"]["scale_error_percent"][axis] for axis in "xyz"]
    np.testing.assert_allclose(bias_mg, setup.acc_bias / 9.80665e-3, atol=1.0)
    np.testing.assert_allclose(scale, 100.0 * (setup.acc_scale - 1.0), atol=0.1)
    assert file["gyroscope"]["scale_error_percent"]["y"] == pytest.approx(100.0 * (setup.gyr_scale[1] - 1.0), abs=0.05)
    assert file["gyroscope"]["turns"] == 3
    assert file["made"].endswith("+00:00")
    said = capsys.readouterr()
    assert said.out.startswith("accelerometer bias")
    assert "▲" not in said.err
    assert f"kept in {path}" in said.err
    assert IntrinsicStore(tmp_path).load(file["device"], file["node"]) is not None


def test_too_few_poses_are_no_calibration_and_nothing_is_kept(hands, tmp_path: Path):
    hands(SWIFT[:4])
    with pytest.raises(LegcycleError) as caught:
        calibrate_intrinsic("right shank", ["fake:"], store=IntrinsicStore(tmp_path / "sensors"))
    assert "4 of 12 poses" in caught.value.sentence
    assert "9 different ones" in caught.value.advice
    assert not (tmp_path / "sensors").exists()


def test_a_sensor_that_is_not_there_is_said(hands, tmp_path: Path):
    hands(SWIFT[:1])
    with pytest.raises(LinkError) as caught:
        calibrate_intrinsic("nobody", ["fake:"], store=IntrinsicStore(tmp_path))
    assert caught.value.reason is Reason.NO_SENSOR


class Batches(LiveSource):
    """A source that gives these batches, each at its time."""

    def __init__(self, clock: Clock, batches: list[tuple[float, list[Chunk]]]) -> None:
        super().__init__([facts_of(sensor(1, PLACEMENTS[0]), {})], [])
        self._clock, self._batches = clock, batches

    def __iter__(self):
        for at_s, batch in self._batches:
            self._clock.now_s = at_s
            yield batch


def test_a_link_that_is_lost_or_silent_is_said():
    clock, said = Clock(), list[str]()
    lost = Chunk(0, 0, b"the battery is empty", Kind.LOST)
    source = Batches(clock, [(100.0, []), (100.0 + QUIET_S + 0.1, []), (104.0, [lost]), (105.0, [])])
    with pytest.raises(LegcycleError):
        guided(IntrinsicRoutine(source.sensors[0]), source, lambda _guidance, link: said.append(link), clock)
    assert said[0] == ""
    assert "switched on" in said[1]
    assert said[2] == said[3] == "The link is lost: the battery is empty."


def test_facts_are_those_that_are_told_else_configured_else_usual():
    told = facts_of(sensor(1, PLACEMENTS[2]), {})
    assert (told.device, told.placement, told.rate_hz) == ("00000001", PLACEMENTS[2], 200.0)
    silent = facts_of(sensor(2), {})
    assert (silent.device, silent.protocol) == ("00000002", "leglink")


def test_the_config_says_rate_and_name():
    config = parse_config('[sensor.left_shank]\ndevice = "00000003"\nprotocol = "leglink"\nname = "blue"\n')
    facts = facts_of(sensor(3), config.sensors)
    assert (facts.name, facts.placement) == ("blue", Placement(Side.LEFT, Segment.SHANK))


def test_a_sensor_of_which_the_config_expects_another_language_is_refused():
    config = parse_config('[sensor.left_shank]\ndevice = "00000003"\nprotocol = "witmotion"\n')
    with pytest.raises(LinkError) as caught:
        facts_of(sensor(3), config.sensors)
    assert "witmotion" in caught.value.sentence

import os
import re
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

import legcycle_imu
from calibration.model import CalibrationSet
from firmware_bridge.csv_import import import_csv
from firmware_bridge.errors import LegcycleError
from firmware_bridge.recording import Recording, RecordingMeta, RecordingWriter, Runner
from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.source import Chunk, Kind
from firmware_bridge.stripping import Links
from legcycle_imu.model import Stride
from legcycle_imu.sharing import Shared, share
from legcycle_imu.simulation import simulate_run
from legcycle_imu.simulation.files import write_sensor_files
from tests.legcycle_imu.shared_sessions import DATE, LIVE, NAME, RUNNER, Told, told_recording

RUNNING = os.environ.get("LEGCYCLE_RUNNING_DATA")
DATED_S = 1_777_915_869
"""4 May 2026, 17:31:09 UTC."""


def strides(path: Path) -> list[str]:
    return [repr(stride) for stride in legcycle_imu.analyse(path).strides]


def shared(original: Told, folder: Path, *, keep_lengths: bool = False) -> tuple[Path, Shared]:
    copy = folder / "shared.legcycle"
    return copy, share(original.path, copy, keep_lengths=keep_lengths)


def entries(path: Path) -> list[tuple[int, int, str]]:
    with Recording.open(path) as recording:
        return [(chunk.sensor, chunk.arrival_ns, chunk.kind) for batch in recording.batches(1000) for chunk in batch]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A recording of nodes; not to be changed."""
    return told_recording(tmp_path_factory.mktemp("told") / "run.legcycle", "leglink", seconds=3.0)


QUICK = ("leglink", "leglink-serial")
"""Protocols that are decoded soonest; the others take up to 12 s each."""


@pytest.mark.parametrize(
    "protocol", [name if name in QUICK else pytest.param(name, marks=pytest.mark.soak) for name in LIVE]
)
def test_the_copy_tells_neither_who_nor_when_and_gives_the_same_strides_to_the_bit(tmp_path, protocol):
    original = told_recording(tmp_path / "run.legcycle", protocol)
    copy, _ = shared(original, tmp_path, keep_lengths=True)
    assert {NAME.encode(), DATE.encode()} <= set(original.left_in(original.path))  # what is there is found
    assert original.left_in(copy) == []
    assert entries(copy) == entries(original.path)  # all that tells which link lived when
    expected = strides(original.path)
    assert len(expected) > 4
    assert strides(copy) == expected
    assert not [path for path in tmp_path.iterdir() if path not in (original.path, copy)]


def test_sensors_are_numbered_and_calibrations_name_them_so(told, tmp_path):
    copy, _ = shared(told, tmp_path)
    with Recording.open(copy) as recording:
        sensors, meta = recording.sensors, recording.meta
        made = [chunk.data for batch in recording.batches(1000) for chunk in batch if chunk.kind is Kind.CALIBRATION]
    assert [facts.name for facts in sensors] == ["sensor-1", "sensor-2", "sensor-3", "sensor-4"]
    assert [facts.device for facts in sensors] == [facts.name for facts in sensors]
    assert [facts.link for facts in sensors] == ["link-1", "link-2", "link-3", "link-4"]
    assert meta.calibration is not None
    known = CalibrationSet.from_json(meta.calibration)
    assert [worn.device for worn in known.sensors] == [facts.device for facts in sensors]
    assert [one.device for one in known.intrinsics] == [*(facts.device for facts in sensors), "sensor-5"]
    assert {one.made for one in known.intrinsics} | {known.made} == {""}
    assert known.placed(sensors) == sensors
    assert len(made) == 1
    assert CalibrationSet.from_json(made[0].decode()).placed(sensors) == sensors


def test_what_a_person_typed_goes_and_what_the_program_said_stays(told, tmp_path):
    copy, said = shared(told, tmp_path)
    with Recording.open(copy) as recording:
        assert [mark.text for mark in recording.markers()] == ["lap 2", "mark", "mark", "marker"]
        assert (recording.meta.started, recording.meta.settings) == (None, None)
        assert recording.meta.runner == Runner()
    assert any("2 of 4" in sentence for sentence in said.removed)
    assert any("lap 2, marker" in sentence for sentence in said.stays)


def test_without_lengths_nothing_but_lengths_is_missing(told, tmp_path):
    copy, said = shared(told, tmp_path)
    assert any("centimetres stay blank" in sentence for sentence in said.removed)
    kept = share(told.path, tmp_path / "kept.legcycle", keep_lengths=True)
    assert not any("centimetres" in sentence for sentence in kept.removed)
    assert any("the runner's lengths" in sentence for sentence in kept.stays)
    with Recording.open(tmp_path / "kept.legcycle") as recording:
        assert recording.meta.runner == replace(RUNNER, code="")
    before, after = legcycle_imu.analyse(told.path).strides, legcycle_imu.analyse(copy).strides
    assert all(np.isnan([one.heel_lift_cm, one.placement_cm]).all() for one in after)
    assert [times(one) for one in after] == [times(one) for one in before]
    assert [one.knee_drive_deg for one in after] == pytest.approx([one.knee_drive_deg for one in before], nan_ok=True)


def times(stride: Stride) -> tuple[object, ...]:
    return stride.side, stride.stride, stride.initial_contact_s, stride.toe_off_s, stride.peak_knee_drive_s


@pytest.mark.parametrize("begin_s", [0, 12.5, DATED_S])
def test_an_import_keeps_its_samples_but_not_the_names_of_files_nor_the_date(tmp_path, begin_s):
    files = write_sensor_files(simulate_run(3.5, 9.0, preamble=False, rate_hz=100.0, seed=2), tmp_path / "petrosyan")
    named = {place: dated(path, begin_s) for place, path in files.items()}
    path = tmp_path / "import.legcycle"
    import_csv(named, path, runner=Runner("a.petrosyan", 1.71))
    copy, _ = shared(Told(path, [b"petrosyan", b"left_thigh", *clock_bytes(begin_s)]), tmp_path, keep_lengths=True)
    data = copy.read_bytes()
    assert not [secret for secret in (b"petrosyan", b"left_thigh", *clock_bytes(begin_s)) if secret in data]
    before, after = legcycle_imu.analyse(path).strides, legcycle_imu.analyse(copy).strides
    assert len(before) > 10
    if begin_s < DATED_S:
        assert list(map(repr, after)) == list(map(repr, before))
        return
    moved = {a.initial_contact_s - b.initial_contact_s for a, b in zip(after, before, strict=True)}
    assert max(moved) - min(moved) < 1e-6
    assert 2**30 <= after[0].initial_contact_s < 2**30 + 3600
    assert [one.stride_time_s for one in after] == pytest.approx([one.stride_time_s for one in before], abs=1e-6)
    assert [one.heel_lift_cm for one in after] == pytest.approx([one.heel_lift_cm for one in before], abs=1e-6)


def dated(path: Path, begin_s: float) -> Path:
    """Let a sensor file begin at another time."""
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    table[:, 0] += begin_s
    heading = "time_s,gyr_x_deg_s,gyr_y_deg_s,gyr_z_deg_s,acc_x_g,acc_y_g,acc_z_g"
    np.savetxt(path.with_suffix(""), table, "%.6f", ",", header=heading, comments="")
    return path.with_suffix("")


def clock_bytes(begin_s: float) -> list[bytes]:
    """The upper bytes of every time of that hour, as a recording would hold them."""
    return [] if begin_s < DATED_S else [np.float64(begin_s).tobytes()[4:]]


@pytest.mark.skipif(RUNNING is None, reason="LEGCYCLE_RUNNING_DATA does not name the recorded running")
@pytest.mark.parametrize("name", ["RBDS002_T35", pytest.param("RBDS005_T25", marks=pytest.mark.soak)])
def test_real_running_is_shared_to_the_bit(tmp_path, name):
    files = {
        Placement(side, segment): Path(str(RUNNING)) / name / f"{side}_{segment}.csv.gz"
        for side in Side
        for segment in Segment
    }
    path, copy = tmp_path / "run.legcycle", tmp_path / "copy.legcycle"
    import_csv(files, path, runner=Runner("RBDS", 1.75))
    share(path, copy, keep_lengths=True)
    assert strides(copy) == strides(path)
    assert b"RBDS" not in copy.read_bytes()


def test_an_interrupted_recording_can_be_shared_whole(told, tmp_path):
    path = tmp_path / "open.legcycle"
    with Recording.open(told.path) as recording:
        writer = RecordingWriter(path, recording.meta)
        writer.add_many(chunk for batch in recording.batches(1000) for chunk in batch)
        writer.commit()
    copy, _ = shared(Told(path, told.secrets), tmp_path)
    assert Told(path, told.secrets).left_in(copy) == []
    writer.close()


def test_nothing_is_written_over_and_nothing_left_behind(told, tmp_path):
    (tmp_path / "shared.legcycle").write_text("mine")
    with pytest.raises(LegcycleError, match="exists already"):
        shared(told, tmp_path)
    assert (tmp_path / "shared.legcycle").read_text() == "mine"


def test_a_copy_that_measures_something_else_is_refused(told, tmp_path, monkeypatch):
    strip, numbers = Links.strip, count()

    def forgetful(links: Links, chunk: Chunk) -> Chunk:
        stripped = strip(links, chunk)
        return stripped._replace(data=b"") if 800 <= next(numbers) < 900 else stripped

    monkeypatch.setattr(Links, "strip", forgetful)
    with pytest.raises(LegcycleError, match="without changing"):
        shared(told, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_recording_of_which_nothing_is_known_can_be_shared(told, tmp_path):
    with Recording.open(told.path) as recording:
        bare = RecordingMeta(tuple(facts._replace(name="", device="", link="") for facts in recording.sensors))
    with RecordingWriter(tmp_path / "bare.legcycle", bare):
        pass
    copy, said = shared(Told(tmp_path / "bare.legcycle"), tmp_path)
    with Recording.open(copy) as recording:
        assert recording.meta.runner is None
        assert {(facts.device, facts.link) for facts in recording.sensors} == {("", "")}
    assert len(said.removed) == 1
    assert not re.search("calibration|marks|lengths", " ".join(said.stays))

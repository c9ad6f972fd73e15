import gzip
import math
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from firmware_bridge.csv_import import Origin, import_csv
from firmware_bridge.errors import ImportFileError, LegcycleError, Reason, RecordingError
from firmware_bridge.intake import Intake
from firmware_bridge.protocols.imported import RECORD_BYTES
from firmware_bridge.recording import Recording, Runner
from firmware_bridge.samples import Placement, Segment, Side

G = 9.80665
THIGH, SHANK = Placement(Side.LEFT, Segment.THIGH), Placement(Side.LEFT, Segment.SHANK)
RIGHT_THIGH, RIGHT_SHANK = Placement(Side.RIGHT, Segment.THIGH), Placement(Side.RIGHT, Segment.SHANK)


@pytest.fixture
def destination(tmp_path):
    return tmp_path / "run.legcycle"


@pytest.fixture
def refused(written, destination):
    """Give the error with which files are refused, and see that nothing was written."""

    def refused(files, **options) -> LegcycleError:
        paths = written({place: file for place, file in files.items() if not isinstance(file, Path)})
        paths |= {place: file for place, file in files.items() if isinstance(file, Path)}
        before = set(destination.parent.iterdir())
        with pytest.raises(LegcycleError) as caught:
            import_csv(paths, destination, **options)
        assert set(destination.parent.iterdir()) == before
        assert caught.value.advice.endswith(".")
        return caught.value

    return refused


def contents(path):
    """Samples of each sensor of a recording, and its entries."""
    with Recording.open(path) as recording:
        chunks = [chunk for batch in recording.batches(100) for chunk in batch]
        return recording.meta, Intake(recording.sensors).push(chunks), chunks


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_samples_are_stored_without_loss(written, destination, leg_files, suffix):
    files = leg_files() | leg_files(Side.RIGHT, seed=5)
    runner = Runner("R1", 1.83, 0.42, None)

    report = import_csv(written(files, suffix), destination, runner=runner)

    meta, blocks, _ = contents(destination)
    assert meta.runner == runner
    assert [s.placement for s in meta.sensors] == list(files)
    for file, block, sensor in zip(files.values(), blocks, report.sensors, strict=True):
        np.testing.assert_array_equal(block.time, file.rows[:, 0])
        np.testing.assert_array_equal(block.gyr, file.rows[:, 1:4] * (math.pi / 180))
        np.testing.assert_array_equal(block.acc, file.rows[:, 4:] * G)
        assert sensor.samples == len(file.rows)
        assert sensor.facts.rate_hz == pytest.approx(100)


def test_one_leg_alone_in_other_units(written, destination, leg_files):
    header = "time_ms,gyr_x_rad_s,gyr_y_rad_s,gyr_z_rad_s,acc_x_m_s2,acc_y_m_s2,acc_z_m_s2"
    files = {p: replace(f.scaled(1000, math.pi / 180, G), header=header) for p, f in leg_files().items()}

    import_csv(written(files), destination)

    _, blocks, _ = contents(destination)
    np.testing.assert_array_equal(blocks[1].acc, files[SHANK].rows[:, 4:])
    np.testing.assert_allclose(blocks[1].time, files[SHANK].rows[:, 0] / 1000, rtol=0, atol=1e-12)


def test_sensors_may_differ_in_rate_start_and_instants(written, destination, sensor_file):
    files = {
        THIGH: sensor_file(Segment.THIGH, rate_hz=104.0, start_s=-1.003),
        SHANK: sensor_file(Segment.SHANK, rate_hz=416.0, start_s=0.501),
    }

    report = import_csv(written(files), destination)

    assert [s.facts.rate_hz for s in report.sensors] == pytest.approx([104, 416])
    assert [s.start_s for s in report.sensors] == [-1.003, 0.501]
    assert report.duration_s == pytest.approx(13.0, abs=0.02)
    assert [len(b) for b in contents(destination)[1]] == [len(f.rows) for f in files.values()]


def test_entries_hold_a_fifth_of_a_second_in_the_order_of_arrival(written, destination, leg_files):
    import_csv(written(leg_files(start_s=50.0, end_s=58.0)), destination)

    _, _, chunks = contents(destination)
    arrivals = [chunk.arrival_ns for chunk in chunks]
    assert arrivals == sorted(arrivals)
    assert len(chunks) == 2 * 40
    for chunk in chunks:
        time = np.frombuffer(chunk.data).reshape(-1, RECORD_BYTES // 8)[:, 0]
        assert chunk.arrival_ns == round((time[-1] - 50.0) * 1e9)
        assert time[-1] - time[0] < 0.2


def test_ranges_that_are_given(written, destination, leg_files):
    report = import_csv(written(leg_files()), destination, acc_range_g=16, gyr_range_dps=2000)

    facts = contents(destination)[0].sensors[0]
    assert facts.acc_range_m_s2 == pytest.approx(16 * G)
    assert facts.gyr_range_rad_s == pytest.approx(math.radians(2000))
    assert "range 16 g (given), 2000 deg/s (given)" in str(report)


def test_ranges_that_show_themselves_are_inferred_and_said(written, destination, leg_files):
    files = leg_files()
    files[SHANK].rows[:, 3] = np.clip(files[SHANK].rows[:, 3], -249.99, 249.99)

    report = import_csv(written(files), destination)

    thigh, shank = report.sensors
    assert (thigh.gyr_range, shank.gyr_range, shank.acc_range) == (
        Origin.UNKNOWN,
        Origin.INFERRED,
        Origin.UNKNOWN,
    )
    assert shank.facts.gyr_range_rad_s == pytest.approx(math.radians(250))
    assert thigh.facts.gyr_range_rad_s == math.inf
    assert "unknown in g, 250 deg/s (inferred)" in str(report)


def test_rows_left_out_are_said(written, destination, leg_files):
    files = leg_files()
    files[THIGH].rows[5, 2] = math.nan

    report = import_csv(written(files), destination)

    assert "rows without a number left out: 1" in str(report)
    assert report.sensors[0].samples == len(files[THIGH].rows) - 1


def test_progress_rises_to_one(written, destination, leg_files):
    seen = []

    import_csv(written(leg_files()), destination, progress=lambda share, what: seen.append((share, what)))

    assert [share for share, _ in seen] == sorted(share for share, _ in seen)
    assert seen[0] == (0.0, "reading left_thigh.csv")
    assert seen[-1] == (1.0, "done")


def test_a_recording_without_running_is_not_judged(written, destination, leg_files):
    still = leg_files(end_s=4.0)

    assert import_csv(written({THIGH: still[SHANK], SHANK: still[THIGH]}), destination)


def test_knee_lifts_turn_the_thigh_faster_and_are_no_exchange(written, destination, leg_files):
    files = leg_files()
    for file in files.values():
        file.rows[:, 5] = 1 + (file.rows[:, 5] - 1) * 0.2

    assert import_csv(written({THIGH: files[SHANK], SHANK: files[THIGH]}), destination)


def test_a_recording_of_running_alone_has_no_still_second(written, destination, leg_files):
    assert import_csv(written(leg_files(start_s=5.0, end_s=15.0)), destination)


def test_the_destination_exists(refused, destination, leg_files):
    destination.write_bytes(b"mine")

    error = refused(leg_files())

    assert isinstance(error, RecordingError)
    assert error.reason is Reason.EXISTS
    assert destination.read_bytes() == b"mine"


@pytest.mark.parametrize("places", [[THIGH], [THIGH, RIGHT_SHANK], [THIGH, SHANK, RIGHT_SHANK]])
def test_a_lone_segment_is_refused(refused, sensor_file, places):
    error = refused({place: sensor_file(place.segment) for place in places})

    assert error.reason is Reason.BAD_PLACEMENT
    assert "is given without the" in error.sentence


def test_no_file_at_all(refused):
    assert refused({}).reason is Reason.BAD_PLACEMENT


def test_the_same_file_twice(refused, tmp_path, sensor_file):
    path = sensor_file(Segment.THIGH).write(tmp_path / "a.csv")

    error = refused({THIGH: path, SHANK: tmp_path / "." / "a.csv"})

    assert "given as left thigh and as left shank" in error.sentence


def test_a_copy_of_the_same_file(refused, sensor_file):
    error = refused({THIGH: sensor_file(Segment.THIGH), SHANK: sensor_file(Segment.THIGH)})

    assert "hold the same samples" in error.sentence


def test_thigh_and_shank_exchanged(refused, leg_files):
    files = leg_files()

    error = refused({THIGH: files[SHANK], SHANK: files[THIGH]})

    assert error.reason is Reason.BAD_PLACEMENT
    assert "left_thigh.csv (thigh) and left_shank.csv (shank) look exchanged" in error.sentence


def test_sensors_that_share_no_time(refused, sensor_file):
    error = refused({THIGH: sensor_file(Segment.THIGH), SHANK: sensor_file(Segment.SHANK, start_s=20, end_s=30)})

    assert "left_thigh.csv ends at 12.0 s, left_shank.csv begins at 20.0 s" in error.sentence


def zeros(first, last):
    def apply(file):
        file.rows[:, first:last] = 0.0
        return file

    return apply


def stopped(file):
    file.rows[:, 0] = 3.0
    return file


def every(step):
    return lambda file: replace(file, rows=file.rows[::step])


BAD_SIGNALS = {
    "gyroscope zero": (zeros(1, 4), Reason.BAD_SIGNAL, "All values of the gyroscope"),
    "accelerometer zero": (zeros(4, 7), Reason.BAD_SIGNAL, "All values of the accelerometer"),
    "10 Hz": (every(10), Reason.BAD_TIME, "has 10 samples a second."),
    "45 Hz": (lambda f: f.scaled(100 / 45, 1, 1), Reason.BAD_TIME, "has 45 samples a second."),
    "ms as s": (lambda f: f.scaled(1000, 1, 1), Reason.BAD_TIME,
                "it looks like milliseconds in a column named time_s"),
    "us as s": (lambda f: f.scaled(1e6, 1, 1), Reason.BAD_TIME,
                "it looks like microseconds in a column named time_s"),
    "time stands still": (stopped, Reason.BAD_TIME, "time stands still"),
    "too short": (lambda f: replace(f, rows=f.rows[:50]), Reason.BAD_TIME, "holds 50 samples, 0.49 s"),
    "one sample": (lambda f: replace(f, rows=f.rows[:1]), Reason.BAD_TIME, "time stands still"),
    "m/s2 as g": (lambda f: f.scaled(1, 1, G), Reason.BAD_SIGNAL,
                  "at rest it shows 9.8 g; it looks like m/s2 in a column named acc_x_g"),
    "m/s2 as g, running alone": (lambda f: replace(f.scaled(1, 1, G), rows=f.scaled(1, 1, G).rows[500:]),
                                 Reason.BAD_SIGNAL, "g are due; it looks like m/s2 in a column named acc_x_g"),
    "half scale": (lambda f: f.scaled(1, 1, 0.5), Reason.BAD_SIGNAL, "at rest it shows 0.5 g."),
    "rad/s as deg/s": (lambda f: f.scaled(1, math.pi / 180, 1), Reason.BAD_SIGNAL,
                       "it looks like rad/s in a column named gyr_x_deg_s"),
    "raw counts": (lambda f: f.scaled(1, 16.4, 1), Reason.BAD_SIGNAL, "in a leg that moves."),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "reason", "words"), BAD_SIGNALS.values(), ids=BAD_SIGNALS.keys())
def test_signals_that_cannot_be(refused, leg_files, spoil, reason, words):
    files = leg_files()

    error = refused({THIGH: files[THIGH], SHANK: spoil(files[SHANK])})

    assert isinstance(error, ImportFileError)
    assert error.reason is reason
    assert words in error.sentence
    assert "left_shank.csv" in error.sentence


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("_g", "_m_s2", "at rest it shows 0.102 g; it looks like g in a column named acc_x_m_s2"),
        ("deg_s", "rad_s", "it looks like deg/s in a column named gyr_x_rad_s"),
        ("time_s", "time_ms", "it looks like seconds in a column named time_ms"),
    ],
)
def test_headers_with_the_wrong_unit(refused, leg_files, old, new, words):
    files = leg_files()
    header = ",".join(name.removesuffix(old) + new if name.endswith(old) else name
                      for name in files[SHANK].header.split(","))  # fmt: skip

    error = refused({THIGH: files[THIGH], SHANK: replace(files[SHANK], header=header)})

    assert words in error.sentence


def test_values_beyond_the_range_given(refused, leg_files):
    error = refused(leg_files(), gyr_range_dps=250)

    assert "beyond the range given, 250 deg/s" in error.sentence


def test_a_file_that_cannot_be_read_stops_the_whole_import(refused, tmp_path, leg_files):
    files = leg_files()
    shank = files[SHANK].write(tmp_path / "shank.csv.gz")
    shank.write_bytes(shank.read_bytes()[:5000])

    assert refused({THIGH: files[THIGH], SHANK: shank}).reason is Reason.DAMAGED
    assert refused({THIGH: files[THIGH], SHANK: tmp_path / "none.csv"}).reason is Reason.MISSING


RUNNING = os.environ.get("LEGCYCLE_RUNNING_DATA")


@pytest.fixture(scope="module")
def trial():
    if not RUNNING:
        pytest.skip("LEGCYCLE_RUNNING_DATA does not name the folder of real recordings")
    return sorted(path for path in Path(RUNNING).iterdir() if path.is_dir())[-1]


@pytest.fixture
def trial_files(trial):
    return {Placement(side, segment): trial / f"{side}_{segment}.csv.gz" for side in Side for segment in Segment}


def test_a_real_recording_is_stored_without_loss(trial_files, destination):
    import_csv(trial_files, destination, acc_range_g=16, gyr_range_dps=2000)

    _, blocks, _ = contents(destination)
    for path, block in zip(trial_files.values(), blocks, strict=True):
        rows = np.loadtxt(path, delimiter=",", skiprows=1)
        np.testing.assert_array_equal(block.time, rows[:, 0])
        np.testing.assert_array_equal(block.acc, rows[:, 4:] * G)


@pytest.mark.parametrize("side", Side)
def test_exchanged_files_of_a_real_recording_are_seen(trial_files, destination, side):
    thigh, shank = Placement(side, Segment.THIGH), Placement(side, Segment.SHANK)

    with pytest.raises(ImportFileError, match="look exchanged"):
        import_csv({thigh: trial_files[shank], shank: trial_files[thigh]}, destination)


def test_a_real_recording_in_wrong_units_is_seen(trial_files, destination, tmp_path):
    shank = tmp_path / "shank.csv"
    text = gzip.decompress(trial_files[SHANK].read_bytes()).decode()
    for old, new in (("_deg_s", "_rad_s"), ("_g", "_m_s2")):
        shank.write_text(text.replace(old, new).replace("m_s2yr", "gyr"))

        with pytest.raises(ImportFileError, match=r"it looks like (deg/s|g) in a column"):
            import_csv({THIGH: trial_files[THIGH], SHANK: shank}, destination)

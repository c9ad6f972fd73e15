import gzip
import re
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware_bridge.recording import Recording
from legcycle_imu import Side

PLACES = ("left-thigh", "left-shank", "right-thigh", "right-shank")


@pytest.fixture
def files(sensor_files: Path, tmp_path: Path) -> dict[str, Path]:
    """Give sensor files as plain CSV, each free to be spoilt."""
    folder = tmp_path / "in"
    folder.mkdir()
    found = {}
    for place in PLACES:
        packed = sensor_files / f"{place.replace('-', '_')}.csv.gz"
        found[place] = folder / f"{place}.csv"
        found[place].write_bytes(gzip.decompress(packed.read_bytes()))
    return found


def arguments(files: dict[str, Path]) -> list[object]:
    return [part for place, path in files.items() for part in (f"--{place}", path)]


def test_both_legs_become_a_recording_that_can_be_analysed(cli, files, tmp_path):
    out = tmp_path / "run.legcycle"
    made = cli("import", "csv", *arguments(files), "--height-m", 1.75, "--runner", "anna", "-o", out)
    assert made.exit_code == 0, made.stderr
    assert made.stdout == ""
    assert all(f"{place.replace('-', ' ')}: {place}.csv" in made.stderr for place in PLACES)
    with Recording.open(out) as recording:
        assert recording.meta.runner.code == "anna"
        assert recording.meta.runner.height_m == 1.75
    table = cli("analyse", out)
    assert table.exit_code == 0
    assert len(table.stdout.splitlines()) > 15
    assert "columns in centimetres stay blank" not in table.stderr


def test_one_leg_alone_will_do(cli, files, tmp_path):
    out = tmp_path / "left.legcycle"
    left = {place: path for place, path in files.items() if place.startswith("left")}
    assert cli("import", "csv", *arguments(left), "-o", out).exit_code == 0
    rows = cli("analyse", out).stdout.splitlines()[1:]
    assert len(rows) > 6
    assert {row.split(",")[0] for row in rows} == {str(Side.LEFT)}


def test_what_is_read_is_kept_without_loss_by_gz_too(cli, files, sensor_files, tmp_path):
    packed = {place: sensor_files / f"{place.replace('-', '_')}.csv.gz" for place in files}
    plain_out, packed_out = tmp_path / "plain.legcycle", tmp_path / "packed.legcycle"
    cli("import", "csv", *arguments(files), "-o", plain_out)
    cli("import", "csv", *arguments(packed), "-o", packed_out)
    assert entries(plain_out) == entries(packed_out)
    assert entries(plain_out)


def entries(path: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as database:
        found = database.execute("SELECT sensor, arrival_ns, bytes FROM entry ORDER BY id").fetchall()
    database.close()
    return found


# What can be wrong with the file of the left shank: a change of its text, and a word of the sentence about it.
Change = Callable[[list[str]], list[str]]


def scaled(column: int, factor: float) -> Change:
    def change(lines: list[str]) -> list[str]:
        rows = [line.split(",") for line in lines[1:]]
        for row in rows:
            for k in range(column, column + 3):
                row[k] = repr(float(row[k]) * factor)
        return [lines[0], *map(",".join, rows)]

    return change


def backwards(lines: list[str]) -> list[str]:
    return [lines[0], *lines[300:500], *lines[1:300], *lines[500:]]


def zeros(lines: list[str]) -> list[str]:
    return [lines[0], *(f"{line.split(',')[0]},0,0,0,0,0,0" for line in lines[1:])]


BAD: dict[str, tuple[Change, str]] = {
    "missing column": (lambda lines: [",".join(line.split(",")[:-1]) for line in lines], "acc_z"),
    "unknown unit": (lambda lines: [lines[0].replace("acc_x_g", "acc_x_mg"), *lines[1:]], "acc_x"),
    "text in a number": (
        lambda lines: [*lines[:40], lines[40].replace(".", ".x", 1), *lines[41:]],
        "Line 41 .* time_s",
    ),
    "time running backwards": (backwards, "time"),
    "all zeros": (zeros, "are zero"),
    "gravity is not 1 g": (scaled(4, 9.80665), "Gravity in left-shank.csv is not 1 g"),
    "gravity is ten times too small": (scaled(4, 0.1), "Gravity in left-shank.csv is not 1 g"),
    "a sensor of 10 Hz": (lambda lines: [lines[0], *lines[1::10]], "10 samples a second"),
    "only a heading": (lambda lines: lines[:1], "no samples"),
    "empty": (lambda lines: [], "empty"),
}


def assert_refused(result, tmp_path: Path, before: set[Path], word: str) -> None:
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert re.search(word, result.stderr), result.stderr
    assert "Traceback" not in result.stderr
    assert set(tmp_path.rglob("*")) == before, "nothing may be written"


@pytest.mark.parametrize(("change", "word"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_in_one_sentence(cli, files, tmp_path, change, word):
    shank = files["left-shank"]
    shank.write_text("".join(f"{line}\n" for line in change(shank.read_text().splitlines())))
    before = set(tmp_path.rglob("*"))
    result = cli("import", "csv", *arguments(files), "-o", tmp_path / "run.legcycle")
    assert_refused(result, tmp_path, before, word)
    assert "left-shank.csv" in result.stderr


def test_thigh_and_shank_swapped_are_told(cli, files, tmp_path):
    files["left-thigh"], files["left-shank"] = files["left-shank"], files["left-thigh"]
    before = set(tmp_path.rglob("*"))
    result = cli("import", "csv", *arguments(files), "-o", tmp_path / "run.legcycle")
    assert_refused(result, tmp_path, before, "swapped|exchanged")


def test_a_truncated_gz_is_told(cli, files, sensor_files, tmp_path):
    cut = tmp_path / "in" / "cut.csv.gz"
    whole = (sensor_files / "left_shank.csv.gz").read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    before = set(tmp_path.rglob("*"))
    result = cli("import", "csv", *arguments(files | {"left-shank": cut}), "-o", tmp_path / "run.legcycle")
    assert_refused(result, tmp_path, before, "cut off|truncated|damaged")


def test_a_missing_file_is_told(cli, files, tmp_path):
    before = set(tmp_path.rglob("*"))
    gone = {"left-shank": tmp_path / "in" / "gone.csv"}
    assert_refused(cli("import", "csv", *arguments(files | gone), "-o", "run.legcycle"), tmp_path, before, "gone.csv")


def test_half_a_leg_is_no_leg(cli, files, tmp_path):
    before = set(tmp_path.rglob("*"))
    result = cli("import", "csv", "--left-thigh", files["left-thigh"], "-o", "run.legcycle")
    assert_refused(result, tmp_path, before, "left shank")


def test_a_recording_is_never_overwritten(cli, files, recording):
    taken = recording("run")
    before = taken.read_bytes()
    result = cli("import", "csv", *arguments(files), "-o", taken)
    assert result.exit_code == 1
    assert "exists already" in result.stderr
    assert taken.read_bytes() == before


def test_a_length_in_centimetres_is_an_error_of_usage(cli, files, tmp_path):
    result = cli("import", "csv", *arguments(files), "--height-m", 175, "-o", tmp_path / "run.legcycle")
    assert result.exit_code == 2
    assert "is it in centimetres?" in " ".join(result.stderr.split())


def test_ranges_given_are_kept(cli, files, tmp_path):
    out = tmp_path / "run.legcycle"
    made = cli("import", "csv", *arguments(files), "--acc-range-g", 16, "--gyr-range-dps", 2000, "-o", out)
    assert "range 16 g (given), 2000 deg/s (given)" in made.stderr


def test_an_import_in_a_process_of_its_own(legcycle, files, tmp_path):
    shutil.copy(files["left-thigh"], tmp_path / "thigh.csv")
    out = tmp_path / "run.legcycle"
    made = legcycle("import", "csv", *arguments(files), "-o", out)
    assert (made.returncode, made.stdout) == (0, "")
    assert out.is_file()
    again = legcycle("import", "csv", *arguments(files), "-o", out)
    assert again.returncode == 1
    assert len(again.stderr.splitlines()) == 1

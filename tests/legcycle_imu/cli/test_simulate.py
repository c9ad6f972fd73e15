from pathlib import Path

import pytest

from legcycle_imu import read_strides

SHORT = ("--speed-m-s", 3.5, "--duration-s", 9, "--no-preamble", "--rate-hz", 100)


def test_a_simulation_and_its_truth_lie_side_by_side_and_can_be_analysed(cli, tmp_path):
    made = cli("simulate", *SHORT, "-o", tmp_path / "sim.legcycle")
    assert (made.exit_code, made.stdout) == (0, ""), made.stderr
    truth = {path.name for path in (tmp_path / "sim.truth").iterdir()}
    assert {"meta.json", "truth_events.csv", "truth_strides.csv", "truth_angles.csv.gz"} <= truth
    assert cli("analyse", tmp_path / "sim.legcycle", "--strides", tmp_path / "s.csv").exit_code == 0
    true = (tmp_path / "sim.truth" / "truth_strides.csv").read_text().splitlines()[1:]
    found = read_strides(tmp_path / "s.csv")
    assert len(found) == pytest.approx(len(true), abs=3)
    assert not [stride for stride in found if "gap" in stride.flags]


def content(path: Path) -> bytes:
    return path.read_bytes()


def test_the_same_options_give_the_same_strides_and_another_seed_others(cli, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert cli("simulate", *SHORT, "--seed", seed, "-o", tmp_path / f"{name}.legcycle").exit_code == 0
    truths = [content(tmp_path / f"{name}.truth" / "truth_strides.csv") for name in "abc"]
    assert truths[0] == truths[1] != truths[2]


def test_a_preamble_precedes_the_running_time(cli, tmp_path):
    made = cli("simulate", "--speed-m-s", 3, "--duration-s", 5, "--rate-hz", 50, "-o", tmp_path / "sim.legcycle")
    assert "sim.legcycle: 29.0 s" in made.stderr


def test_a_height_is_that_of_the_runner(cli, tmp_path):
    cli("simulate", *SHORT, "--height-m", 1.6, "-o", tmp_path / "sim.legcycle")
    assert "height 1.600 m" in cli("info", tmp_path / "sim.legcycle").stdout


@pytest.mark.parametrize("taken", ["sim.legcycle", "sim.truth"])
def test_nothing_is_overwritten(cli, tmp_path, taken):
    (tmp_path / taken).write_text("mine")
    result = cli("simulate", *SHORT, "-o", tmp_path / "sim.legcycle")
    assert result.exit_code == 1
    assert "exists already" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == [taken]


def test_a_folder_that_is_not_there_is_told(cli, tmp_path):
    result = cli("simulate", *SHORT, "-o", tmp_path / "nowhere" / "sim.legcycle")
    assert result.exit_code == 1
    assert "there is no such folder" in result.stderr
    assert not list(tmp_path.iterdir())

"""The table of repetitions."""

import csv
from math import nan
from pathlib import Path

import pytest

from firmware_bridge.errors import LegcycleError
from firmware_bridge.samples import Side
from legcycle_imu.drill_table import COLUMNS, write_repetitions
from legcycle_imu.drills import Drill, Fault
from tests.legcycle_imu.view.drilled import one


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_a_row_a_repetition_blank_where_nothing_is_known(tmp_path: Path) -> None:
    path = tmp_path / "repetitions.csv"
    wrong = one(Side.RIGHT, 2, Fault.TOO_LOW, Fault.NO_PUSH)._replace(flags=frozenset({"virtual", "gap"}), push_s=0.4)
    write_repetitions([one(), wrong, one(None, 3, drill=Drill.HILL)._replace(passed=None, strides=20)], path)
    good, bad, hill = rows(path)
    assert tuple(good) == COLUMNS
    assert (good["drill"], good["side"], good["number"], good["passed"]) == ("push-lift", "left", "1", "yes")
    assert (good["start_s"], good["t_known"], good["push_deg"], good["drive_deg"]) == ("2.0000", "3.6000", "15.00", "")
    assert (bad["faults"], bad["flags"], bad["passed"], bad["push_s"]) == (
        "too_low|no_push",
        "gap|virtual",
        "no",
        "0.4000",
    )
    assert (hill["side"], hill["passed"], hill["strides"]) == ("", "", "20")


def test_without_repetitions_there_is_the_heading(tmp_path: Path) -> None:
    write_repetitions([], tmp_path / "none.csv")
    assert (tmp_path / "none.csv").read_text(encoding="utf-8") == ",".join(COLUMNS) + "\n"


def test_no_minus_before_a_zero(tmp_path: Path) -> None:
    write_repetitions([one()._replace(push_deg=-0.001, lift_flexion_deg=nan)], tmp_path / "zero.csv")
    (row,) = rows(tmp_path / "zero.csv")
    assert (row["push_deg"], row["lift_flexion_deg"]) == ("0.00", "")


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LegcycleError, match="cannot be written"):
        write_repetitions([], tmp_path / "no" / "where.csv")

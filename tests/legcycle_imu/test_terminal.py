import io
import json
from collections.abc import Iterable
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from firmware_bridge.samples import Side
from legcycle_imu.cycle import Phase
from legcycle_imu.model import Stride
from legcycle_imu.runner import Runner
from legcycle_imu.summary import summarise
from legcycle_imu.terminal import (
    MOST_ROWS,
    PHASE_COLOUR,
    Column,
    TableOfStrides,
    summary_json,
    summary_view,
)


def stride(side: Side = Side.LEFT, number: int = 0, **changed: object) -> Stride:
    start = 0.7 * number + (0.35 if side is Side.RIGHT else 0.0)
    plain = Stride(
        side,
        number,
        *(start + share for share in (0.0, 0.21, 0.42, 0.55, 0.70)),
        stride_time_s=0.70 + 0.001 * (number % 5),
        contact_time_s=0.21 + 0.001 * (number % 3),
        flight_time_s=0.14,
        cadence_spm=171.4,
        push_s=0.21,
        lift_s=0.21,
        drive_s=0.13,
        place_s=0.15,
        hip_extension_deg=24.0,
        peak_hip_extension_deg=25.0,
        heel_lift_cm=-4.25,
        heel_lift_pct=-10.0,
        knee_drive_deg=37.6,
        placement_cm=20.0,
        shank_at_contact_deg=8.0,
        peak_knee_flexion_deg=101.0,
        initial_contact_known_s=start,
        toe_off_known_s=start,
        peak_heel_lift_known_s=start,
        peak_knee_drive_known_s=start,
        coverage_pct=100.0,
    )
    return plain._replace(**changed)


def run(strides: int, **changed: object) -> list[Stride]:
    return [stride(side, number, **changed) for number in range(strides) for side in Side]


def table_of(strides: Iterable[Stride]) -> TableOfStrides:
    table = TableOfStrides()
    for one in strides:
        table.push(one)
    return table


def text(what: object, width: int = 80) -> str:
    console = Console(width=width, file=io.StringIO())
    console.print(what)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_every_phase_has_a_colour_of_its_own():
    assert set(PHASE_COLOUR) == set(Phase)
    assert len(set(PHASE_COLOUR.values())) == len(Phase)


def luminance(colour: str) -> float:
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.UNKNOWN])
def test_colours_are_read_on_dark_and_black_is_read_on_them(phase):
    assert (luminance(PHASE_COLOUR[phase]) + 0.05) / (luminance("#121212") + 0.05) > 4.5
    assert (luminance(PHASE_COLOUR[phase]) + 0.05) / 0.05 > 4.5


@pytest.mark.parametrize(
    ("value", "said"), [(0.2104, "210"), (nan, "–"), (-0.0141, "-14")], ids=["known", "not known", "negative"]
)
def test_a_column_says_a_value_in_its_unit(value, said):
    assert Column("contact_time_s", "contact", "ms", 1e3).text(value) == said


def test_the_table_has_a_row_a_stride_in_order_and_fits_80_columns():
    lines = text(table_of(reversed(run(3)))).splitlines()
    rows = [line.split() for line in lines if line.strip().startswith(("left", "right"))]
    assert [(row[0], row[1]) for row in rows] == [(str(side), str(n)) for n in range(3) for side in Side]
    assert rows[0] == ["left", "0", "0.00", "171", "210", "140", "24", "-4.2", "38", "20.0"]
    assert "…" not in "".join(lines)
    assert all(len(line) <= 80 for line in lines)


def test_flags_are_shown_and_what_is_not_known_is_a_dash():
    row = text(table_of([stride(flags=frozenset({"walk", "gap"}), heel_lift_cm=nan)]))
    assert "gap" in row
    assert "walk" in row
    assert "–" in row


def test_a_long_run_shows_its_ends_and_says_how_many_are_between():
    said = text(table_of(run(100)))
    rows = [line for line in said.splitlines() if line.strip().startswith(("left", "right"))]
    assert len(rows) == MOST_ROWS
    assert f"{200 - MOST_ROWS} more strides" in said
    assert rows[0].split()[1] == "0"
    assert rows[-1].split()[1] == "99"


@given(st.permutations(range(80)))
def test_a_long_run_looks_the_same_in_whatever_order_its_strides_came(order: list[int]):
    strides = run(40)
    assert text(table_of(strides[k] for k in order)) == text(table_of(strides))


def test_a_stride_whose_beginning_is_not_known_comes_last():
    table = text(table_of([stride(number=7, initial_contact_s=nan), *run(2)]))
    rows = [line.split() for line in table.splitlines() if line.strip().startswith(("left", "right"))]
    assert [row[1] for row in rows] == ["0", "0", "1", "1", "7"]


def test_the_summary_has_both_legs_their_symmetry_and_their_hits():
    said = text(summary_view(summarise(run(10), geometry=Runner(height_m=1.75).geometry)))
    lines = {line.split("  ")[0].strip(): line for line in said.splitlines()}
    assert lines["strides"].split()[1:] == ["10", "10"]
    assert "37.6 ± 0.0" in lines["knee drive, deg"]
    assert "+0.0 ± 0.4 %" in lines["contact, ms"]
    assert lines["drive target reached"].count("0 of 10") == 2
    assert "duty factor 0.30" in said
    assert "95 % interval" in said


def test_one_leg_has_no_symmetry():
    said = text(summary_view(summarise([stride(number=n) for n in range(10)])))
    assert "right" not in said
    assert "%" not in said.replace("% of shank", "")


def test_strides_left_out_are_counted_by_their_flag():
    walking = [stride(number=n, flags=frozenset({"walk"})) for n in range(3)]
    said = text(summary_view(summarise([*run(10)[:4], *walking])))
    assert "left: strides left out of these figures: walk 3" in said


def test_without_a_running_stride_there_is_a_sentence():
    assert text(summary_view(summarise([]))) == "No running strides to sum up.\n"


def test_json_says_null_for_what_is_not_known_and_names_everything():
    summary = json.loads(summary_json(summarise(run(2)), ["One."]))
    assert summary["legs"]["left"]["metrics"]["knee_drive_deg"] == {"known": 2, "mean": 37.6, "sd": 0.0}
    assert summary["legs"]["left"]["hits"]["drive"] == {"hit": 0, "judged": 2}
    assert summary["symmetry"]["drive_s"] == {"index_pct": None, "half_width_pct": None}
    assert summary["notices"] == ["One."]
    assert list(json.loads(summary_json(summarise(run(1)[:1]), []))["legs"]) == ["left"]

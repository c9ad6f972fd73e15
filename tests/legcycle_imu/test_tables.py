import io
import random
import tracemalloc
from dataclasses import replace
from math import isnan, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import LegcycleError, Reason
from firmware_bridge.samples import Side
from legcycle_imu.angle_grid import PLACEMENTS
from legcycle_imu.model import STRIDE_COLUMNS, SegmentAngles, Stride
from legcycle_imu.tables import (
    ANGLE_COLUMNS,
    AnglesTable,
    StrideTable,
    angles_table,
    read_strides,
    stride_table,
    whole_or_nothing,
    write_strides,
)


def a_stride(side: Side = Side.LEFT, stride: int = 0, **known: Any) -> Stride:
    nothing = dict.fromkeys(STRIDE_COLUMNS, nan) | {"flags": frozenset()}
    return Stride(**(nothing | {"side": side, "stride": stride} | known))


def a_run(count: int = 40) -> list[Stride]:
    return [
        a_stride(side, i, initial_contact_s=0.7 * i + (0.35 if side is Side.RIGHT else 0.0))
        for i in range(count)
        for side in (Side.RIGHT, Side.LEFT)
    ]


def text_of(strides: list[Stride]) -> str:
    stream = io.StringIO()
    table = StrideTable(stream)
    for stride in strides:
        table.push(stride)
    table.flush()
    return stream.getvalue()


def cells(stride: Stride) -> dict[str, str]:
    heading, row = text_of([stride]).splitlines()
    return dict(zip(heading.split(","), row.split(","), strict=True))


def test_the_columns_are_named_and_ordered_as_agreed() -> None:
    assert text_of([]) == ",".join(STRIDE_COLUMNS) + "\n"
    assert ",".join(ANGLE_COLUMNS) == "time_s,left_thigh_deg,left_shank_deg,right_thigh_deg,right_shank_deg"


def test_each_unit_has_its_digits_and_the_unknown_is_blank() -> None:
    row = cells(
        a_stride(
            Side.RIGHT,
            7,
            initial_contact_s=20.07666,
            knee_drive_deg=43.2399,
            heel_lift_cm=-0.001,
            coverage_pct=100.0,
            cadence_spm=171.4285,
            toe_off_known_s=20.345678,
            flags=frozenset({"walk", "gap"}),
        )
    )
    assert row["side"] == "right"
    assert row["stride"] == "7"
    assert row["initial_contact_s"] == "20.0767"
    assert row["toe_off_known_s"] == "20.3457"
    assert row["knee_drive_deg"] == "43.24"
    assert row["heel_lift_cm"] == "0.00"
    assert row["cadence_spm"] == "171.43"
    assert row["coverage_pct"] == "100.00"
    assert row["flags"] == "gap|walk"
    assert row["placement_cm"] == ""


known_stride = st.builds(
    a_stride,
    st.sampled_from(Side),
    st.integers(0, 10_000),
    **{
        column: st.just(nan) | st.floats(-1000, 10_000).map(lambda v: round(v, 2))
        for column in STRIDE_COLUMNS
        if column not in ("side", "stride", "flags", "initial_contact_s")
    },
    initial_contact_s=st.floats(0, 1000).map(lambda v: round(v, 4)),
    flags=st.frozensets(st.sampled_from(["walk", "gap", "saturated"])),
)


@given(stride=known_stride)
def test_what_was_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, stride: Stride) -> None:
    path = tmp_path_factory.mktemp("table") / "strides.csv"
    write_strides([stride], path)
    (back,) = read_strides(path)
    for column in STRIDE_COLUMNS:
        one, other = getattr(stride, column), getattr(back, column)
        assert one == other or (isnan(one) and isnan(other))


@given(st.integers(0, 1000))
def test_rows_are_sorted_by_contact_then_side_however_they_come(seed: int) -> None:
    strides = [*a_run(10), a_stride(Side.LEFT, 99, initial_contact_s=0.35)]
    shuffled = strides.copy()
    random.Random(seed).shuffle(shuffled)
    in_order = sorted(strides, key=lambda s: (s.initial_contact_s, s.side))
    rows = [line.split(",")[:2] for line in text_of(shuffled).splitlines()[1:]]
    assert rows == [[s.side, str(s.stride)] for s in in_order]


def test_rows_are_written_as_they_come() -> None:
    stream = io.StringIO()
    table = StrideTable(stream)
    for stride in a_run(200):
        table.push(stride)
    written = len(stream.getvalue().splitlines()) - 1
    assert 400 - 2 * 10 / 0.7 - 3 <= written < 400


def test_a_stride_without_contact_finds_its_place_by_its_next_instant() -> None:
    strides = [a_stride(stride=i, initial_contact_s=float(i)) for i in range(3)]
    strides[1] = strides[1]._replace(initial_contact_s=nan, toe_off_s=1.2)
    strides.append(a_stride(stride=3))
    assert [line.split(",")[1] for line in text_of(strides[::-1]).splitlines()[1:]] == ["0", "1", "2", "3"]


def segment_angles(start_s: float, stop_s: float, shift_s: float = 0.0) -> list[SegmentAngles]:
    time = np.arange(round(start_s * 200), round(stop_s * 200)) / 200 + shift_s
    flags = np.zeros(len(time), np.uint8)
    return [
        SegmentAngles(p, time, np.full(len(time), np.radians(10.0 * i)), np.zeros(len(time)), flags)
        for i, p in enumerate(PLACEMENTS)
    ]


def test_the_angles_table_is_in_degrees_and_blank_where_nothing_is_known(tmp_path: Path) -> None:
    path = tmp_path / "angles.csv"
    with angles_table(path, PLACEMENTS[:2]) as table:
        table.push(segment_angles(0.0, 0.02)[:2])
        table.push(segment_angles(1.0, 1.02)[:1])
    lines = path.read_bytes().decode().split("\n")
    assert lines[1] == "0.0000,0.00,10.00,,"
    assert lines[2] == "0.0100,0.00,10.00,,"
    assert lines[10] == "0.0900,,,,"
    assert lines[101] == "1.0000,0.00,,,"
    assert lines[-1] == ""


@pytest.mark.parametrize("rate_hz", [50.0, 200.0])
def test_the_angles_table_has_the_rate_asked_for(tmp_path: Path, rate_hz: float) -> None:
    path = tmp_path / "angles.csv"
    with angles_table(path, rate_hz=rate_hz) as table:
        table.push(segment_angles(0.0, 2.0))
    assert len(path.read_text().splitlines()) - 1 == pytest.approx(2.0 * rate_hz, abs=1)


def test_tiny_negative_angles_are_plain_zero() -> None:
    stream = io.StringIO()
    table = AnglesTable(stream, PLACEMENTS[:1])
    (angles,) = segment_angles(0.0, 0.1)[:1]
    table.push([replace(angles, angle=angles.angle - 1e-6)])
    assert "-0.00" not in stream.getvalue()
    assert ",0.00,,,\n" in stream.getvalue()


def test_the_angles_table_begins_with_the_first_angle_and_keeps_later_blanks() -> None:
    stream = io.StringIO()
    table = AnglesTable(stream, PLACEMENTS[:1])
    (angles,) = segment_angles(0.0, 1.0)[:1]
    known = angles.angle.copy()
    known[angles.time < 0.305] = np.nan
    known[(angles.time > 0.5) & (angles.time < 0.6)] = np.nan
    table.push([replace(angles, angle=known)])
    table.flush()
    times = [float(line.split(",")[0]) for line in stream.getvalue().splitlines()[1:]]
    assert times[0] == pytest.approx(0.31, abs=0.011)
    assert np.allclose(np.diff(times), 0.01)


class Nowhere(io.StringIO):
    def write(self, text: str, /) -> int:
        return len(text)


def test_the_angles_writer_does_not_hold_the_recording() -> None:
    table = AnglesTable(Nowhere())
    for second in range(5):
        table.push(segment_angles(second, second + 1))
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for second in range(5, 65):
        table.push(segment_angles(second, second + 1))
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 60 * 4 * 200 * 8  # less than one number a sample of that minute


@pytest.mark.parametrize("open_table", [stride_table, angles_table])
def test_after_an_error_the_older_file_is_untouched_and_nothing_else_is_left(tmp_path: Path, open_table: Any) -> None:
    path = tmp_path / "table.csv"
    path.write_text("older")
    with pytest.raises(RuntimeError, match="half way"), open_table(path) as table:
        if open_table is stride_table:
            table.push(a_stride())
        raise RuntimeError("half way")
    assert [p.name for p in tmp_path.iterdir()] == ["table.csv"]
    assert path.read_text() == "older"


def test_the_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    with whole_or_nothing(path) as stream:
        stream.write("line\n")
        assert not path.exists()
    assert path.read_bytes() == b"line\n"
    assert [p.name for p in tmp_path.iterdir()] == ["table.csv"]


def test_a_folder_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LegcycleError, match=r"table\.csv cannot be written: ") as caught:
        write_strides([], tmp_path / "nowhere" / "table.csv")
    assert caught.value.reason is Reason.NOT_WRITABLE


def test_a_name_that_is_a_folder_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "table.csv").mkdir()
    with pytest.raises(LegcycleError, match="cannot be written"):
        write_strides([], tmp_path / "table.csv")
    assert [p.name for p in tmp_path.iterdir()] == ["table.csv"]


def test_reading_what_is_no_stride_table(tmp_path: Path) -> None:
    path = tmp_path / "strides.csv"
    with pytest.raises(LegcycleError, match="There is no file") as caught:
        read_strides(path)
    assert caught.value.reason is Reason.MISSING
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LegcycleError, match="cannot be read as text"):
        read_strides(path)
    path.write_text("side,stride\nleft,0\n")
    with pytest.raises(LegcycleError, match="lacks the column initial_contact_s"):
        read_strides(path)
    write_strides([a_stride(knee_drive_deg=40.0)], path)
    path.write_text(path.read_text().replace("40.00", "forty"))
    with pytest.raises(LegcycleError, match="line 2: could not convert string to float: 'forty'"):
        read_strides(path)


def test_other_columns_are_ignored_when_reading(tmp_path: Path) -> None:
    path = tmp_path / "strides.csv"
    write_strides([a_stride(knee_drive_deg=40.0)], path)
    heading, row = path.read_text().splitlines()
    path.write_text(f"note,{heading}\nfine,{row}\n")
    assert read_strides(path)[0].knee_drive_deg == 40.0

import gzip
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware_bridge.errors import ImportFileError, Reason
from firmware_bridge.sensor_csv import EXAMPLE, read_sensor_csv

ROWS = "0.0,1,2,3,4,5,6\n0.01,1.5,2.5,3.5,4.5,5.5,6.5\n"


@pytest.fixture
def read(tmp_path):
    """Read a file of the given content."""

    def read(content: str | bytes, name: str = "thigh.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_sensor_csv(path)

    return read


@pytest.fixture
def fault(read):
    """Give the error that a file of the given content is refused with."""

    def fault(content: str | bytes) -> ImportFileError:
        with pytest.raises(ImportFileError) as caught:
            read(content)
        assert "thigh.csv" in caught.value.sentence
        assert caught.value.advice
        return caught.value

    return fault


def test_a_plain_file(read):
    table = read(f"{EXAMPLE}\n{ROWS}")

    assert table.name == "thigh.csv"
    assert table.time.tolist() == [0.0, 0.01]
    assert table.gyr.tolist() == [[1, 2, 3], [1.5, 2.5, 3.5]]
    assert table.acc.tolist() == [[4, 5, 6], [4.5, 5.5, 6.5]]
    assert (table.gyr_unit.size, table.acc_unit.size) == (math.pi / 180, 9.80665)


@pytest.mark.parametrize(
    "dress",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("\n", "\n\n"),
        lambda text: text.upper(),
        lambda text: text.replace(",", " , "),
        lambda text: "\n".join(",".join(f'"{f}"' for f in line.split(",")) for line in text.split()),
        lambda text: gzip.compress(text.encode(), mtime=0),
        lambda text: "\n".join(f"{n or 'Note'},{line}" for n, line in enumerate(text.split())),
        lambda text: "\n".join(",".join(reversed(line.split(","))) for line in text.split()),
    ],
)
def test_every_dress_that_is_accepted_gives_the_same(read, dress):
    plain = read(f"{EXAMPLE}\n{ROWS}")

    table = read(dress(f"{EXAMPLE}\n{ROWS}"))

    for name in ("time", "gyr", "acc"):
        np.testing.assert_array_equal(getattr(table, name), getattr(plain, name))


def test_text_in_a_column_that_is_not_needed_is_nobodys_business(read):
    table = read(f"label,{EXAMPLE},comment\n" + "".join(f"run,{row},ouch\n" for row in ROWS.split()))

    assert len(table) == 2


@pytest.mark.parametrize(
    ("time", "stamp", "expected"), [("time_ms", "5", 0.005), ("time_us", "5000", 0.005), ("time_s", "-3", -3.0)]
)
def test_units_of_time(read, time, stamp, expected):
    table = read(f"{EXAMPLE.replace('time_s', time)}\n{stamp},1,2,3,4,5,6\n")

    assert table.time.tolist() == [expected]


def test_other_units(read):
    table = read(EXAMPLE.replace("deg_s", "rad_s").replace("_g", "_m_s2").replace("m_s2yr", "gyr") + "\n" + ROWS)

    assert (table.gyr_unit.written, table.acc_unit.written) == ("rad/s", "m/s2")


@settings(max_examples=30, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(*[st.floats(-1e6, 1e6)] * 6), min_size=1, max_size=20))
def test_numbers_are_read_exactly(read, rows):
    text = "".join(f"{n},{','.join(map(repr, row))}\n" for n, row in enumerate(rows))

    table = read(f"{EXAMPLE}\n{text}")

    np.testing.assert_array_equal(np.column_stack([table.gyr, table.acc]), np.array(rows))


def test_rows_without_a_number_are_left_out_and_counted(read):
    table = read(f"{EXAMPLE}\n{ROWS}0.02,nan,1,1,1,1,1\n0.03,1,1,1,1,1,inf\n0.04,1,1,1,1,1,1\n")

    assert table.time.tolist() == [0.0, 0.01, 0.04]
    assert table.left_out == 2


@pytest.mark.parametrize("missing", EXAMPLE.split(","))
def test_a_missing_column_is_named(fault, missing):
    error = fault(f"{EXAMPLE.replace(missing, 'other')}\n{ROWS}")

    assert error.reason is Reason.BAD_TABLE
    assert f"has no column {missing}" in error.sentence
    assert EXAMPLE in error.advice


@pytest.mark.parametrize(
    ("column", "named"), [("gyr_y_deg_s", "gyr_y_dps"), ("acc_z_g", "acc_z"), ("time_s", "time_min")]
)
def test_an_unknown_unit_is_named(fault, column, named):
    error = fault(f"{EXAMPLE.replace(column, named)}\n{ROWS}")

    assert f"The column {named} of" in error.sentence
    assert "no unit that is known" in error.sentence
    assert column in error.advice


def test_units_that_differ_between_axes(fault):
    assert "not all in one unit" in fault(f"{EXAMPLE.replace('gyr_y_deg_s', 'gyr_y_rad_s')}\n{ROWS}").sentence


@pytest.mark.parametrize("text", ["abc", "", "1;5", "--"])
def test_text_in_a_number_is_shown_with_line_and_column(fault, text):
    error = fault(f"{EXAMPLE}\n{ROWS}\n0.02,1,2,{text},4,5,6\n0.03,x,2,3,4,5,6\n")

    assert error.reason is Reason.BAD_TABLE
    assert error.sentence.startswith("Line 5 of ")
    assert error.sentence.endswith(f"column gyr_z_deg_s: expected a number, got {text!r}.")


def test_a_line_cut_off(fault):
    assert "has 3 columns, expected 7" in fault(f"{EXAMPLE}\n{ROWS}0.02,1,2").sentence


def test_time_running_backwards_is_shown_with_its_line(fault):
    error = fault(f"{EXAMPLE}\n{ROWS}\nnan,1,2,3,4,5,6\n0.005,1,2,3,4,5,6\n")

    assert error.reason is Reason.BAD_TIME
    assert "time runs backwards at line 6: 0.005 s comes after 0.01 s" in error.sentence


def test_semicolons(fault):
    assert "semicolons" in fault(EXAMPLE.replace(",", ";") + "\n" + ROWS.replace(",", ";")).sentence


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.EMPTY),
        (f"{EXAMPLE}\n", Reason.EMPTY),
        (f"{EXAMPLE}\nnan,1,1,1,1,1,1\n", Reason.EMPTY),
        (gzip.compress(b"", mtime=0), Reason.EMPTY),
        (gzip.compress(f"{EXAMPLE}\n{ROWS * 99}".encode(), mtime=0)[:-20], Reason.DAMAGED),
        (gzip.compress(f"{EXAMPLE}\n{ROWS * 99}".encode(), mtime=0)[:-8] + b"deadbeef", Reason.DAMAGED),
        (gzip.compress(b"x" * 99, mtime=0)[:15], Reason.DAMAGED),
        (b"\x1f\x8b", Reason.DAMAGED),
        (f"{EXAMPLE}\n{ROWS}".encode("utf-16"), Reason.BAD_TABLE),
        (f"{EXAMPLE}\n{ROWS}".encode() + b"\xff\xfe,", Reason.BAD_TABLE),
        (bytes(range(256)), Reason.BAD_TABLE),
        (ROWS, Reason.BAD_TABLE),
    ],
)
def test_files_that_hold_no_samples(fault, content, reason):
    assert fault(content).reason is reason


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ImportFileError, match=r"There is no file .*thigh\.csv") as caught:
        read_sensor_csv(tmp_path / "thigh.csv")

    assert caught.value.reason is Reason.MISSING


def test_a_folder_in_place_of_a_file(tmp_path):
    with pytest.raises(ImportFileError, match="cannot be read") as caught:
        read_sensor_csv(tmp_path)

    assert caught.value.reason is Reason.UNREADABLE


@settings(max_examples=150, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60), st.integers(0, 250), st.booleans())
def test_damage_of_any_kind_is_an_error_with_a_sentence_or_a_table(read, damage, at, zipped):
    data = f"{EXAMPLE}\n{ROWS * 3}".encode()
    data = gzip.compress(data, mtime=0) if zipped else data

    try:
        table = read(data[:at] + damage + data[at + len(damage) :])
    except ImportFileError as error:
        assert "thigh.csv" in str(error)
    else:
        assert np.isfinite(table.gyr).all()

from pathlib import Path

import pytest

from firmware_bridge.errors import LegcycleError, Reason
from legcycle_imu.report.data import report_data
from legcycle_imu.report.page import render
from legcycle_imu.report.writing import refuse_other, write_page
from tests.legcycle_imu.report.made import a_session, strides


def test_a_report_knows_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    refuse_other(path)  # there is none
    write_page(render(report_data(a_session(strides(10)))), path)
    refuse_other(path)
    assert path.read_text(encoding="utf-8").endswith("</html>")


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html><p>A letter</p>", b"\xff\xfe\x00"])
def test_anything_else_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "letter.html"
    path.write_bytes(content)
    with pytest.raises(LegcycleError, match="and is no report") as refused:
        refuse_other(path)
    assert refused.value.reason is Reason.EXISTS
    assert path.read_bytes() == content


def test_a_folder_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(LegcycleError, match="cannot be read"):
        refuse_other(tmp_path)


def test_a_page_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(LegcycleError, match="cannot be written"):
        write_page("<p>", tmp_path / "no such folder" / "a.html")

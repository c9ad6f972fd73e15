import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from legcycle_imu.report.words import FIGURES

FIXTURES = ("jog", "run", "sprint", "walk-run-walk", "one-leg", "odd-mounting")


class Tables(HTMLParser):
    """The tables of a page by their id, each a list of rows of cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self._rows: list[list[str]] = []
        self._in_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._rows = self.tables.setdefault(dict(attrs)["id"] or "", [])
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("th", "td"):
            self._in_cell = True
            self._rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self._rows[-1][-1] += data


def page_of(cli, path: Path, *options: object) -> str:
    result = cli("report", path, *options)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    return path.with_name(f"{path.stem}.report.html").read_text(encoding="utf-8")


def plain(number: float, decimals: int) -> str:
    text = f"{abs(number):.{decimals}f}"
    return f"−{text}" if number < 0 and float(text) else text


@pytest.mark.parametrize("name", FIXTURES)
def test_numbers_are_those_of_analyse(cli, recording, name):
    path = recording(name)
    summary = json.loads(cli("analyse", path, "--json").stdout)
    rows = {row[0]: row[1:] for row in Tables(page_of(cli, path)).tables["figures"]}
    sides = [side for side, leg in summary["legs"].items() if leg["strides"]]
    assert rows["figure"][: len(sides)] == sides
    assert rows["strides"][: len(sides)] == [str(summary["legs"][side]["strides"]) for side in sides]
    for metric, how in FIGURES.items():
        for place, side in enumerate(sides):
            known = summary["legs"][side]["metrics"][metric]
            if not known["known"]:
                continue
            mean, sd = (plain(known[key] * how.factor, how.decimals) for key in ("mean", "sd"))
            assert rows[how.name][place] == f"{mean} ± {sd}{how.unit}"
        if len(sides) == 2 and (found := summary["symmetry"].get(metric)) and found["index_pct"] is not None:
            index = plain(found["index_pct"], 1)
            assert rows[how.name][2].lstrip("+") == f"{index} ± {found['half_width_pct']:.1f} %"
    for side_place, side in enumerate(sides):
        for phase, hits in summary["legs"][side]["hits"].items():
            assert rows[f"{phase} target reached"][side_place].startswith(f"{hits['hit']} of {hits['judged']} ")


def test_the_page_is_complete_in_itself(cli, recording):
    page = page_of(cli, recording("run"))
    assert page.startswith("<!DOCTYPE html>")
    assert not re.findall(r"https?:|<script|@import|url\(", page)
    assert len(page.encode()) < 300_000


def test_an_older_report_is_replaced_and_no_other_file(cli, recording, tmp_path):
    path = recording("one-leg")
    first = page_of(cli, path)
    assert page_of(cli, path) == first
    other = tmp_path / "letter.html"
    other.write_text("<p>Dear Anna</p>")
    result = cli("report", path, "-o", other)
    assert result.exit_code == 1
    assert "is there already, and is no report. Choose another name" in result.stderr
    assert other.read_text() == "<p>Dear Anna</p>"
    assert cli("report", path, "-o", path).exit_code == 2

import re
from html.parser import HTMLParser
from math import nan

import pytest

from firmware_bridge.samples import Side
from legcycle_imu.live.palette import DARK, LIGHT, THEMES, Theme
from legcycle_imu.report.data import report_data
from legcycle_imu.report.page import render
from legcycle_imu.report.session import Mark, Session
from legcycle_imu.report.words import FIGURES
from legcycle_imu.runner import Runner
from legcycle_imu.summary import METRICS
from legcycle_imu.targets import Preset, Targets
from tests.legcycle_imu.report.made import a_session, a_stride, strides

NEVER = re.compile(r"injur|prevent|diagnos|therap|rehab|\brisk|treatment|glute activation|activation", re.IGNORECASE)
"""Words that a training aid has no business with."""


def varied(mean: float, reach: float):
    return lambda k, side: mean + reach * ((7 * k) % 11 - 5) / 5 + (0.02 * mean if side is Side.LEFT else 0.0)


def a_run(count: int = 60, **more) -> Session:
    figures = {"knee_drive_deg": varied(40, 3), "heel_lift_cm": varied(1, 2), "contact_time_s": varied(0.22, 0.01)}
    return a_session(strides(count, **figures), **more)


SESSIONS = {
    "a run": a_run,
    "two bouts and laps": lambda: a_session(
        strides(20) + [s._replace(stride=s.stride + 20) for s in strides(20, start_s=40.0)],
        marks=[Mark(0.0, "lap 1"), Mark(39.0, "lap 2"), Mark(50.0, "<b>windy</b>")],
    ),
    "one leg": lambda: a_session(strides(30, sides=[Side.LEFT]), sides=[Side.LEFT]),
    "one of two legs ran": lambda: a_session(strides(30, sides=[Side.RIGHT])),
    "twenty strides": lambda: a_run(10),
    "one stride": lambda: a_session(strides(1, sides=[Side.LEFT])),
    "no running": lambda: a_session([]),
    "not aligned": lambda: a_session([], calibrations={}, trouble="the leg cannot be aligned"),
    "walking": lambda: a_session([a_stride(Side.LEFT, k, float(k), "walk") for k in range(5)]),
    "no lengths": lambda: a_session(
        strides(20, heel_lift_cm=nan, placement_cm=nan), runner=Runner(), targets=Targets(drive_deg=45.0)
    ),
    "nothing known": lambda: a_session(
        strides(20, **{m: nan for m in METRICS if m not in ("stride_time_s", "cadence_spm")})
    ),
    "baseline": lambda: a_run(targets=Targets(preset=Preset.BASELINE)),
    "sprint": lambda: a_session(strides(20, cadence_spm=260.0)),
}


class Outline(HTMLParser):
    """What a page is made of."""

    VOID = frozenset({"meta", "link", "br", "line", "rect", "circle", "path", "polyline"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.labelled_by: list[str] = []
        self.links: list[str] = []
        self.pictures: list[str] = []
        self.open: list[str] = []
        self.figures_without_table = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if re.fullmatch(r"h\d", tag):
            self.headings.append(int(tag[1]))
        self.ids += [found["id"] or ""] if "id" in found else []
        self.labelled_by += [found["aria-labelledby"] or ""] if "aria-labelledby" in found else []
        self.links += [value for key in ("href", "src") if (value := found.get(key))]
        if tag == "svg" and found.get("role") == "img":
            self.pictures.append(found.get("aria-label") or "")
        if tag == "svg":
            assert "role" in found or found.get("aria-hidden") == "true"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"


@pytest.fixture(params=SESSIONS)
def page(request: pytest.FixtureRequest) -> str:
    return render(report_data(SESSIONS[request.param]()))


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL).split())


def test_a_page_is_well_formed_and_its_headings_are_in_order(page: str) -> None:
    outline = Outline(page)
    assert outline.open == []
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    assert set(outline.labelled_by) <= set(outline.ids)
    assert {link[1:] for link in outline.links if link.startswith("#")} <= set(outline.ids)
    assert '<html lang="en">' in page
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page


def test_every_picture_has_words_and_every_table_a_caption(page: str) -> None:
    outline = Outline(page)
    assert all(len(words) > 20 for words in outline.pictures)
    assert not [words for words in outline.pictures if "nan" in words]
    assert page.count("<table") == page.count("<caption>")
    sections = re.findall(r"<section.*?</section>", page, re.DOTALL)
    assert all("<table" in section for section in sections if 'role="img"' in section)


def test_nothing_that_is_not_known_is_printed_as_a_number(page: str) -> None:
    assert not re.search(r"\b(nan|inf|None)\b", text_of(page))
    assert "nan" not in "".join(re.findall(r"<svg.*?</svg>", page, re.DOTALL))


def test_nothing_is_loaded_and_nothing_is_run(page: str) -> None:
    assert {link for link in Outline(page).links if not link.startswith("#")} == {"data:,"}
    assert not re.search(r"<script|https?:|url\(|@import|onload|srcset", page)


def test_the_words_are_those_of_a_training_aid(page: str) -> None:
    text = text_of(page)
    assert not NEVER.findall(text)
    assert "A training aid, not a medical device." in text
    assert "What this can and cannot see" in text
    assert "They cannot see muscles, foot-strike type or trunk." in text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no running", "No running in this recording"),
        ("not aligned", "the leg cannot be aligned"),
        ("walking", "5 strides were found, and none is good running"),
        ("one leg", "Only the left leg has running strides"),
        ("one of two legs ran", "Only the right leg has running strides"),
        ("one stride", "These are few strides"),
        ("twenty strides", "too few strides"),
        ("sprint", "There are none for this cadence (260 steps a minute)"),
        ("no lengths", "custom: lift back of knee, drive 45°"),
        ("two bouts and laps", "&lt;b&gt;windy&lt;/b&gt;"),
        ("baseline", "baseline: the runner's own recent strides"),
    ],
)
def test_a_page_says_what_there_is_and_what_there_is_not(name: str, said: str) -> None:
    page = render(report_data(SESSIONS[name]()))
    assert said in text_of(page).replace("&#39;", "'")


def test_one_cue_and_one_drill_come_first_and_the_phases_next() -> None:
    text = text_of(render(report_data(a_run())))
    order = [
        "Next time",
        "One drill:",
        "Why:",
        "The four phases",
        "Left against right",
        "Best and worst",
        "Over the run Dots",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert text.count("One drill:") == 1


def test_distance_and_trend_stand_before_the_hit_rate() -> None:
    page = render(report_data(a_run()))
    for phase in ("push", "lift", "drive", "place"):
        table = page.split(f'id="phase-{phase}"')[1].split("</table>")[0]
        rows = re.findall(r'<th scope="row"[^>]*>(.*?)</th>', table)
        assert rows == ["to the target", "over the run", "mean ± SD", "target", "reached"]


def test_serials_are_named_only_when_asked_for() -> None:
    data = report_data(a_run())
    assert "SN-left thigh" not in render(data)
    assert render(data, serials=True).count("SN-") == 4


def test_what_strangers_wrote_is_text() -> None:
    nasty = "<script>alert(1)</script>"
    page = render(report_data(a_run(runner=Runner(nasty, 1.75), name=f"{nasty}.legcycle", notices=(nasty,))))
    assert "<script" not in page
    assert Outline(page).open == []


def test_every_figure_of_the_summary_has_a_name() -> None:
    assert set(FIGURES) == set(METRICS)
    assert len({how.name for how in FIGURES.values()}) == len(FIGURES)


def test_a_long_run_stays_a_small_page() -> None:
    assert len(render(report_data(a_run(5000))).encode()) < 300_000


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_text_and_lines_stand_out(theme: Theme) -> None:
    for paper in (theme.card, theme.window):
        assert contrast(theme.ink, paper) >= 7.0
        assert contrast(theme.quiet, paper) >= 4.5
    assert contrast(theme.shank, theme.card) >= 4.5  # the right leg's colour
    for phase, colour in theme.phases.items():
        ink = "#FFFFFF" if theme is LIGHT and phase == "place" else "#101112"
        assert phase == "unknown" or contrast(ink, colour) >= 4.5
    assert DARK.name == "dark"

"""The report as people open it: in a real Chromium, on a phone, on a desk, in the dark, on paper."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from legcycle_imu.report.data import report_data
from legcycle_imu.report.page import render
from tests.browser import HOW_TO_GET, Browser, browsing, chromium
from tests.legcycle_imu.report.test_page import SESSIONS

pytestmark = pytest.mark.skipif(chromium() is None, reason=HOW_TO_GET)

PHONE, SMALL_PHONE, DESKTOP = (390, 844), (320, 640), (1280, 900)
SAID = ("a run", "two bouts and laps", "one leg", "no running", "baseline")
TOO_WIDE = """
[...document.querySelectorAll("body *")].filter(e => !e.closest(".scroll") && !e.closest("svg *"))
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => e.tagName + " " + e.textContent.slice(0, 40))
"""
SMALL_PRINT = """
[...document.querySelectorAll("svg text")].map(t => t.getBoundingClientRect())
  .filter(box => box.width > 0).map(box => box.height)
"""
CUT_OFF = """
[...document.querySelectorAll("svg[role=img]")].flatMap(svg => {
  const field = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")].filter(t => {
    const box = t.getBoundingClientRect();
    return box.left < field.left - 1 || box.right > field.right + 1
      || box.top < field.top - 1 || box.bottom > field.bottom + 1;
  }).map(t => t.textContent);
})
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module", params=SAID)
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "run.report.html"
    path.write_text(render(report_data(SESSIONS[request.param]())), encoding="utf-8")
    return path


@pytest.mark.parametrize(("width", "height"), [PHONE, SMALL_PHONE, DESKTOP], ids=["phone", "small phone", "desktop"])
def test_no_page_is_wider_than_its_window(browser: Browser, page: Path, width: int, height: int) -> None:
    browser.open(page, width, height, mobile=width < 500)
    for opened in (False, True):
        browser.ask(f"document.querySelectorAll('details').forEach(d => d.open = {str(opened).lower()})")
        assert browser.ask("document.documentElement.scrollWidth") <= width
        assert browser.ask(TOO_WIDE) == []
        assert browser.ask(CUT_OFF) == []


def test_a_page_asks_for_nothing_but_itself(browser: Browser, page: Path) -> None:
    browser.open(page, *DESKTOP)
    assert [url for url in browser.requests if url != "data:,"] == [page.resolve().as_uri()]
    assert browser.ask("document.scripts.length") == 0


def test_words_in_pictures_are_large_enough_on_a_phone(browser: Browser, page: Path) -> None:
    browser.open(page, *PHONE, mobile=True)
    assert all(height >= 11.0 for height in browser.ask(SMALL_PRINT))


def test_every_picture_has_a_name_for_those_who_do_not_see_it(browser: Browser, page: Path) -> None:
    browser.open(page, *PHONE, mobile=True)
    tree = browser.call("Accessibility.getFullAXTree")["nodes"]
    kinds = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in tree if not node["ignored"]]
    images = [name for kind, name in kinds if kind in ("img", "image")]
    assert len(images) == browser.ask("document.querySelectorAll('svg[role=img]').length")
    assert all(images)
    assert next(name for kind, name in kinds if kind == "heading").startswith("Leg cycle")


def test_the_page_is_dark_where_people_like_it_dark(browser: Browser, page: Path) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    browser.open(page, *PHONE, mobile=True)
    light = browser.ask(colour)
    browser.open(page, *PHONE, dark=True, mobile=True)
    assert (light, browser.ask(colour)) == ("rgb(233, 235, 237)", "rgb(8, 9, 10)")


def test_it_can_be_printed(browser: Browser, page: Path) -> None:
    browser.open(page, *DESKTOP, dark=True)
    printed = browser.pdf()
    assert printed.startswith(b"%PDF")
    pages = printed.count(b"/Type /Page\n") or printed.count(b"/Type /Page ") or printed.count(b"/Type /Page/")
    assert 1 <= pages <= 9


def test_a_picture_of_it_has_the_phone_s_width(browser: Browser, page: Path) -> None:
    browser.open(page, *PHONE, mobile=True)
    picture = browser.picture()
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">I", picture[16:20])[0] == 2 * PHONE[0]

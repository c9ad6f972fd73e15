"""Pictures are whole, the same each time, hold words beside colours, and are written whole or not at all."""

from xml.etree import ElementTree

import pytest

from firmware_bridge.errors import LegcycleError
from legcycle_imu.progress.change import compare
from legcycle_imu.progress.picture import picture_of_trend, picture_of_two
from legcycle_imu.progress.trend import trend


def words_in(path) -> str:
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    return " ".join(part.strip() for part in root.itertext() if part.strip())


def test_two_sessions_are_drawn_with_their_words(session, tmp_path) -> None:
    a, b = session("may"), session("june", knee_drive_deg=60.0, contact_time_s=0.219)
    path = tmp_path / "change.svg"
    picture_of_two(path, a, b, compare(a, b))
    said = words_in(path)
    for part in ("june against may", "left knee drive", "+20.0 deg more", "right contact time", "MDC95"):
        assert part in said


def test_what_cannot_be_compared_says_so_in_the_picture(session, tmp_path) -> None:
    a, b = session("may"), session("june", runner="bert")
    picture_of_two(tmp_path / "change.svg", a, b, compare(a, b))
    assert "not comparable: another runner" in words_in(tmp_path / "change.svg")


def test_a_trend_is_drawn_with_its_days(on_days, tmp_path) -> None:
    path = tmp_path / "trend.svg"
    picture_of_trend(path, trend(on_days("knee_drive_deg", 40.0, 41.0, 39.0, 40.5, 60.0)))
    said = words_in(path)
    for part in ("Sessions of anna", "knee drive, deg", "2026-05-01", "left leg", "right leg", "not comparable"):
        assert part in said


def test_the_same_figures_give_the_same_file(on_days, session, tmp_path) -> None:
    followed = trend(on_days("knee_drive_deg", 40.0, 41.0))
    for name in ("a.svg", "b.svg"):
        picture_of_trend(tmp_path / name, followed)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert b"<dc:date>" not in (tmp_path / "a.svg").read_bytes()


def test_png_is_one(session, tmp_path) -> None:
    a, b = session("may"), session("june")
    picture_of_two(tmp_path / "change.PNG", a, b, compare(a, b))
    assert (tmp_path / "change.PNG").read_bytes().startswith(b"\x89PNG")


def test_where_it_cannot_be_written_nothing_is_left(session, tmp_path) -> None:
    a, b = session("may"), session("june")
    with pytest.raises(LegcycleError, match="cannot be written"):
        picture_of_two(tmp_path / "nowhere" / "change.svg", a, b, compare(a, b))
    taken = tmp_path / "taken.svg"
    taken.mkdir()
    with pytest.raises(LegcycleError, match="cannot be written"):
        picture_of_two(taken, a, b, compare(a, b))
    assert list(tmp_path.iterdir()) == [taken]


def test_no_sessions_worth_a_picture_are_drawn_all_the_same(session, tmp_path) -> None:
    a, b = session("may", strides=3), session("june", strides=3)
    picture_of_two(tmp_path / "change.svg", a, b, compare(a, b))
    picture_of_trend(tmp_path / "trend.svg", trend([a, b]))
    assert "june against may" in words_in(tmp_path / "change.svg")

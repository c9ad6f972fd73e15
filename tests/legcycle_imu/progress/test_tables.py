"""The tables hold what was found, on 80 columns; the JSON holds all of it."""

import json
from io import StringIO

from rich.console import Console

from calibration.model import ZeroSource
from firmware_bridge.samples import Side
from legcycle_imu.progress.change import SHAPE, Word, compare
from legcycle_imu.progress.tables import key_to_shapes, table_of_leg, table_of_two, trends_json, two_json
from legcycle_imu.progress.trend import trend


def text_of(table, width: int = 80) -> str:
    console = Console(file=StringIO(), width=width, highlight=False)
    console.print(table)
    return console.file.getvalue()  # type: ignore[attr-defined]


def line_of(text: str, begin: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(begin))


def test_two_sessions_stand_beside_their_mdc_and_what_it_rests_on(session) -> None:
    a, b = session("may"), session("june", knee_drive_deg=60.0)
    text = text_of(table_of_two(a, b, Side.LEFT, compare(a, b)), 100)
    assert "left leg" in text
    assert "right" not in text
    line = line_of(text, "knee drive, deg")
    for part in ("40.0", "60.0", "+20.0", "9.", "literature", "▲ more"):
        assert part in line
    assert "≈ no change that can be told" in line_of(text, "thigh range, deg") or "▲" in text
    assert line_of(text, "contact time, ms").split()[3:5] == ["220", "220"]


def test_what_cannot_be_compared_says_why(session) -> None:
    a, b = session("may"), session("june", zero=ZeroSource.RUNNING)
    line = line_of(text_of(table_of_two(a, b, Side.LEFT, compare(a, b)), 100), "knee drive, deg")
    assert "× not comparable: another zero" in line
    assert "literature" not in line


def test_a_trend_fits_into_80_columns_uncut(on_days) -> None:
    sessions = on_days("knee_drive_deg", 40.0, 40.5, 39.6, 40.2, 39.9, 60.0)
    text = text_of(table_of_leg(trend(sessions), Side.LEFT))
    assert "…" not in text
    assert line_of(text, "2026-01-01").count(SHAPE[Word.FIRST]) == 9
    assert f"60.0{SHAPE[Word.MORE]}" in line_of(text, "2026-06-01")
    assert "40.0" in line_of(text, "began with")
    assert line_of(text, "days by").count("own 5") == 9


def test_the_foot_of_a_trend_is_of_the_last_change_that_could_be_told(on_days) -> None:
    sessions = on_days("knee_drive_deg", 40.0, 41.0)
    sprint = on_days("knee_drive_deg", 60.0, 60.0, 60.0, cadence_spm=240.0)[2]
    text = text_of(table_of_leg(trend([*sessions, sprint]), Side.LEFT))
    assert f"60.0{SHAPE[Word.NOT_COMPARABLE]}" in text
    assert "40.0" in line_of(text, "began with")
    assert line_of(text, "days by").count("lit.") == 9


def test_every_shape_is_told_in_words() -> None:
    assert all(f"{SHAPE[word]} {word}" in key_to_shapes() for word in Word)


def test_json_of_two_sessions_is_whole(session) -> None:
    a, b = session("may"), session("june", knee_drive_deg=60.0, zero=ZeroSource.STANDING_AND_RUNNING)
    whole = json.loads(two_json(a, b, compare(a, b), ["a note"]))
    assert whole["notes"] == ["a note"]
    assert whole["before"]["zero_source"] == {"left": "standing and running", "right": "standing and running"}
    drive = next(c for c in whole["changes"] if (c["side"], c["key"]) == ("left", "knee_drive_deg"))
    assert drive["word"] == "more"
    assert drive["day_to_day"] == "literature"
    assert abs(drive["change"] - 20.0) < 0.01
    assert 8.0 < drive["mdc95"] < 11.0
    assert set(whole["now"]["figures"]["left"]["knee_drive_deg"]) == {
        "strides", "mean", "sd", "sem", "zero_sd", "days_sd",
    }  # fmt: skip


def test_json_has_null_for_what_is_not_known(session) -> None:
    a, b = session("may"), session("june", runner="bert")
    change = json.loads(two_json(a, b, compare(a, b), []))["changes"][0]
    assert change["mdc95"] is None
    assert change["day_to_day"] is None
    assert change["reason"] == "another runner"


def test_json_of_trends_has_a_change_for_each_session(on_days) -> None:
    followed = trend(on_days("knee_drive_deg", 40.0, 41.0, 42.0))
    (whole,) = json.loads(trends_json([followed], []))["trends"]
    assert whole["runner"] == "anna"
    assert [s["day"] for s in whole["sessions"]] == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert len(whole["changes"]) == 3 * 2 * 9

"""The guide for the wearer says what the code says: steps, messages, limits, figures of the zero."""

import ast
import re
from collections.abc import Iterator
from math import degrees, sqrt
from pathlib import Path

import pytest

from calibration import identify
from calibration.evidence import SHANK_POSTURE, THIGH_POSTURE, AlignmentSettings, Posture
from calibration.poses import POSES
from calibration.routine import RoutineSettings
from calibration.slip import SlipKind
from legcycle_imu.view.calibration import steps_of
from legcycle_imu.view.leg_model import POOR_ZERO_RAD
from legcycle_imu.view.quality import WELL_SHARE
from tests.legcycle_imu.view.guided import STAND

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "calibration-guide.md").read_text(encoding="utf-8")
SAID = " ".join(TEXT.split())
ROUTINE = sorted((ROOT / "calibration" / "routine").glob("*.py"))
REASON_AT = {"Trouble": 0, "_again": 0, "_move": 0, "_of": 1}
"""Calls that say what went wrong, and the number of the argument that does."""
FEWEST_WORDS = 3


def reasons() -> Iterator[str]:
    """Give, of every message of the routine, its longest part without a blank to be filled."""
    for path in ROUTINE:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args:
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if name in REASON_AT and len(node.args) > REASON_AT[name]:
                    yield from longest(node.args[REASON_AT[name]])
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "reason" for t in node.targets):
                yield from longest(node.value)


def longest(node: ast.AST) -> Iterator[str]:
    texts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    found = max((text.strip(" .:,;") for text in texts), key=len, default="")
    if len(found.split()) >= FEWEST_WORDS or found.istitle():
        yield found


REASONS = sorted(set(reasons()))


def row(first: str) -> list[str]:
    (line,) = (line for line in TEXT.splitlines() if line.startswith(f"| {first} |"))
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def test_messages_are_found() -> None:
    assert len(REASONS) > 20


@pytest.mark.parametrize("reason", REASONS)
def test_every_message_of_the_routine_is_in_the_guide(reason: str) -> None:
    assert reason in SAID


@pytest.mark.parametrize("name", ["MISSING", "ONE_SENSOR", "BOTH_LEGS", "LOW", "UNCLEAR"])
def test_every_answer_of_a_knee_lift_is_in_the_guide(name: str) -> None:
    assert getattr(identify, name) in SAID


def test_the_steps_are_those_of_the_window_in_their_order() -> None:
    table = TEXT.split("| step |")[1].split("\n\n")[0].splitlines()[2:]
    assert [line.split("|")[1].strip() for line in table] == [step.name for step in steps_of(STAND)]


def test_what_is_asked_for_is_as_long_and_as_often_as_in_the_routine() -> None:
    settings = RoutineSettings()
    assert f"still for {settings.stand_s:.0f} s" in row("stand")[0]
    numbers = {5: "five", 3: "three", 4: "four", 6: "six"}
    assert f"lift each knee {numbers[settings.lifts]} times" in row("move")[0]


def test_limits_of_quality_are_those_of_the_code() -> None:
    loose = 100.0 * AlignmentSettings().loose_spread
    assert f"{degrees(POOR_ZERO_RAD):.0f}° or less" in row("zero")[0]
    assert f"less than {WELL_SHARE * loose:.0f} %" in row("plane")[0]
    assert f"above {loose:.0f} %" in row("plane")[1]


def both_deg(posture: Posture) -> float:
    return degrees(1.0 / sqrt(posture.standing_sd_rad**-2 + posture.running_sd_rad**-2))


def test_the_zeros_uncertainty_is_that_of_people() -> None:
    postures = THIGH_POSTURE, SHANK_POSTURE
    assert row("standing and running") == [f"{both_deg(p):.1f}°" for p in postures]
    assert row("standing alone (knee lifts)") == [f"{degrees(p.standing_sd_rad):.1f}°" for p in postures]
    assert row("running alone") == [f"{degrees(p.running_sd_rad):.1f}°" for p in postures]


def test_flags_of_slips_are_those_of_the_strides() -> None:
    assert all(f"`{kind}`" in TEXT for kind in SlipKind)


def test_there_are_twelve_poses() -> None:
    assert len(POSES) == 12
    assert sum(pose.is_face for pose in POSES) == 6


def test_the_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)", TEXT):
        assert (ROOT / "docs" / target).exists(), target

import xml.etree.ElementTree as ET
from collections.abc import Callable
from types import ModuleType

import pytest

from calibration.poses import POSES as LAID
from legcycle_imu.view.poses import POSES

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("calibration-steps", "calibration-sensors", "calibration-twelve-poses")


@pytest.fixture(scope="module")
def figure(load: Callable[[str], ModuleType]) -> ModuleType:
    return load("figures/make_calibration.py")


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


def test_all_are_drawn_and_lie_in_files_of_their_name(figure: ModuleType) -> None:
    assert set(figure.DRAWINGS) == set(NAMES)
    assert [figure.path_of(name).name for name in NAMES] == [f"{name}.svg" for name in NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_inside_the_picture(figure: ModuleType, name: str) -> None:
    root = ET.fromstring(figure.DRAWINGS[name]())
    _, _, width, height = map(float, root.get("viewBox", "").split())
    for element in root.iter():
        points = [tuple(map(float, pair.split(","))) for pair in element.get("points", "").split()]
        points += [(float(element.get(x, 0)), float(element.get(y, 0))) for x, y in (("x", "y"), ("cx", "cy"))]
        assert all(0 <= x <= width and 0 <= y <= height for x, y in points)


def test_every_step_with_a_pose_is_drawn_with_its_words(figure: ModuleType) -> None:
    said = texts(figure.steps())
    for number, step in enumerate(figure.SHOWN):
        assert f"{number + 1}. {step}" in said
        assert {pose.words for pose in POSES[step]} <= set(said)
    assert {"RIGHT", "LEFT"} <= set(said)


def test_each_person_and_each_leg_wears_its_sensors(figure: ModuleType) -> None:
    people = sum(len(POSES[step]) for step in figure.SHOWN)
    dots = [e for e in ET.fromstring(figure.steps()).iter(f"{SVG}circle") if e.get("fill") == figure.SENSOR]
    assert len(dots) == 4 * people
    worn = [e for e in ET.fromstring(figure.worn()).iter(f"{SVG}polygon") if e.get("fill") == figure.SENSOR]
    assert len(worn) == 4


@pytest.mark.parametrize("pose", LAID, ids=lambda pose: pose.name)
def test_the_face_that_is_up_is_seen_on_top(figure: ModuleType, pose: object) -> None:
    axes = figure._upright(pose.up)
    heights = {f"{sign}{axis}": s * axes[k][2] for k, axis in enumerate("xyz") for sign, s in (("+", 1), ("-", -1))}
    top = [name for name, height in heights.items() if height == pytest.approx(max(heights.values()))]
    wanted = [pose.name] if pose.is_face else [f"+{pose.name[0]}", pose.name[1:]]
    assert sorted(top) == sorted(wanted)
    assert figure._cross(axes[0], axes[1]) == pytest.approx(axes[2])
    seen = {f"{'+' if sign > 0 else '-'}{'xyz'[k]}" for k, sign in figure._visible(axes)}
    assert len(seen & set(wanted)) >= 1


def test_all_twelve_are_named(figure: ModuleType) -> None:
    said = texts(figure.laid())
    assert {f"{pose.name} up".replace("-", "−") for pose in LAID} <= set(said)

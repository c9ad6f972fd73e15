import shlex
import xml.etree.ElementTree as ET
from collections.abc import Callable
from types import ModuleType

import pytest
import typer

from legcycle_imu.cli import app

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def figure(load: Callable[[str], ModuleType]) -> ModuleType:
    return load("figures/make_on_the_track.py")


def test_every_way_is_named_and_told(figure: ModuleType) -> None:
    written = [element.text for element in ET.fromstring(figure.drawing()).iter(f"{SVG}text")]
    for way in figure.WAYS:
        assert {way.title, way.typed, *way.said} <= set(written)


def test_what_is_typed_is_a_command_with_such_options(figure: ModuleType) -> None:
    for way in figure.WAYS:
        command = typer.main.get_command(app)
        _, *typed = shlex.split(way.typed)
        while typed[0] in getattr(command, "commands", {}):
            command = command.commands[typed.pop(0)]
        known = {word for parameter in command.params for word in parameter.opts}
        options = {word for word in typed if word.startswith("-")}
        assert options
        assert options <= known


def test_the_laptop_is_half_way_and_the_runner_on_the_30_m(figure: ModuleType) -> None:
    assert figure._x(figure.LENGTH_M / 2) == pytest.approx((figure.LEFT + figure.RIGHT) / 2)
    assert all(0.0 <= way.at_m <= figure.LENGTH_M for way in figure.WAYS)


def test_everything_is_inside_the_picture(figure: ModuleType) -> None:
    for element in ET.fromstring(figure.drawing()).iter():
        points = [tuple(map(float, pair.split(","))) for pair in element.get("points", "").split()]
        points += [(float(element.get(x, 0)), float(element.get(y, 0))) for x, y in (("x", "y"), ("cx", "cy"))]
        assert all(0 <= x <= figure.WIDTH and 0 <= y <= figure.HEIGHT for x, y in points)

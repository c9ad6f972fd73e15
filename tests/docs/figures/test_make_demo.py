import xml.etree.ElementTree as ET
from collections.abc import Callable
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def figure(load: Callable[[str], ModuleType]) -> ModuleType:
    return load("figures/make_demo.py")


def test_it_shows_both_legs_a_hit_and_a_miss(figure: ModuleType) -> None:
    drawing = figure.drawing()
    ET.fromstring(drawing)
    said = " ".join(word.replace("&#160;", " ").strip() for word in figure.words(drawing))
    for word in ("left leg", "right leg", "PLACE", "LIFT", "4.2 above", "6.9 to go", "of 20 s"):
        assert word in said

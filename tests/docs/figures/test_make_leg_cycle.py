import xml.etree.ElementTree as ET
from collections.abc import Callable
from math import hypot
from types import ModuleType

import pytest

from legcycle_imu.cycle import CYCLE, EventKind

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def figure(load: Callable[[str], ModuleType]) -> ModuleType:
    return load("figures/make_leg_cycle.py")


def texts(figure: ModuleType) -> list[str]:
    return [element.text or "" for element in ET.fromstring(figure.drawing()).iter(f"{SVG}text")]


def test_every_phase_stands_there_with_the_coachs_words(figure: ModuleType) -> None:
    written = texts(figure)
    everything = " ".join(written)
    for rule in CYCLE:
        assert rule.phase.upper() in written
        assert rule.coach in everything
        assert figure.POSES[rule.ends].title in written


def test_the_shares_of_the_stride_add_up(figure: ModuleType) -> None:
    shares = [int(t.split(" %")[0]) for t in texts(figure) if t.endswith("% of the stride")]
    assert len(shares) == len(CYCLE)
    assert sum(shares) == pytest.approx(100, abs=2)


def test_events_follow_each_other_round_the_ring(figure: ModuleType) -> None:
    at = figure.postures()
    fractions = [at[rule.begins].fraction for rule in CYCLE]
    assert fractions[0] == 0.0
    assert fractions == sorted(fractions)
    for kind in EventKind:
        x, y = figure.on_ring(at[kind].fraction, 100.0)
        assert hypot(x - figure.CENTRE[0], y - figure.CENTRE[1]) == pytest.approx(100.0)
    assert figure.on_ring(0.25, 100.0)[0] > figure.CENTRE[0]  # clockwise


def test_the_drawn_leg_is_the_mean_leg(figure: ModuleType) -> None:
    at = figure.postures()
    assert at[EventKind.TOE_OFF].thigh < 0 < at[EventKind.PEAK_KNEE_DRIVE].thigh
    assert at[EventKind.PEAK_HEEL_LIFT].shank == min(p.shank for p in at.values())


def test_everything_is_inside_the_picture(figure: ModuleType) -> None:
    root = ET.fromstring(figure.drawing())
    for element in root.iter():
        for x in ("x", "x1", "x2", "cx"):
            assert 0 <= float(element.get(x, 0)) <= figure.WIDTH
        for y in ("y", "y1", "y2", "cy"):
            assert 0 <= float(element.get(y, 0)) <= figure.HEIGHT

from collections.abc import Callable
from types import ModuleType

import pytest

pytest.importorskip("PySide6.QtWidgets", reason="Qt does not load here", exc_type=ImportError)

LARGEST = 200_000
"""Most bytes of a picture: whoever clones the repository fetches all of them."""


@pytest.fixture(scope="module")
def figure(load: Callable[[str], ModuleType]) -> ModuleType:
    return load("figures/make_window.py")


def said(figure: ModuleType, name: str) -> str:
    return str(figure.drawing(name).text(figure.SAYS))


def test_pictures_are_small(figure: ModuleType) -> None:
    assert all(figure.path_of(name).stat().st_size < LARGEST for name in figure.SCENES)


def test_every_state_is_said(figure: ModuleType) -> None:
    assert "RS streaming; left; live" in said(figure, "window-light")
    assert "RS lost; left; live" in said(figure, "window-lost-sensor")
    assert "right; no data; unknown; nothing from the right shank for 3 s" in said(figure, "window-lost-sensor")
    assert "left; aligning" in said(figure, "window-aligning")
    assert "LT waiting" in said(figure, "window-no-data")
    assert "left; poor calibration" in said(figure, "window-poor-calibration")
    assert "right knee now" in said(figure, "window-calibrate-knee")
    assert "stand again" in said(figure, "window-calibrate-trouble")
    assert "You moved after 1.4 s.; Stand still until the countdown has ended." in said(
        figure, "window-calibrate-trouble"
    )
    assert "confirm now" in said(figure, "window-calibrate-done")
    assert "zero good uncertain by 1.8°, from standing and running" in said(figure, "window-calibrate-done")


def test_the_legs_of_a_calibration_that_is_there_are_seen(figure: ModuleType) -> None:
    scene = figure.SCENES["window-calibrate-done"]
    view = figure.model_of(scene).state(scene.at_s).calibration
    assert view is not None
    assert all(leg.stick is not None for leg in view.legs.values())


def test_another_state_another_theme_and_another_size_are_not_current(figure: ModuleType) -> None:
    dark, light = figure.drawing("window-dark"), figure.drawing("window-light")
    path = figure.path_of("window-dark")
    assert figure.is_current(path, dark, figure.TOLERANCE)
    assert not figure.is_current(path, light, figure.TOLERANCE)
    assert not figure.is_current(figure.path_of("window-lost-sensor"), dark, figure.TOLERANCE)
    assert not figure.is_current(figure.path_of("window-no-data"), figure.drawing("window-aligning"), figure.TOLERANCE)


def test_the_picture_that_the_demo_leaves_is_the_readmes(figure: ModuleType) -> None:
    assert figure.SCENES["window-dark"].at_s == figure.INSTANT_S
    state = figure.model_of(figure.SCENES["window-dark"]).state(figure.INSTANT_S)
    assert all(leg.state.seen and len(leg.ghosts) == 2 for leg in state.legs.values())
    hits = [dot.hit for history in state.histories for leg in history.legs.values() for dot in leg.dots]
    assert {True, False} <= set(hits)


def test_there_is_a_picture_in_the_pages_for_every_scene(figure: ModuleType) -> None:
    docs = figure.FIGURE.parents[1]
    pages = "".join(page.read_text(encoding="utf-8") for page in (docs / "live-window.md", docs.parent / "README.md"))
    for name in figure.SCENES:
        assert f"figures/{name}.png" in pages

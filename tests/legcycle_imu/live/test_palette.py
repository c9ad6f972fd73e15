"""The palettes: readable on their ground, and told apart."""

from itertools import combinations

import numpy as np
import pytest

from legcycle_imu.cycle import CYCLE, Phase
from legcycle_imu.live.palette import DARK, LIGHT, THEMES, Theme, other

BLINDNESS = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
"""What is left of linear red, green and blue (Machado, Oliveira & Fernandes 2009, full severity)."""
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
"""sRGB, IEC 61966-2-1."""
WHITE = np.array([0.9505, 1.0, 1.089])
BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)


def rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[k : k + 2], 16) / 255.0 for k in (1, 3, 5))


def linear(colour: str) -> np.ndarray:
    return np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(colour)])


def lab(colour: str, blindness: np.ndarray) -> np.ndarray:
    """Give a colour as it is seen, in CIELAB."""
    xyz = TO_XYZ @ np.clip(blindness @ linear(colour), 0.0, 1.0) / WHITE
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16.0 / 116.0)
    return np.array([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)])


def luminance(colour: str) -> float:
    return float(TO_XYZ[1] @ linear(colour))


def contrast(one: str, two: str) -> float:
    """Give the contrast ratio of WCAG 2."""
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


@BOTH
def test_text_is_readable(theme: Theme) -> None:
    for ground in (theme.card, theme.window):
        assert contrast(theme.ink, ground) >= 7.0
        assert contrast(theme.quiet, ground) >= 4.5
        assert contrast(theme.missing, ground) >= 3.0


@BOTH
def test_curves_stand_out(theme: Theme) -> None:
    assert min(contrast(colour, theme.card) for colour in (theme.thigh, theme.shank, theme.knee)) >= 4.5


@BOTH
def test_every_phase_has_a_hue_of_its_own_seen_on_the_card(theme: Theme) -> None:
    hues = [theme.phases[rule.phase] for rule in CYCLE]
    assert len({*hues, theme.phases[Phase.UNKNOWN]}) == 5
    # a hue that is faint on the card has an outline that is not
    assert all(contrast(hue, theme.card) >= 3.0 or contrast(theme.outline, theme.card) >= 7.0 for hue in hues)


@BOTH
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_phases_are_told_apart_with_any_colour_vision(theme: Theme, blindness: str) -> None:
    seen = [lab(theme.phases[rule.phase], BLINDNESS[blindness]) for rule in CYCLE]
    assert min(float(np.linalg.norm(one - two)) for one, two in combinations(seen, 2)) > 20.0


def test_the_measure_tells_what_the_colour_blind_confuse() -> None:
    """Green and orange of a common traffic light are known to fall together; that is why it is not used."""
    green, orange = (lab(colour, BLINDNESS["protanopia"]) for colour in ("#2CA02C", "#FF7F0E"))
    assert np.linalg.norm(green - orange) < 20.0


def test_on_dark_text_could_stand_in_every_hue() -> None:
    assert min(contrast(DARK.phases[rule.phase], DARK.card) for rule in CYCLE) >= 4.5


def test_there_are_two_themes_each_the_other_of_the_other() -> None:
    assert other(DARK) is LIGHT
    assert other(LIGHT) is DARK
    assert THEMES == {"dark": DARK, "light": LIGHT}

"""Colours of the window, dark and light, told apart with any colour vision.

Colour never stands alone: a phase has its name, a state its shape, its word and its filling. The hues of the phases
are Okabe and Ito's; of those readable on dark these four are the farthest apart for the colour-blind (at least 20
CIE76 under full protanopia, deuteranopia and tritanopia). Yellow is lost on white: there place is their blue.
"""

from dataclasses import dataclass
from typing import Final

from legcycle_imu.cycle import Phase

SKY, YELLOW, VERMILLION, PURPLE, BLUE = "#56B4E9", "#F0E442", "#D55E00", "#CC79A7", "#0072B2"


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of one theme, as #RRGGBB.

    Parameters
    ----------
    name : dark or light
    window, card : behind the panels, behind what is drawn in them
    line : borders and grid
    ink, quiet : text, and text that stands back
    missing : whatever is not known
    phases : hue of each phase, as a filling
    outline : around filled shapes, where a hue alone is faint on the card
    thigh, shank, knee : the curves
    tint : share of a phase's hue behind the curves, 0 to 1
    ghost : share of a phase's hue in legs that were
    """

    name: str
    window: str
    card: str
    line: str
    ink: str
    quiet: str
    missing: str
    phases: dict[Phase, str]
    outline: str
    thigh: str
    shank: str
    knee: str
    tint: float
    ghost: float


DARK: Final = Theme(
    name="dark",
    window="#08090A",
    card="#121314",
    line="#303336",
    ink="#F4F4F2",
    quiet="#A9ADB1",
    missing="#75797D",
    phases={
        Phase.PUSH: VERMILLION,
        Phase.LIFT: SKY,
        Phase.DRIVE: PURPLE,
        Phase.PLACE: YELLOW,
        Phase.UNKNOWN: "#75797D",
    },
    outline="#121314",
    thigh="#F4F4F2",
    shank="#2FC7A0",
    knee="#9AA0A6",
    tint=0.20,
    ghost=0.40,
)
LIGHT: Final = Theme(
    name="light",
    window="#E9EBED",
    card="#FFFFFF",
    line="#CBCFD3",
    ink="#101112",
    quiet="#4D5257",
    missing="#7C8186",
    phases={
        Phase.PUSH: VERMILLION,
        Phase.LIFT: SKY,
        Phase.DRIVE: PURPLE,
        Phase.PLACE: BLUE,
        Phase.UNKNOWN: "#7C8186",
    },
    outline="#101112",
    thigh="#101112",
    shank="#00795A",
    knee="#6B7075",
    tint=0.22,
    ghost=0.50,
)
THEMES: Final = {theme.name: theme for theme in (DARK, LIGHT)}
"""For dim rooms and for sunlight."""


def other(theme: Theme) -> Theme:
    """Give the other theme."""
    return LIGHT if theme is DARK else DARK

"""How the guided calibration names things."""

from collections.abc import Iterable

from firmware_bridge.samples import Placement
from firmware_bridge.source import SensorFacts


def sensor(facts: SensorFacts) -> str:
    """Name a sensor by where it is believed to be worn."""
    return worn(facts.placement)


def worn(placement: Placement) -> str:
    """Name a sensor by where it is worn."""
    return f"the {placement} sensor"


def listed(names: Iterable[str]) -> str:
    """Give "a", "a and b", "a, b and c"."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def sentence(words: str) -> str:
    """Begin with a capital letter and end with a full stop."""
    return f"{words[0].upper()}{words[1:]}."

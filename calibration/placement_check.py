"""Are the sensors where they are believed to be? Compares the belief with what the movement shows."""

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import NamedTuple

from calibration.identify_moving import Legs, MovingSettings, moving_legs
from firmware_bridge.samples import Placement, SampleBlock, Segment

Truth = Mapping[Placement, Placement]
"""Believed placement -> true one."""


class Exchange(NamedTuple):
    """Sensors that are not where they are believed to be.

    Attributes
    ----------
    sentence : what is exchanged
    placements : believed placements of the sensors that it is about
    margin : how clear it is, see `calibration.identify_moving.Legs`
    """

    sentence: str
    placements: tuple[Placement, ...]
    margin: float


def check_placements(
    blocks: Mapping[Placement, SampleBlock],
    rates_hz: Mapping[Placement, float],
    settings: MovingSettings | None = None,
) -> Exchange | None:
    """Tell whether sensors are exchanged, from running, walking or lifts of both knees.

    The legs as wholes exchanged, left for right, are not seen: that takes a prompt.

    Parameters
    ----------
    blocks : believed placement -> samples; a leg with one sensor is left out
    rates_hz : believed placement -> nominal rate
    settings : see `MovingSettings`

    Returns
    -------
    Exchange, or None where all is as believed, or where the movement does not show it clearly.
    """
    worn = [p for p in blocks if all(Placement(p.side, s) in blocks for s in Segment)]
    if not worn:
        return None
    found = moving_legs([blocks[p] for p in worn], [rates_hz[p] for p in worn], settings)
    return _compared(worn, found) if isinstance(found, Legs) else None


def _compared(worn: Sequence[Placement], found: Legs) -> Exchange | None:
    """Take what needs the fewest sensors to be elsewhere than believed, and the fewest of these on the other leg."""
    legs = [(worn[thigh], worn[shank]) for thigh, shank in found.legs]
    truths = [truth for truth in _truths(worn) if _explains(truth, legs)]
    least = min(_elsewhere(truth) for truth in truths)
    if least == (0, 0):
        return None
    likely = [truth for truth in truths if _elsewhere(truth) == least]
    about = tuple(dict.fromkeys(p for truth in likely for p in _moved(truth)))
    return Exchange(", or ".join(dict.fromkeys(_told(truth) for truth in likely)), about, found.margin)


def _truths(worn: Sequence[Placement]) -> list[Truth]:
    return [dict(zip(worn, order, strict=True)) for order in permutations(worn)]


def _explains(truth: Truth, legs: list[tuple[Placement, Placement]]) -> bool:
    """Tell whether thigh and shank of every leg that was found then are that."""
    return all(
        truth[thigh].side is truth[shank].side and (truth[thigh].segment, truth[shank].segment) == tuple(Segment)
        for thigh, shank in legs
    )


def _elsewhere(truth: Truth) -> tuple[int, int]:
    """Count the sensors that are elsewhere than believed, and those of them on the other leg."""
    return len(_moved(truth)), sum(believed.side is not true.side for believed, true in truth.items())


def _moved(truth: Truth) -> list[Placement]:
    return [believed for believed, true in truth.items() if believed != true]


def _told(truth: Truth) -> str:
    """Say in words what is exchanged."""
    moved = _moved(truth)
    pairs = [(p, truth[p]) for p in moved if truth[truth[p]] == p and moved.index(p) < moved.index(truth[p])]
    if 2 * len(pairs) == len(moved):
        return " and ".join(f"the sensors believed on {a} and {b} are exchanged" for a, b in pairs)
    return "more than two sensors are not where they are believed to be"

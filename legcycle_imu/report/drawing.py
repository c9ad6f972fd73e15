"""A small drawing in SVG: shapes with classes, so that the page's style sheet colours them, in the dark and on paper.

Drawings are as wide as a phone, so that their text is as large there as the page's.
"""

from collections.abc import Iterable, Sequence
from html import escape
from math import ceil, floor, isfinite, log10
from typing import NamedTuple

WIDTH = 360.0
"""Width of every drawing, pixels of a phone."""

XY = tuple[float, float]


class Drawing:
    """Shapes on a field of a height; x to the right, y down."""

    def __init__(self, height: float, width: float = WIDTH) -> None:
        self.width, self.height = width, height
        self._shapes: list[str] = []

    def line(self, start: XY, end: XY, style: str) -> None:
        """Draw a straight line."""
        (x1, y1), (x2, y2) = start, end
        self._shapes.append(f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" class="{style}"/>')

    def polyline(self, points: Iterable[XY], style: str) -> None:
        """Draw lines from point to point."""
        text = " ".join(f"{_n(x)},{_n(y)}" for x, y in points if isfinite(x) and isfinite(y))
        self._shapes.append(f'<polyline points="{text}" class="{style}"/>')

    def rectangle(self, x: float, y: float, width: float, height: float, style: str) -> None:
        """Draw a filled rectangle."""
        self._shapes.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(max(width, 0.0))}" height="{_n(height)}" class="{style}"/>'
        )

    def disc(self, at: XY, radius: float, style: str) -> None:
        """Draw a disc."""
        self._shapes.append(f'<circle cx="{_n(at[0])}" cy="{_n(at[1])}" r="{_n(radius)}" class="{style}"/>')

    def diamond(self, at: XY, radius: float, style: str) -> None:
        """Draw a square on its tip."""
        (x, y), r = at, radius
        self._shapes.append(
            f'<path d="M{_n(x)} {_n(y - r)}l{_n(r)} {_n(r)} {_n(-r)} {_n(r)} {_n(-r)} {_n(-r)}z" class="{style}"/>'
        )

    def dots(self, points: Iterable[XY], style: str) -> None:
        """Draw small dots, all in one shape."""
        text = "".join(f"M{_n(x)} {_n(y)}h0" for x, y in points if isfinite(x) and isfinite(y))
        self._shapes.append(f'<path d="{text}" class="{style}"/>')

    def text(self, at: XY, words: str, style: str = "", anchor: str = "start") -> None:
        """Write words; `anchor` says which end of them is there: start, middle, end."""
        place = "" if anchor == "start" else f' text-anchor="{anchor}"'
        kind = f' class="{style}"' if style else ""
        self._shapes.append(f'<text x="{_n(at[0])}" y="{_n(at[1])}"{place}{kind}>{escape(words)}</text>')

    def svg(self, alternative: str) -> str:
        """Give the drawing as an element of a page, with words for whoever does not see it."""
        label = escape(alternative, quote=True)
        return (
            f'<svg viewBox="0 0 {_n(self.width)} {_n(self.height)}" role="img" aria-label="{label}">'
            f"{''.join(self._shapes)}</svg>"
        )


class Axis(NamedTuple):
    """A straight scale: values from `low` to `high` on pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Give the pixel of a value; one beyond the ends is put on the end."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def ticks(self, about: int = 4) -> list[float]:
        """Give some round values on the scale."""
        step = _round_step((self.high - self.low) / about)
        return [k * step for k in range(ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9) + 1)]


def axis_over(values: Sequence[float], start: float, end: float, least: float) -> Axis:
    """Give a scale over all values that are known, at least so wide, with a little room at both ends."""
    known = [value for value in values if isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    room = max(0.06 * (high - low), 0.5 * (least - (high - low)))
    return Axis(low - room, high + room, start, end)


def tick_text(value: float) -> str:
    """Give a tick as short as it can be told."""
    return f"{value + 0.0:.3g}".replace("-", "−")


def _round_step(step: float) -> float:
    magnitude = 10.0 ** floor(log10(step))
    return next(m * magnitude for m in (1.0, 2.0, 5.0, 10.0) if m * magnitude >= step * (1.0 - 1e-9))


def _n(number: float) -> str:
    """Give a number to a tenth of a pixel, as short as it can be written."""
    return f"{number:.1f}".removesuffix(".0").replace("-0.", "-.") if number else "0"

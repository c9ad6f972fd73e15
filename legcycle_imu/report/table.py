"""A table of the report, and how its cells tell figures."""

from dataclasses import dataclass

from legcycle_imu.report.results import Drift
from legcycle_imu.report.words import number, signed, spread
from legcycle_imu.summary import Hits, Statistics, Symmetry
from legcycle_imu.view.words import NOT_KNOWN


@dataclass(frozen=True, slots=True)
class Table:
    """A table: what it shows, its headings, its rows; the first cell of a row is the row's heading.

    Parameters
    ----------
    caption, heads, rows : as said
    key : name of the table, for whoever reads the page with a program
    """

    key: str
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def hits_text(hits: Hits | None) -> str:
    """Give how often a target was reached."""
    if hits is None or not hits.judged:
        return NOT_KNOWN
    return f"{hits.hit} of {hits.judged} ({100.0 * hits.hit / hits.judged:.0f} %)"


def trend_words(metric: str, drift: Drift) -> str:
    """Give how a figure changed over the run."""
    if not drift.word:
        return "too few strides"
    return f"{drift.word}, {signed(metric, drift.change)}"


def mean_text(metric: str, of: Statistics) -> str:
    """Give a mean with its standard deviation."""
    return spread(metric, of.mean, of.sd)


def index_text(found: Symmetry) -> str:
    """Give a symmetry index with its interval."""
    return f"{number(found.index_pct, 1, sign=True)} ± {number(found.half_width_pct, 1)} %"

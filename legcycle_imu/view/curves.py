"""The angles of the last seconds as curves, with what is missing and which phase was when."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from firmware_bridge.samples import Floats
from legcycle_imu.model import PhaseSpan
from legcycle_imu.view.recent_angles import RecentAngles
from legcycle_imu.view.state import LegCurves, PhaseBand, Span

LOW_DEG, HIGH_DEG = -150.0, 150.0
"""Ends of the axis: a sprinter's shank reaches -130 deg, the knee bends by 140."""


@dataclass(frozen=True, slots=True)
class CurveSettings:
    """What is shown of the past.

    Parameters
    ----------
    window_s : how much, s
    rate_hz : points of a curve a second
    late_s : data that is no later than this is on its way; what is missing for longer is a gap, s
    """

    window_s: float = 6.0
    rate_hz: float = 100.0
    late_s: float = 0.4


def time_grid(now_s: float, settings: CurveSettings) -> Floats:
    """Give the whole multiples of the step within the window that ends now; always as many."""
    last = int(np.floor(now_s * settings.rate_hz + 1e-6))
    count = round(settings.window_s * settings.rate_hz)
    return np.arange(last - count + 1, last + 1) / settings.rate_hz


def leg_curves(
    grid: Floats, thigh: RecentAngles, shank: RecentAngles, phases: tuple[PhaseBand, ...], settings: CurveSettings
) -> LegCurves:
    """Give the curves of one leg on a grid."""
    thigh_deg, shank_deg = np.degrees(thigh.on(grid)), np.degrees(shank.on(grid))
    knee_deg = thigh_deg - shank_deg
    known_from = max(thigh.first_known, shank.first_known)
    missing = np.isnan(knee_deg) & (grid >= known_from)
    return LegCurves(thigh_deg, shank_deg, knee_deg, _gaps(grid, missing, settings), phases)


def phase_bands(spans: Iterable[PhaseSpan], open_band: PhaseBand | None, start_s: float) -> tuple[PhaseBand, ...]:
    """Give the phases after a time, and the one that has not ended yet."""
    closed = [PhaseBand(s.phase, max(s.start, start_s), s.end) for s in spans if s.end > start_s]
    return (*closed, open_band) if open_band is not None else tuple(closed)


def _gaps(grid: Floats, missing: np.ndarray, settings: CurveSettings) -> tuple[Span, ...]:
    edges = np.flatnonzero(np.diff(missing, prepend=False, append=False))
    step = 1.0 / settings.rate_hz
    spans = [Span(float(grid[a]), float(grid[b - 1]) + step) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    on_its_way = bool(spans) and edges[-1] == len(grid) and spans[-1].end - spans[-1].start <= settings.late_s
    return tuple(spans[:-1] if on_its_way else spans)

"""The ring of the four phases: how long each was in the last stride, and where the leg is now."""

from math import isnan

from legcycle_imu.cycle import CYCLE, Phase
from legcycle_imu.model import Stride
from legcycle_imu.view.state import PhaseShare


def phase_shares(stride: Stride | None) -> tuple[PhaseShare, ...]:
    """Give the arcs of a stride, in the cycle's order; none where one of its phases is not known."""
    if stride is None:
        return ()
    durations: list[float] = [getattr(stride, f"{rule.phase}_s") for rule in CYCLE]
    if any(isnan(duration) for duration in durations):
        return ()
    shares, start = [], 0.0
    for rule, duration in zip(CYCLE, durations, strict=True):
        end = start + duration / stride.stride_time_s
        shares.append(PhaseShare(rule.phase, start, end, 1e3 * duration))
        start = end
    return tuple(shares)


def hand(shares: tuple[PhaseShare, ...], phase: Phase, since_s: float) -> float | None:
    """Give where the leg is on the ring; it waits at the end of its phase's arc until the next phase is known.

    Parameters
    ----------
    shares : arcs of the last stride
    phase, since_s : phase now, and since when, s
    """
    arc = next((share for share in shares if share.phase is phase), None)
    if arc is None:
        return None
    done = 1e3 * since_s / arc.duration_ms if arc.duration_ms > 0.0 else 1.0
    return arc.start + arc.share * min(max(done, 0.0), 1.0)

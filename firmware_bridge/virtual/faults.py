"""What goes wrong with virtual sensors when it is asked for. Pure."""

from dataclasses import dataclass
from math import inf

import numpy as np

from firmware_bridge.protocols.units import STANDARD_GRAVITY_M_S2
from firmware_bridge.samples import Placement, Segment, Side


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong; as it stands, nothing.

    Parameters
    ----------
    drop : share of packets that reach the computer and are lost there
    jitter_s : packets are told of up to so much later, evenly spread, order kept, s
    disconnect_every_s : every so often the next sensor in turn is lost, s; infinite for never
    disconnect_for_s : for so long, s
    swap : two places whose sensors are exchanged from the beginning: each claims to be where the other is
    saturate_m_s2 : full scale of the accelerometers, m/s^2; infinite for their own
    """

    drop: float = 0.0
    jitter_s: float = 0.0
    disconnect_every_s: float = inf
    disconnect_for_s: float = 2.0
    swap: tuple[Placement, Placement] | None = None
    saturate_m_s2: float = inf

    def __post_init__(self) -> None:
        if not 0.0 <= self.drop <= 1.0:
            raise ValueError(f"expected a share of lost packets from 0 to 1, got {self.drop:g}")
        if not 0.0 <= self.jitter_s < inf:
            raise ValueError(f"expected a jitter of 0 ms or more, got {1e3 * self.jitter_s:g}")
        if not 0.0 < self.disconnect_for_s < self.disconnect_every_s:
            every, seconds = self.disconnect_every_s, self.disconnect_for_s
            raise ValueError(
                f"expected disconnections shorter than from one to the next, got {seconds:g} of {every:g} s"
            )
        if not self.saturate_m_s2 > 0.0:
            raise ValueError(f"expected a full scale above 0 g, got {self.saturate_m_s2 / STANDARD_GRAVITY_M_S2:g}")

    def worn_by(self, claimed: Placement) -> Placement:
        """Give where the sensor really is that claims to be at a place."""
        if self.swap is None or claimed not in self.swap:
            return claimed
        first, second = self.swap
        return second if claimed == first else first

    def losses_s(self, turn: int, sensors: int) -> tuple[float, float] | None:
        """Give when the sensor whose turn it is, of so many, is lost first, and how often from then on, s."""
        if self.disconnect_every_s == inf:
            return None
        return (turn + 1) * self.disconnect_every_s, sensors * self.disconnect_every_s

    def late_s(self, rng: np.random.Generator) -> float:
        """Draw how much later a packet comes, s."""
        return self.jitter_s * float(rng.random()) if self.jitter_s else 0.0

    def drops(self, rng: np.random.Generator) -> bool:
        """Draw whether a packet is lost."""
        return bool(self.drop and rng.random() < self.drop)


def exchanged(what: str) -> tuple[Placement, Placement] | None:
    """Give the two places whose sensors are exchanged.

    Parameters
    ----------
    what : a side, for thigh and shank of that leg; a segment, for that of both legs; "" for none
    """
    if not what:
        return None
    if what in set(Side):
        return Placement(Side(what), Segment.THIGH), Placement(Side(what), Segment.SHANK)
    if what in set(Segment):
        return Placement(Side.LEFT, Segment(what)), Placement(Side.RIGHT, Segment(what))
    raise ValueError(f"expected left, right, thigh or shank to be exchanged, got {what!r}")

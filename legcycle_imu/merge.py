"""Both legs in one order, and what only both together tell: the flight.

Findings of a leg are given out once the other leg can bring nothing earlier: neither from samples still to
come nor from samples that wait for its alignment. Both waits end by stream time alone, so that a cut anywhere
changes nothing.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from math import inf
from operator import attrgetter, itemgetter

from firmware_bridge.samples import Side
from legcycle_imu.cycle import ORDER, EventKind
from legcycle_imu.leg import Finding, with_flight
from legcycle_imu.model import Stride


@dataclass(frozen=True, slots=True)
class MergeSettings:
    """Settings of the merge.

    Parameters
    ----------
    patience_s : after the first leg's alignment the other leg's is waited for so long
    memory_s : contacts so much older than what is given out serve no stride any more: the 30 s for which samples
        are held before an alignment, the patience, and a stride
    """

    patience_s: float = 5.0
    memory_s: float = 40.0


@dataclass(frozen=True, slots=True)
class _Contact:
    decided: float
    known: float
    t: float


class LegMerge:
    """Findings of one or two legs in the order (t_known, t, side, place in the cycle). Streaming."""

    def __init__(self, settings: MergeSettings | None = None) -> None:
        self.settings = settings or MergeSettings()
        self._waiting: list[tuple[tuple[float, float, Side, int], Finding]] = []
        self._contacts: dict[Side, list[_Contact]] = {side: [] for side in Side}

    def push(self, findings: list[Finding]) -> None:
        """Take the next findings of a leg."""
        for finding in findings:
            event = finding.event
            if event.kind is EventKind.INITIAL_CONTACT:
                self._contacts[event.side].append(_Contact(finding.decided, event.t_known, event.t))
            self._waiting.append(((event.t_known, event.t, event.side, ORDER[event.kind]), finding))

    def pull(self, settled: dict[Side, float], aligned_at: dict[Side, float]) -> list[Finding]:
        """Give the findings that are due.

        Parameters
        ----------
        settled : time up to which nothing new will come of each leg, s
        aligned_at : when each leg's calibration was known, s; infinite where it is not
        """
        patient_until = min(aligned_at.values(), default=inf) + self.settings.patience_s
        due = min(
            (time if aligned_at[side] < inf or time > patient_until else -inf for side, time in settled.items()),
            default=inf,
        )
        self._waiting.sort(key=itemgetter(0))
        count = bisect_right(self._waiting, due, key=lambda waiting: waiting[0][0])
        now, self._waiting = self._waiting[:count], self._waiting[count:]
        released = [f if f.stride is None else self._complete(f, f.stride, patient_until) for _, f in now]
        self._forget_before(due - self.settings.memory_s)
        return released

    def _complete(self, finding: Finding, stride: Stride, patient_until: float) -> Finding:
        """Add the flight to a stride: the other leg's contact nearest to its middle, if it was known in time."""
        other = Side.RIGHT if stride.side is Side.LEFT else Side.LEFT
        latest = max(finding.event.t_known, patient_until)
        contacts = self._contacts[other]
        first = bisect_right(contacts, stride.initial_contact_s, key=attrgetter("t"))
        last = bisect_left(contacts, stride.next_initial_contact_s, key=attrgetter("t"))
        inside = [c.t for c in contacts[first:last] if c.decided <= finding.decided and c.known <= latest]
        if not inside:
            return finding
        middle = 0.5 * (stride.initial_contact_s + stride.next_initial_contact_s)
        return finding._replace(stride=with_flight(stride, min(inside, key=lambda t: abs(t - middle))))

    def _forget_before(self, time: float) -> None:
        for contacts in self._contacts.values():
            del contacts[: bisect_left(contacts, time, key=attrgetter("decided"))]

"""The state machine of one leg: detections of thigh and shank become events in the order of the cycle.

The order is the table `legcycle_imu.cycle.CYCLE`; nothing else knows it. What does not fit is not squeezed in: the
machine says "unknown" and waits for the next initial contact.
"""

from firmware_bridge.samples import Side
from legcycle_imu.cycle import CYCLE, PHASE_AFTER, EventKind, Phase
from legcycle_imu.events import Detection
from legcycle_imu.model import GaitEvent, PhaseSpan

_NEXT: dict[EventKind, EventKind] = {rule.begins: rule.ends for rule in CYCLE}
_FIRST = CYCLE[0].begins

WALK = "walk"
NO_PEAK = "no_peak"
OUT_OF_ORDER = "out_of_order"
INFERRED = "inferred"

_NOTHING: frozenset[str] = frozenset()
_OF_GAIT = frozenset((WALK,))


class PhaseMachine:
    """Where one leg is in its cycle. Streaming.

    Parameters
    ----------
    side : which leg
    """

    def __init__(self, side: Side) -> None:
        self._side = side
        self._last: GaitEvent | None = None
        self._peak: Detection | None = None

    @property
    def phase(self) -> Phase:
        """The phase that the last event began."""
        return Phase.UNKNOWN if self._last is None else PHASE_AFTER[self._last.kind]

    def push(self, detection: Detection) -> list[tuple[GaitEvent, PhaseSpan | None]]:
        """Take the next detection, in the order in which they became known.

        Returns
        -------
        the events that it brought about, each with the phase that it ended; None where that is not known
        """
        ended: list[tuple[GaitEvent, PhaseSpan | None]] = []
        for event in self._in_order(detection):
            span = None
            if self._last is not None and OUT_OF_ORDER not in event.flags:
                span = PhaseSpan(self._side, self.phase, self._last.t, event.t, event.t_known)
            self._last = event
            ended.append((event, span))
        return ended

    def _in_order(self, detection: Detection) -> list[GaitEvent]:
        """Give the events that a detection brings about: none, one, or two where one was waiting."""
        if detection.kind is None:
            self._last = self._peak = None
            return []
        if detection.kind is EventKind.PEAK_KNEE_DRIVE:
            self._peak = detection
            return self._waiting_peak(self._last)
        if detection.kind is _FIRST:
            return self._contact(detection)
        if self._last is None or _NEXT[self._last.kind] is not detection.kind or detection.t <= self._last.t:
            self._last = None
            return []
        event = self._event(detection)
        return [event, *self._waiting_peak(event)]

    def _contact(self, detection: Detection) -> list[GaitEvent]:
        """A contact is always taken; the cycle begins anew with it, fitting or not."""
        contact = self._event(detection)
        if self._last is None or (_NEXT[self._last.kind] is _FIRST and detection.t > self._last.t):
            return [contact]
        if detection.walking and self.phase is Phase.DRIVE and detection.t > self._last.t:
            # walking fast, the thigh still swings forward at contact: place is 0 (docs/conventions.md)
            unturned = contact._replace(kind=EventKind.PEAK_KNEE_DRIVE, flags=contact.flags | {NO_PEAK})
            return [unturned, contact]
        return [contact._replace(flags=contact.flags | {OUT_OF_ORDER})]

    def _waiting_peak(self, last: GaitEvent | None) -> list[GaitEvent]:
        """Take the thigh's peak once the heel's is behind it: either may become known first."""
        peak = self._peak
        if peak is None or last is None or last.kind is not EventKind.PEAK_HEEL_LIFT or peak.t <= last.t:
            return []
        self._peak = None
        known = max(peak.t_known, last.t_known)
        return [GaitEvent(known, peak.t, self._side, EventKind.PEAK_KNEE_DRIVE, last.flags & _OF_GAIT)]

    def _event(self, detection: Detection) -> GaitEvent:
        assert detection.kind is not None
        flags = _OF_GAIT if detection.walking else _NOTHING
        if detection.inferred:
            flags |= {INFERRED}
        return GaitEvent(detection.t_known, detection.t, self._side, detection.kind, flags)

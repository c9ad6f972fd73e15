"""What speaks on a link: the bytes are given to every protocol that may be meant, and the one that understands wins."""

from collections.abc import Mapping, Sequence

from firmware_bridge.found import Found
from firmware_bridge.protocols import Packet, ProtocolRow
from firmware_bridge.protocols.packets import Introduction, Readings, Report

SAMPLES_TO_BELIEVE = 3
"""Samples that make a protocol believed that does not introduce itself; noise may look like one."""
SETTLED_S = 0.3
"""How long nothing new is learnt before all is taken as said, s: ten packets of 35 ms."""
NODES = 8
"""Sensors that may be behind one link: node numbers 0 to 7."""


class Recognition:
    """Who speaks on a link. Give it all bytes.

    Parameters
    ----------
    rows : name -> protocol that may be spoken

    Attributes
    ----------
    heard : whether anything came
    """

    def __init__(self, rows: Mapping[str, ProtocolRow]) -> None:
        self.heard = False
        self._listeners = {name: _Listener(row) for name, row in rows.items()}
        self._news_s = 0.0

    def push(self, data: bytes, now_s: float) -> None:
        """Take bytes that came at a time, s on any clock."""
        self.heard = self.heard or bool(data)
        news = [listener.push(data) for listener in self._listeners.values()]
        if any(news):
            self._news_s = now_s

    def settled(self, now_s: float) -> bool:
        """Tell whether a protocol is recognised and its sensors have had the time to say who they are."""
        return self.protocol is not None and now_s - self._news_s > SETTLED_S

    @property
    def protocol(self) -> str | None:
        """Name of the protocol that is spoken, or None where none is recognised."""
        name, listener = max(self._listeners.items(), key=lambda item: item[1].weight, default=("", None))
        return name if listener and listener.believed else None

    def found(self, link: str) -> list[Found]:
        """Give the sensors behind the link; where something speaks that nobody understands, one of no protocol."""
        name = self.protocol
        if name is None:
            return [Found(link, None, Introduction(0))] if self.heard else []
        listener = self._listeners[name]
        told = sorted(listener.told.items())
        return [Found(link, name, who, battery=listener.battery.get(node)) for node, who in told]


class _Listener:
    """What one protocol makes of the bytes."""

    def __init__(self, row: ProtocolRow) -> None:
        self._decoder = row.decoder([row.defaults._replace(node=node) for node in range(NODES)])
        self.told: dict[int, Introduction] = {}
        self.battery: dict[int, float] = {}
        self._introduced = 0
        self._samples = 0

    @property
    def weight(self) -> tuple[bool, int]:
        return self._introduced > 0, self._samples

    @property
    def believed(self) -> bool:
        return self._introduced > 0 or self._samples >= SAMPLES_TO_BELIEVE

    def push(self, data: bytes) -> bool:
        """Take bytes; tell whether they brought something new about who is there."""
        before = dict(self.told)
        self._take(self._decoder.push(data))
        return self.told != before

    def _take(self, packets: Sequence[Packet]) -> None:
        for packet in packets:
            match packet:
                case Readings():
                    self._samples += len(packet.gyr)
                    self.told.setdefault(packet.node, Introduction(packet.node))
                case Introduction():
                    self._introduced += 1
                    self.told[packet.node] = _completed(self.told.get(packet.node), packet)
                case Report(battery=float() as charge):
                    self.battery[packet.node] = charge


def _completed(old: Introduction | None, new: Introduction) -> Introduction:
    """Put together what a sensor told at several times; the later word counts."""
    if old is None:
        return new
    return old._replace(**{name: value for name, value in new._asdict().items() if value is not None})

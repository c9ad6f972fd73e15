"""A kind of source whose sensors, and whose troubles, the test decides."""

from collections.abc import Mapping, Sequence

from firmware_bridge.errors import LinkError, Reason
from firmware_bridge.found import Found
from firmware_bridge.links.link import Enough, Inbox
from firmware_bridge.links.monikers import SourceKind
from firmware_bridge.protocols.packets import Introduction
from firmware_bridge.samples import Placement
from firmware_bridge.source import SensorFacts


def sensor(n: int, at: Placement | None = None, *, protocol: str | None = "leglink", link: str = "") -> Found:
    told = Introduction(0, f"{n:08X}", f"LegLink {n:04X}", at)
    return Found(link or f"ble:{n}", protocol, told, rssi_dbm=-50 - n, battery=0.5 + 0.01 * n)


NO_RADIO = LinkError(Reason.NO_LINK, "There is no adapter.", "Buy one.")


class ScriptedLink:
    """Finds what it is made for, or has a trouble; remembers who was told to blink."""

    def __init__(self, found: Sequence[Found] = (), trouble: LinkError | None = None, *, blinks: bool = True) -> None:
        self.found = list(found)
        self.trouble = trouble
        self.blinks = blinks
        self.asked_s: list[float] = []
        self.ended_early = False
        self.blinked: list[SensorFacts] = []

    def find(self, seconds: float, enough: Enough = lambda _found: False) -> list[Found]:
        self.asked_s.append(seconds)
        if self.trouble:
            raise self.trouble
        for count in range(1, len(self.found) + 1):
            if enough(self.found[:count]):
                self.ended_early = True
                return self.found[:count]
        return self.found

    def start(self, sensors: Mapping[int, SensorFacts], inbox: Inbox) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def identify(self, sensor: SensorFacts) -> None:
        if not self.blinks:
            raise LinkError(Reason.NO_SENSOR, f"{sensor.name} has nothing to show itself by.", "Shake it.")
        self.blinked.append(sensor)


def kind_of(link: ScriptedLink) -> SourceKind:
    return SourceKind("for a test", "", "", link=lambda _moniker: link)

"""What a search for sensors gives. Pure."""

from typing import NamedTuple

from firmware_bridge.protocols.packets import Introduction


class Found(NamedTuple):
    """A sensor that a link can reach.

    Attributes
    ----------
    link : moniker of the link to it ("ble:C4:..", "serial:/dev/ttyACM0", "sim:")
    protocol : the protocol that it speaks, or None where it is not known
    told : what it tells of itself: node, serial number, name, placement, rate, ranges
    rssi_dbm : strength of its signal, or None
    battery : charge, 0 to 1, or None
    """

    link: str
    protocol: str | None
    told: Introduction
    rssi_dbm: int | None = None
    battery: float | None = None

    @property
    def device(self) -> str:
        """What tells it from all others: its serial number, else its name and the system's address of it."""
        if self.told.device:
            return self.told.device
        return " ".join(part for part in (self.told.name, self.link.partition(":")[2]) if part)

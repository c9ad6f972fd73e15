"""Every protocol that a sensor may speak: one module each, one row in `PROTOCOLS`."""

from firmware_bridge.protocols import (
    dot,
    imported,
    leglink,
    leglink_serial,
    movesense,
    witmotion,
    witmotion_serial,
    ximu3,
)
from firmware_bridge.protocols.packets import Decoder, Packet
from firmware_bridge.protocols.row import ClockKind, Encoder, ProtocolRow

__all__ = ["PROTOCOLS", "ClockKind", "Decoder", "Encoder", "Packet", "ProtocolRow"]

PROTOCOLS: dict[str, ProtocolRow] = {
    "imported": imported.ROW,
    "leglink": leglink.ROW,
    "leglink-serial": leglink_serial.ROW,
    "witmotion": witmotion.ROW,
    "witmotion-serial": witmotion_serial.ROW,
    "movesense": movesense.ROW,
    "ximu3": ximu3.ROW,
    "dot": dot.ROW,
}
"""Protocols by the name that `SensorFacts.protocol` carries."""

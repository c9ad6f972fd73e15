"""Every protocol that a sensor may speak: one module each, one row in `PROTOCOLS`."""

from firmware_bridge.protocols import imported
from firmware_bridge.protocols.packets import Decoder, Packet
from firmware_bridge.protocols.row import ClockKind, Encoder, ProtocolRow

__all__ = ["PROTOCOLS", "ClockKind", "Decoder", "Encoder", "Packet", "ProtocolRow"]

PROTOCOLS: dict[str, ProtocolRow] = {"imported": imported.ROW}
"""Protocols by the name that `SensorFacts.protocol` carries."""

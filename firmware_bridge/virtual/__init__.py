"""Sensors that exist in bytes alone: their clocks, the wires and radios between them and the computer, their faults."""

from firmware_bridge.virtual.cable import Cable, CableSettings, Network, NetworkSettings
from firmware_bridge.virtual.faults import Faults, exchanged
from firmware_bridge.virtual.host import Host, HostSettings
from firmware_bridge.virtual.nodes import node_of
from firmware_bridge.virtual.radio import Radio, RadioSettings
from firmware_bridge.virtual.scene import Scene, VirtualLink
from firmware_bridge.virtual.sensor import Node, VirtualClock, VirtualSensor
from firmware_bridge.virtual.wire import Wire

__all__ = [
    "Cable",
    "CableSettings",
    "Faults",
    "Host",
    "HostSettings",
    "Network",
    "NetworkSettings",
    "Node",
    "Radio",
    "RadioSettings",
    "Scene",
    "VirtualClock",
    "VirtualLink",
    "VirtualSensor",
    "Wire",
    "exchanged",
    "node_of",
]

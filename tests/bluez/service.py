"""A false org.bluez: what bleak asks of BlueZ, over D-Bus, with sensors that exist in this process alone.

A process of its own. Commands come by standard input, one JSON object a line: {"do": name, ...}; each is answered by
one line. It ends with its standard input. BlueZ can die and rise again: its connection to the bus breaks, its objects
are forgotten, which is all that anybody on the bus sees of a killed process; the sensors live on.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from firmware_bridge.protocols import leglink
from tests.bluez.air import Air, Connection, Sensor, end_loudly, sensors_on_a_runner

PROPERTIES = "org.freedesktop.DBus.Properties"
OBJECTS = "org.freedesktop.DBus.ObjectManager"
ADAPTER, DEVICE = "org.bluez.Adapter1", "org.bluez.Device1"
SERVICE, CHARACTERISTIC = "org.bluez.GattService1", "org.bluez.GattCharacteristic1"
HCI = "/org/bluez/hci0"
PAGING_S = 20.0
"""So long BlueZ tries to connect to a sensor that does not answer, s."""
GENERIC_ATTRIBUTE = "00001801-0000-1000-8000-00805f9b34fb"
"""The service that BlueZ finds at every device."""
CHARACTERISTICS = {
    "char0002": (leglink.DATA, ["notify"]),
    "char0005": (leglink.CONTROL, ["write", "write-without-response"]),
    "char0007": (leglink.INFO, ["read"]),
}
Properties = dict[str, Variant]


class Refusal(Exception):  # noqa: N818 - it is BlueZ's answer, not this program's error
    """An error that goes to whoever called."""


class BlueZ:
    """The service on the bus."""

    def __init__(self, address: str, air: Air, sensors: list[Sensor]) -> None:
        self.air = air
        self.sensors = {f"{HCI}/dev_{sensor.address.replace(':', '_')}": sensor for sensor in sensors}
        self.powered = True
        self._address = address
        self._bus: MessageBus | None = None
        self._objects: dict[str, dict[str, Properties]] = {}
        self.connecting: dict[str, asyncio.Task[Any] | None] = {}
        self._links: dict[str, Connection] = {}
        self._counts = dict.fromkeys(self.sensors, 0)
        self._notifying: set[str] = set()
        self._scans: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._methods: dict[tuple[str, str], Callable[[Message], Coroutine[Any, Any, tuple[str, list[Any]]]]] = {
            (OBJECTS, "GetManagedObjects"): self._managed_objects,
            (PROPERTIES, "Get"): self._get,
            (ADAPTER, "SetDiscoveryFilter"): self._nothing,
            (ADAPTER, "StartDiscovery"): self._start_discovery,
            (ADAPTER, "StopDiscovery"): self._stop_discovery,
            (ADAPTER, "RemoveDevice"): self._nothing,
            (DEVICE, "Connect"): self._connect,
            (DEVICE, "Disconnect"): self._disconnect,
            (DEVICE, "Pair"): self._nothing,
            (CHARACTERISTIC, "ReadValue"): self._read,
            (CHARACTERISTIC, "WriteValue"): self._write,
            (CHARACTERISTIC, "StartNotify"): self._start_notify,
            (CHARACTERISTIC, "StopNotify"): self._stop_notify,
        }

    # its life

    async def rise(self) -> None:
        self._bus = await MessageBus(bus_address=self._address).connect()
        self._bus.add_message_handler(self._on_message)
        self._objects = {}
        await self._bus.request_name("org.bluez")
        adapter = {"Address": Variant("s", "00:00:00:00:00:00"), "Name": Variant("s", "false"), **self._power()}
        self._add(HCI, ADAPTER, {**adapter, "Roles": Variant("as", ["central"]), "Discovering": Variant("b", False)})

    def die(self) -> None:
        for attempt in self.connecting.values():
            if attempt is not None:
                attempt.cancel()
        for path in list(self._links):
            self._links.pop(path).close()
        self._scans.clear()
        self._notifying.clear()
        bus, self._bus = self._bus, None
        if bus is not None:
            bus.disconnect()

    def set_power(self, on: bool) -> None:
        self.powered = on
        if not on:
            for path in list(self._links):
                self.drop(path)
        self._change(HCI, ADAPTER, self._power())

    def drop(self, path: str) -> None:
        """Break the link to a sensor."""
        if attempt := self.connecting.get(path):
            attempt.cancel()
        link = self._links.pop(path, None)
        self._notifying -= {char for char in self._notifying if char.startswith(path)}
        if link is not None:
            link.close()
            self._change(path, DEVICE, {"ServicesResolved": Variant("b", False), "Connected": Variant("b", False)})

    def _power(self) -> Properties:
        return {"Powered": Variant("b", self.powered)}

    # what is seen of it on the bus

    def _add(self, path: str, interface: str, properties: Properties) -> None:
        self._objects.setdefault(path, {})[interface] = properties
        self._signal("/", OBJECTS, "InterfacesAdded", "oa{sa{sv}}", [path, {interface: properties}])

    def _change(self, path: str, interface: str, changed: Properties) -> None:
        if path in self._objects:
            self._objects[path][interface].update(changed)
            self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, changed, []])

    def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        if self._bus is not None:
            self._bus.send(Message.new_signal(path, interface, member, signature, body))

    # what it is asked

    def _on_message(self, message: Message) -> bool | None:
        method = self._methods.get((message.interface or "", message.member or ""))
        if message.message_type is not MessageType.METHOD_CALL or method is None:
            return None
        task = asyncio.get_running_loop().create_task(self._answer(message, method))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(end_loudly)
        return True

    async def _answer(self, message: Message, method: Callable[[Message], Coroutine[Any, Any, Any]]) -> None:
        bus = self._bus
        try:
            if message.path != "/" and message.path not in self._objects:
                raise Refusal("org.freedesktop.DBus.Error.UnknownObject", f"no object {message.path}")  # noqa: TRY301
            reply = Message.new_method_return(message, *await method(message))
        except Refusal as refusal:
            reply = Message.new_error(message, *refusal.args)
        except asyncio.CancelledError:
            reply = Message.new_error(message, "org.bluez.Error.Failed", "Not connected")
        if bus is not None and bus is self._bus:
            bus.send(reply)

    async def _nothing(self, _message: Message) -> tuple[str, list[Any]]:
        return "", []

    async def _managed_objects(self, _message: Message) -> tuple[str, list[Any]]:
        return "a{oa{sa{sv}}}", [self._objects]

    async def _get(self, message: Message) -> tuple[str, list[Any]]:
        interface, name = message.body
        return "v", [self._objects[message.path or ""][interface][name]]

    async def _start_discovery(self, message: Message) -> tuple[str, list[Any]]:
        if not self.powered:
            raise Refusal("org.bluez.Error.NotReady", "Resource Not Ready")
        self._scans.add(message.sender or "")
        return "", []

    async def _stop_discovery(self, message: Message) -> tuple[str, list[Any]]:
        if message.sender not in self._scans:
            raise Refusal("org.bluez.Error.Failed", "No discovery started")
        self._scans.discard(message.sender or "")
        return "", []

    async def _connect(self, message: Message) -> tuple[str, list[Any]]:
        path = message.path or ""
        self.connecting[path] = asyncio.current_task()
        try:
            await self._paged(self.sensors[path])
            await asyncio.sleep(self.air.connect_s)
            await self._connected(path, self.sensors[path])
        finally:
            del self.connecting[path]
        return "", []

    async def _connected(self, path: str, sensor: Sensor) -> None:
        if sensor.aborts:
            sensor.aborts -= 1
            self._change(path, DEVICE, {"Connected": Variant("b", True)})
            self._change(path, DEVICE, {"Connected": Variant("b", False)})
            raise Refusal("org.bluez.Error.Failed", "le-connection-abort-by-local")
        self._counts[path] += 1
        self._links[path] = Connection(self.air, sensor, lambda packet: self._notified(path, packet))
        self._change(path, DEVICE, {"Connected": Variant("b", True)})
        await asyncio.sleep(self.air.services_s)
        self._add_services(path)
        uuids = Variant("as", [GENERIC_ATTRIBUTE, leglink.SERVICE])
        self._change(path, DEVICE, {"UUIDs": uuids, "ServicesResolved": Variant("b", True)})

    async def _paged(self, sensor: Sensor) -> None:
        until_s = time.monotonic() + PAGING_S
        while not (sensor.reachable and sensor.node.on):
            if time.monotonic() >= until_s or not self.powered:
                raise Refusal("org.bluez.Error.Failed", "le-connection-abort-by-local")
            await asyncio.sleep(0.02)

    def _add_services(self, path: str) -> None:
        service = f"{path}/service0001"
        about = {"UUID": Variant("s", leglink.SERVICE), "Device": Variant("o", path), "Primary": Variant("b", True)}
        self._add(service, SERVICE, about)
        for name, (uuid, flags) in CHARACTERISTICS.items():
            of = {"UUID": Variant("s", uuid), "Service": Variant("o", service), "Flags": Variant("as", flags)}
            self._add(f"{service}/{name}", CHARACTERISTIC, {**of, "MTU": Variant("q", 247)})

    async def _disconnect(self, message: Message) -> tuple[str, list[Any]]:
        self.drop(message.path or "")
        return "", []

    async def _read(self, message: Message) -> tuple[str, list[Any]]:
        link, sensor = self._link_of(message)
        await link.ask(lambda _at: [])
        return "ay", [sensor.node.info()]

    async def _write(self, message: Message) -> tuple[str, list[Any]]:
        link, sensor = self._link_of(message)
        data, options = bytes(message.body[0]), message.body[1]
        done = link.ask(lambda at_s: sensor.node.received(data, at_s))
        if options["type"].value == "request":
            await done
        return "", []

    async def _start_notify(self, message: Message) -> tuple[str, list[Any]]:
        link, _ = self._link_of(message)
        await link.ask(lambda _at: [])
        self._notifying.add(message.path or "")
        return "", []

    async def _stop_notify(self, message: Message) -> tuple[str, list[Any]]:
        self._notifying.discard(message.path or "")
        return "", []

    def _link_of(self, message: Message) -> tuple[Connection, Sensor]:
        path = (message.path or "").partition("/service")[0]
        if path not in self._links:
            raise Refusal("org.bluez.Error.Failed", "Not connected")
        return self._links[path], self.sensors[path]

    # what comes by the air

    def _notified(self, path: str, packet: bytes) -> None:
        char = f"{path}/service0001/char0002"
        if char in self._notifying:
            for _ in range(2 if self.air.doubles and self._counts[path] > 1 else 1):
                self._change(char, CHARACTERISTIC, {"Value": Variant("ay", packet)})

    async def advertise(self, path: str, sensor: Sensor) -> None:
        """Let a sensor advertise for ever."""
        while True:
            await asyncio.sleep(self.air.advertising_s + self.air.rng.uniform(0.0, 0.01))
            heard = self._scans and self.powered and sensor.reachable and sensor.node.on and path not in self._links
            if heard and self._bus is not None:
                self._heard(path, sensor)

    def _heard(self, path: str, sensor: Sensor) -> None:
        rssi = {"RSSI": Variant("n", -60 - int(self.air.rng.integers(10)))}
        if path in self._objects:
            self._change(path, DEVICE, rssi)
            return
        data = Variant("ay", sensor.node.manufacturer_data())
        texts = {"Address": sensor.address, "AddressType": "random", "Name": sensor.node.name}
        flags = dict.fromkeys(("Paired", "Trusted", "Blocked", "Connected", "ServicesResolved"), Variant("b", False))
        about = {name: Variant("s", text) for name, text in {**texts, "Alias": sensor.node.name}.items()}
        advert = {
            "UUIDs": Variant("as", [leglink.SERVICE]),
            "ManufacturerData": Variant("a{qv}", {leglink.COMPANY: data}),
        }
        self._add(path, DEVICE, {**about, **flags, **advert, **rssi, "Adapter": Variant("o", HCI)})


class Commands:
    """What a test may order."""

    def __init__(self, bluez: BlueZ) -> None:
        self._bluez = bluez

    async def drop(self, name: str, seconds: float) -> None:
        path, sensor = self._of(name)
        sensor.leave_for(seconds)
        self._bluez.drop(path)

    async def mute(self, name: str, on: bool) -> None:
        self._of(name)[1].mute = on

    async def stall(self, name: str) -> None:
        self._of(name)[1].node.streaming = False

    async def abort(self, name: str, times: int) -> None:
        self._of(name)[1].aborts = times

    async def restart(self, name: str, seconds: float) -> None:
        path, sensor = self._of(name)
        sensor.leave_for(seconds)
        sensor.restart()
        self._bluez.drop(path)

    async def kill(self) -> None:
        self._bluez.die()

    async def revive(self) -> None:
        await self._bluez.rise()

    async def power(self, on: bool) -> None:
        self._bluez.set_power(on)

    async def air(self, **settings: float) -> None:
        for name, value in settings.items():
            setattr(self._bluez.air, name, value)

    async def state(self) -> dict[str, Any]:
        nodes = {sensor.node.name: sensor.node for sensor in self._bluez.sensors.values()}
        return {
            "cpu_s": time.process_time(),
            "connecting": len(self._bluez.connecting),
            "streaming": {name: node.streaming for name, node in nodes.items()},
            "dropped": {name: node.dropped for name, node in nodes.items()},
            "blinks": {name: node.blinks for name, node in nodes.items()},
            "clock_s": {sensor.node.name: sensor.clock_s() for sensor in self._bluez.sensors.values()},
        }

    def _of(self, name: str) -> tuple[str, Sensor]:
        return next((path, s) for path, s in self._bluez.sensors.items() if s.node.name.endswith(name[-4:]))


async def main() -> None:
    settings = json.loads(sys.argv[1])
    sensors = sensors_on_a_runner(settings["peripherals"], settings["seconds"], settings["clock_ppm"], settings["seed"])
    bluez = BlueZ(settings["address"], Air(**settings["air"]), sensors)
    bluez.powered = settings["powered"]
    await bluez.rise()
    adverts = [asyncio.create_task(bluez.advertise(path, sensor)) for path, sensor in bluez.sensors.items()]
    commands = Commands(bluez)
    _say([sensor.node.name for sensor in sensors])
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = json.loads(line)
        _say(await getattr(commands, order.pop("do"))(**order))
    del adverts
    os._exit(0)


def _say(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())

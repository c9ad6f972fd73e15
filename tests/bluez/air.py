"""LegLink sensors on a simulated runner, and the air between them and the computer, in real time.

The sensors live on whatever becomes of the computer's Bluetooth: their clocks go on, as do their packets' numbers.
"""

import asyncio
import os
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from firmware_bridge.protocols import leglink
from firmware_bridge.protocols.leglink_node import Hardware, LegLinkNode
from firmware_bridge.protocols.leglink_packets import BATCH, PLACES
from firmware_bridge.samples import SampleBlock
from legcycle_imu.simulation import ErrorModel, draw_runner, draw_sensors, running_script, simulate

Act = Callable[[float], list[bytes]]
"""What a write or a read does at the sensor, at an instant of its clock; gives its answers."""


@dataclass
class Air:
    """How the radio behaves; may be changed at any time.

    Parameters
    ----------
    interval_s : from connection event to connection event
    packets_per_event : in each direction
    queue_packets : that a sensor holds before it loses new ones
    loss : share of packets that have to be repeated at the next event
    advertising_s : between two advertisements
    connect_s, services_s : how long a connection, and then its services, take
    doubles : a sensor's second and later connections bring everything twice (bleak's issue 2002)
    """

    interval_s: float = 0.015
    packets_per_event: int = 3
    queue_packets: int = 40
    loss: float = 0.0
    advertising_s: float = 0.1
    connect_s: float = 0.05
    services_s: float = 0.05
    doubles: bool = False
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def loses(self) -> bool:
        return bool(self.rng.random() < self.loss)


class Sensor:
    """One LegLink node with its clock, worn by the runner.

    Parameters
    ----------
    serial : its serial number; 1, 2, ...
    samples : what it measures, on its own clock from the start of the world; over and over again
    clock_ppm : how much too fast its clock goes
    """

    def __init__(self, serial: int, samples: SampleBlock, clock_ppm: float) -> None:
        number = (serial - 1) % len(PLACES)
        facts = leglink.ROW.defaults._replace(placement=PLACES[number], node=number)
        self.node = LegLinkNode(facts, Hardware(serial=serial), battery=0.87)
        self.address = f"C4:00:00:00:00:{serial:02X}"
        self.aborts = 0
        self.mute = False
        self._samples = samples
        self._rate_hz = leglink.ROW.defaults.rate_hz
        self._pace = 1.0 + 1e-6 * clock_ppm
        self._born_s = asyncio.get_running_loop().time()
        self._booted_s = 0.0
        self._away_until_s = 0.0

    @property
    def reachable(self) -> bool:
        return asyncio.get_running_loop().time() >= self._away_until_s

    def leave_for(self, seconds: float) -> None:
        self._away_until_s = asyncio.get_running_loop().time() + seconds

    def restart(self) -> None:
        """Lose power for a moment: the clock begins at 0."""
        self._booted_s = self._age_s()
        self.node.restart()

    def clock_s(self) -> float:
        return self._age_s() - self._booted_s

    async def stream(self, send: Callable[[bytes], None]) -> None:
        """Measure while connected, and give each packet to the radio as soon as it is full."""
        at, step = self._taken(), 1
        while True:
            ready = at + step
            await asyncio.sleep((self._time(ready - 1) - self._age_s()) / self._pace)
            taken = max(self._taken(), ready)
            packets = self.node.push(self._block(at, taken))
            for packet in packets:
                send(packet)
            at, step = taken, BATCH if packets else 1  # after a packet the next one is that far away

    def _age_s(self) -> float:
        return (asyncio.get_running_loop().time() - self._born_s) * self._pace

    def _taken(self) -> int:
        """Give how many samples were taken since the start of the world."""
        return max(0, int((self._age_s() - float(self._samples.time[0])) * self._rate_hz) + 1)

    def _time(self, index: int) -> float:
        rounds, row = divmod(index, len(self._samples))
        return float(self._samples.time[row]) + rounds * len(self._samples) / self._rate_hz

    def _block(self, first: int, end: int) -> SampleBlock:
        rounds, rows = np.divmod(np.arange(first, end), len(self._samples))
        time = self._samples.time[rows] + rounds * (len(self._samples) / self._rate_hz) - self._booted_s
        return SampleBlock(time, self._samples.gyr[rows], self._samples.acc[rows], self._samples.quality[rows])


class Connection:
    """A link to one sensor: nothing moves between two connection events.

    Parameters
    ----------
    air : how the radio behaves
    sensor : the other side
    arrived : takes each notification that gets to the computer
    """

    def __init__(self, air: Air, sensor: Sensor, arrived: Callable[[bytes], None]) -> None:
        self._air, self._sensor, self._arrived = air, sensor, arrived
        self._loop = asyncio.get_running_loop()
        self._anchor_s = self._loop.time() + air.rng.uniform(0.0, air.interval_s)
        self._queue: deque[bytes] = deque()
        self._asked: deque[tuple[Act, asyncio.Future[None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._stream = self._loop.create_task(sensor.stream(self.notify))
        self._stream.add_done_callback(end_loudly)

    def notify(self, packet: bytes) -> None:
        if self._sensor.mute:
            return
        if len(self._queue) < self._air.queue_packets:
            self._queue.append(packet)
            self._arm()
        else:
            self._sensor.node.dropped += 1

    def ask(self, act: Act) -> "asyncio.Future[None]":
        """Bring something to the sensor; done when it is there."""
        done = self._loop.create_future()
        self._asked.append((act, done))
        self._arm()
        return done

    def close(self) -> None:
        """Break; the sensor ceases to stream, and what is under way is lost."""
        self._stream.cancel()
        if self._timer is not None:
            self._timer.cancel()
        for _, done in self._asked:
            done.cancel()
        self._sensor.node.streaming = False

    def _arm(self) -> None:
        if self._timer is None:
            passed = (self._loop.time() - self._anchor_s) // self._air.interval_s
            self._timer = self._loop.call_at(self._anchor_s + (passed + 1) * self._air.interval_s, self._event)

    def _event(self) -> None:
        self._timer = None
        for _ in range(self._air.packets_per_event):
            if not self._asked or self._air.loses():
                break
            act, done = self._asked.popleft()
            for answer in act(self._sensor.clock_s()):
                self.notify(answer)
            if not done.done():
                done.set_result(None)
        for _ in range(self._air.packets_per_event):
            if not self._queue or self._air.loses():
                break
            packet = self._queue.popleft()
            self._arrived(packet)
            for follow_up in self._sensor.node.left(packet, self._sensor.clock_s()):
                self.notify(follow_up)
        if self._queue or self._asked:
            self._arm()


def end_loudly(task: "asyncio.Task[None]") -> None:
    """End the process with a task that failed: a fake that is half alive misleads."""
    if not task.cancelled() and (error := task.exception()) is not None:
        traceback.print_exception(error)
        os._exit(1)


def sensors_on_a_runner(count: int, seconds: float, clock_ppm: float, seed: int) -> list[Sensor]:
    """Give sensors on a simulated runner; their clocks err by up to so much."""
    setups = draw_sensors(
        seed,
        tuple(PLACES[number % len(PLACES)] for number in range(min(count, len(PLACES)))),
        model=replace(ErrorModel(), clock_ppm=clock_ppm),
    )
    script = running_script(3.0, seconds, preamble=seconds > 30.0)
    samples = simulate(script, draw_runner(seed), setups, seed).samples
    worn = [setups[number % len(setups)] for number in range(count)]
    return [Sensor(1 + number, samples[s.placement], s.clock_ppm) for number, s in enumerate(worn)]

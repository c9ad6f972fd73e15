"""A sensor that exists in bytes alone: true samples, a clock of its own, a protocol. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.samples import Floats, SampleBlock
from firmware_bridge.virtual.wire import Packet

PPM = 1e-6
INVERSIONS = 3
"""Steps to the instant at which a clock shows a time: each gains as many digits as the rate's error is small."""
PROCESSING_S = 0.0005
"""From the last sample of a packet to the packet, s: reading twelve bytes over I2C at 400 kHz takes 0.4 ms."""


@dataclass(frozen=True, slots=True)
class VirtualClock:
    """A sensor's crystal and the counter that it drives.

    Parameters
    ----------
    ppm : how much too fast it goes, parts per million
    offset_s : what it shows at true time 0, s
    restarts_s : true times at which the counter begins at 0, as after a fall of the battery's voltage; rising
    warming_ppm : what is added to `ppm` once it is as warm as the leg
    warming_s : time constant of its warming, s
    """

    ppm: float = 0.0
    offset_s: float = 0.0
    restarts_s: tuple[float, ...] = ()
    warming_ppm: float = 0.0
    warming_s: float = 300.0

    def run_s(self, true_s: Floats) -> Floats:
        """Give how far the crystal has run at true times (n,), s, whatever the counter shows."""
        warm = true_s - self.warming_s * -np.expm1(-true_s / self.warming_s)
        return np.asarray(self.offset_s + true_s * (1.0 + PPM * self.ppm) + PPM * self.warming_ppm * warm)

    def true_s(self, run_s: Floats) -> Floats:
        """Give the true times (n,) at which the crystal has run so far, s."""
        true_s = run_s - self.offset_s
        for _ in range(INVERSIONS):
            true_s = true_s - (self.run_s(true_s) - run_s)
        return true_s

    def read(self, true_s: Floats) -> Floats:
        """Give what the counter shows at true times (n,), s."""
        if not self.restarts_s:
            return self.run_s(true_s)
        starts = np.array([0.0, *(float(self.run_s(np.array([at]))[0]) for at in self.restarts_s)])
        return np.asarray(self.run_s(true_s) - starts[self.restarts(true_s)])

    def restarts(self, true_s: Floats) -> NDArray[np.int64]:
        """Give how often the counter has begun anew by true times (n,), s."""
        if not self.restarts_s:
            return np.zeros(len(true_s), np.int64)
        return np.searchsorted(self.restarts_s, true_s, side="right")


class Node(Protocol):
    """A sensor's program: what it sends, given what it measures and is told. Times are of its own clock, s."""

    def push(self, block: SampleBlock) -> list[bytes]:
        """Give the packets that these samples complete."""
        ...

    def received(self, data: bytes, at_s: float) -> list[bytes]:
        """Give its answers to what reached it."""
        ...

    def left(self, data: bytes, at_s: float) -> list[bytes]:
        """Give what it says once it learns that a packet of its own has left."""
        ...

    def info(self) -> bytes:
        """Give the packet that says what it is; b"" where there is none."""
        ...


class VirtualSensor:
    """One sensor: gives its packets, each with the true time at which it is ready to be sent.

    Parameters
    ----------
    node : makes its program, and makes it anew when the sensor starts anew
    clock : its clock
    samples_a_packet : how many samples its program is given together, so that each time completes a packet
    """

    def __init__(self, node: Callable[[], Node], clock: VirtualClock, samples_a_packet: int) -> None:
        self.clock = clock
        self._make_node = node
        self._node = node()
        self._samples = samples_a_packet
        self._held = SampleBlock.empty()
        self._run = 0

    def groups(self, block: SampleBlock) -> list[SampleBlock]:
        """Give the samples that are handed to the sensor's program together, each group when its last is taken.

        Parameters
        ----------
        block : samples at true times, s
        """
        held = SampleBlock.join([self._held, block])
        whole = len(held) - len(held) % self._samples
        self._held = held[whole:]
        return [held[first : first + self._samples] for first in range(0, whole, self._samples)]

    def measured(self, group: SampleBlock) -> list[Packet]:
        """Give the packets that one of `groups` completes."""
        runs = self.clock.restarts(group.time)
        self._start_anew(int(runs[-1]))
        time = group.time[runs == self._run]
        rest = group[len(group) - len(time) :]
        device = SampleBlock(self.clock.read(time), rest.gyr, rest.acc, rest.quality)
        return [Packet(float(time[-1]) + PROCESSING_S, data) for data in self._node.push(device)]

    def received(self, data: bytes, true_s: float) -> list[Packet]:
        """Give the answers to what reached the sensor at a true time, s."""
        return self._said(true_s, lambda node, device_s: node.received(data, device_s))

    def left(self, data: bytes, true_s: float) -> list[Packet]:
        """Give what the sensor says when it learns, at a true time, s, that a packet has left."""
        return self._said(true_s, lambda node, device_s: node.left(data, device_s))

    def info(self) -> bytes:
        """Give the packet that says what it is; b"" where there is none."""
        return self._node.info()

    def _said(self, true_s: float, ask: Callable[[Node, float], list[bytes]]) -> list[Packet]:
        at = np.array([true_s])
        self._start_anew(int(self.clock.restarts(at)[0]))
        return [Packet(true_s, answer) for answer in ask(self._node, float(self.clock.read(at)[0]))]

    def _start_anew(self, run: int) -> None:
        if run != self._run:
            self._run, self._node = run, self._make_node()

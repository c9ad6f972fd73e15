"""A LegLink node without its hardware: what it sends, given what it is told and what it measures. Pure.

It is what firmware has to do, in the fewest words, and the sending side of every test:

    START -> streams: samples -> DATA, every 10 s INFO and STATUS
    any command -> its answer at once; TIME -> TIME, and TIME_SENT once that has left
"""

from dataclasses import dataclass
from math import inf

from firmware_bridge.protocols.leglink_batch import Batcher, Scales
from firmware_bridge.protocols.leglink_packets import (
    ADVERTISED,
    ALL_NODES,
    BATCH,
    LARGEST_BATCH,
    LARGEST_NODE,
    LARGEST_TEXT,
    NO_TEMPERATURE,
    NOT_KNOWN,
    SATURATED,
    US,
    VERSION,
    WRAP_US,
    Advertised,
    Capability,
    Command,
    Data,
    Event,
    EventCode,
    Info,
    Order,
    State,
    Status,
    Time,
    TimeSent,
    local_name,
    pack,
    time_token,
    unpack,
)
from firmware_bridge.samples import SampleBlock
from firmware_bridge.source import SensorFacts

STATUS_S = 10.0
"""Time between two STATUS packets, each with an INFO: a node heard late, or heard badly, is soon understood."""
ACC_RANGES_G = (2, 4, 8, 16)
GYR_RANGES_DPS = (125, 250, 500, 1000, 2000)
"""Ranges of the inertial sensors of the boards that LegLink is meant for (LSM6DS3TR-C, BMI270, ICM-42688)."""
RATES_HZ = (25.0, 4000.0)
"""Rates whose period, and half as much again, is a u16 of microseconds."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """What a node is made of.

    Parameters
    ----------
    serial : serial number; 0 for none
    board, imu, firmware : names and version, for people
    capabilities : what it can do beyond streaming
    """

    serial: int = 0
    board: str = "virtual"
    imu: str = "virtual"
    firmware: str = "0"
    capabilities: Capability = ~Capability(0)


class LegLinkNode:
    """One node; its times are of its own clock, s, from 0 at power-on.

    Parameters
    ----------
    facts : number of the node, rate, ranges and units
    hardware : what it is made of
    battery : charge, 0 to 1; None for a node that cannot tell

    Raises
    ------
    ValueError : a rate whose period does not fit into a packet

    Attributes
    ----------
    node : its number
    battery : as above, may be set
    temperature_c : of its chip, or None; may be set
    dropped : samples it had no room for; whoever plays the radio adds to it
    streaming : whether it was started
    on : whether it has not been switched off
    blinks : how often it was asked to show itself
    """

    def __init__(self, facts: SensorFacts, hardware: Hardware | None = None, battery: float | None = None) -> None:
        if not RATES_HZ[0] <= facts.rate_hz <= RATES_HZ[1]:
            raise ValueError(f"expected rate_hz of {RATES_HZ[0]:g} to {RATES_HZ[1]:g}, got {facts.rate_hz}")
        self.node = facts.node
        self.hardware = hardware or Hardware()
        self.battery = battery
        self.temperature_c: float | None = None
        self._rate_hz = facts.rate_hz
        self._batcher = Batcher(facts.rate_hz)
        self._scales = Scales.of(facts)
        self.restart()

    def restart(self) -> None:
        """Switch it off and on: its clock and its counters are at 0, and it waits for START."""
        self.on = True
        self.streaming = False
        self._batcher.n = BATCH
        self._batcher.clear()
        self.blinks = 0
        self.dropped = 0
        self._sequence = 0
        self._samples = 0
        self._next_status_s = -inf

    def push(self, block: SampleBlock) -> list[bytes]:
        """Give the packets that these samples complete; their time is that of the node's clock.

        A sample that is no number is not sent, as if it had never been taken.
        """
        if not (self.on and self.streaming):
            return []
        return [packet for group in self._batcher.push(block) for packet in self._data(group)]

    def received(self, data: bytes, at_s: float) -> list[bytes]:
        """Give the answers to a packet that reached the node, if it is a command to it."""
        told = unpack(data)
        if not self.on or not isinstance(told, tuple) or not isinstance(told[0], Command):
            return []
        command = told[0]
        return self._obey(command, at_s) if command.node in (self.node, ALL_NODES) else []

    def sent(self, token: int, at_s: float) -> list[bytes]:
        """Give what the node says when it learns that the TIME packet of a token left at an instant."""
        return [pack(TimeSent(self.node, token, _us(at_s)))] if self.on else []

    def left(self, data: bytes, at_s: float) -> list[bytes]:
        """Give what the node says when it learns that a packet of its own left at an instant."""
        token = time_token(data)
        return [] if token is None else self.sent(token, at_s)

    def event(self, code: EventCode, words: str, at_s: float) -> bytes:
        """Give the packet that tells of something; what is too long of the words is left out."""
        return pack(Event(self.node, code, _us(at_s)), words.encode()[:LARGEST_TEXT])

    def info(self) -> bytes:
        """Give the INFO packet: the value of the characteristic INFO."""
        what, scales = self.hardware, self._scales
        return pack(
            Info(
                self.node,
                self._charge(),
                self._batcher.n,
                what.serial,
                scales.acc_scale,
                scales.gyr_scale,
                scales.acc_range,
                scales.gyr_range,
                self._rate_hz,
                what.capabilities,
                what.board,
                what.imu,
                what.firmware,
            )
        )

    def status(self, at_s: float) -> bytes:
        """Give the STATUS packet."""
        warm = NO_TEMPERATURE if self.temperature_c is None else round(100 * self.temperature_c)
        state = State.STREAMING if self.streaming else State(0)
        counts = (self._sequence, self._samples % WRAP_US, self.dropped % WRAP_US)
        return pack(Status(self.node, self._charge(), state, _us(at_s), warm, *counts))

    @property
    def name(self) -> str:
        """Its local name."""
        return local_name(self.hardware.serial)

    def manufacturer_data(self) -> bytes:
        """Give the manufacturer data of its advertisement, without the company."""
        return ADVERTISED.pack(*Advertised(VERSION, self.node, self._charge(), self.hardware.serial))

    def _obey(self, command: Command, at_s: float) -> list[bytes]:
        answer: list[bytes] = []
        match command.order:
            case Order.START:
                answer = self._start(command)
            case Order.STOP:
                self.streaming = False
                answer = [self.status(at_s)]
            case Order.IDENTIFY:
                self.blinks += 1
            case Order.TIME:
                answer = [pack(Time(self.node, command.number, _us(at_s)))]
            case Order.GET_INFO:
                answer = [self.info()]
            case Order.POWER_OFF:
                self.on = self.streaming = False
            case _:
                done = self._change(command)
                refused = f"command {command.order} with {command.small}, {command.number} is not possible"
                answer = [self.info()] if done else [self.event(EventCode.REFUSED, refused, at_s)]
        return answer

    def _start(self, command: Command) -> list[bytes]:
        """Begin a stream; this node has but one rate, and says so."""
        self._batcher.n = min(command.small, LARGEST_BATCH) or BATCH
        self._batcher.clear()
        self.streaming = True
        self._next_status_s = -inf
        return [self.info()]

    def _change(self, command: Command) -> bool:
        """Set what a command sets; False where that cannot be."""
        if command.order == Order.SET_NODE and command.small <= LARGEST_NODE:
            self.node = command.small
        elif command.order == Order.SET_RANGE and _is_range(command):
            self._scales = Scales.of_ranges(command.small, command.number)
        else:
            return False
        return True

    def _data(self, block: SampleBlock) -> list[bytes]:
        n, first_us, dt_us = len(block), _us(float(block.time[0])), round(self._batcher.step_s(block) * US)
        raw, saturated = self._scales.raw(block)
        node = self.node | (SATURATED if saturated else 0)
        header = Data(node, self._sequence, first_us, dt_us, n, self._charge())
        self._sequence = (self._sequence + 1) % (1 << 16)
        self._samples += n
        return [pack(header, raw.tobytes()), *self._words_between(float(block.time[-1]))]

    def _words_between(self, at_s: float) -> list[bytes]:
        """Give INFO and STATUS where their time has come; a clock that began anew brings them too."""
        if self._next_status_s - STATUS_S <= at_s < self._next_status_s:
            return []
        self._next_status_s = at_s + STATUS_S
        return [self.info(), self.status(at_s)]

    def _charge(self) -> int:
        return NOT_KNOWN if self.battery is None else round(100 * min(max(self.battery, 0.0), 1.0))


def _us(at_s: float) -> int:
    """Give an instant as it goes over the wire, µs."""
    return round(at_s * US) % WRAP_US


def _is_range(command: Command) -> bool:
    return command.small in ACC_RANGES_G and command.number in GYR_RANGES_DPS

"""The simulated runner as sensors that stream: motion, clocks, protocol, radio and faults as entries. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import inf

import numpy as np

from firmware_bridge.found import Found
from firmware_bridge.protocols import PROTOCOLS, ProtocolRow
from firmware_bridge.protocols.leglink_node import Hardware
from firmware_bridge.protocols.leglink_packets import NODES, local_name
from firmware_bridge.protocols.packets import Introduction
from firmware_bridge.protocols.profiles import Conversation
from firmware_bridge.samples import Placement, SampleBlock, Side
from firmware_bridge.source import Chunk, SensorFacts
from firmware_bridge.virtual import (
    Cable,
    CableSettings,
    Faults,
    Host,
    HostSettings,
    Network,
    NetworkSettings,
    Radio,
    RadioSettings,
    Scene,
    VirtualClock,
    VirtualLink,
    VirtualSensor,
    Wire,
    node_of,
)
from legcycle_imu.simulation.gaits import GRAVITY
from legcycle_imu.simulation.runner import SimulatedRunner, draw_runner
from legcycle_imu.simulation.script import KNEE_LIFT_S, Script, Section, SectionKind
from legcycle_imu.simulation.sensors import DEGREE, PLACEMENTS, ErrorModel, SensorSetup, draw_sensors
from legcycle_imu.simulation.simulate import simulate_pieces

KIND = "sim"
"""How the links' names begin."""
CLOCK_PPM = 40.0
"""Largest error of a sensor's clock, parts per million: crystals have 20 to 40."""
LARGEST_OFFSET_S = 4294.0
"""Sensors were switched on up to so long before, s: as long as a clock of u32 microseconds lasts."""
CONNECT_S = 0.12
"""From one sensor's connection to the next one's, s, for they are made one after the other."""
PIECE_S = 0.5
"""Length of the pieces in which the motion is worked out, s: a few milliseconds of work each."""
LONGEST_S = 12 * 3600.0
"""An endless run ends after so long, s: no battery lasts longer; its noise is drawn before and takes 30 MB."""
FIRST_SERIAL = 0x5EED0000
"""Serial numbers of simulated nodes begin here."""
CABLE = CableSettings(921_600, 0.001)
"""USB of a board's own, which asks every millisecond."""
STAND_S = 4.0
"""Standing before and after the run, s: as long as the zero of the angles takes, and no longer for who waits."""
BETWEEN_LIFTS_S, STILL_S = 2.5, 3.5
"""Standing after each knee lift, and the rest of standing still where that is asked for, s."""
ACCELERATION_M_S2 = 3.5
"""A runner's from and to a stand, m/s^2."""
WIRE, FAULTS, CLOCKS = 10, 11, 12
"""Seeds of the links' random numbers, beside those of runner, sensors and noise."""


@dataclass(frozen=True)
class StreamingSettings:
    """What runs, and how it is streamed.

    Parameters
    ----------
    speed_m_s : speed of the run, m/s
    duration_s : time of the run itself, s; infinite for without end (see `LONGEST_S`)
    rate_hz : sampling rate, Hz; 0 for the usual one of the protocol
    seed : of runner, sensors, noise and links
    protocol : name of the sensors' protocol
    interval_s : connection interval of the radio, s
    faults : what goes wrong
    guided : whether the runner first does what the guided calibration asks for (`guided_start`)
    """

    speed_m_s: float = 3.0
    duration_s: float = inf
    rate_hz: float = 0.0
    seed: int = 0
    protocol: str = "leglink"
    interval_s: float = 0.015
    faults: Faults = field(default_factory=Faults)
    guided: bool = False

    def __post_init__(self) -> None:
        row = PROTOCOLS.get(self.protocol)
        streamed = [name for name, known in PROTOCOLS.items() if known.ble or known.serial or known.udp]
        if row is None or self.protocol not in streamed:
            raise ValueError(f"expected a protocol out of {', '.join(streamed)}, got {self.protocol!r}")
        if self.rate_hz and row.rates_hz and self.rate_hz not in row.rates_hz:
            rates = ", ".join(f"{rate:g}" for rate in row.rates_hz)
            raise ValueError(f"expected a rate of {self.protocol} out of {rates} Hz, got {self.rate_hz:g}")
        if not self.duration_s > 0.0:
            raise ValueError(f"expected a duration above 0 s, got {self.duration_s:g}")
        if not 1.0 <= self.speed_m_s <= 12.0:
            raise ValueError(f"expected a speed from 1 to 12 m/s, got {self.speed_m_s:g}")
        if not 0.0 < self.interval_s < 4.0:
            raise ValueError(f"expected an interval from 7.5 to 4000 ms, got {1e3 * self.interval_s:g}")


def standing_start(speed_m_s: float, duration_s: float) -> Script:
    """Give the script of a run after `STAND_S` of standing, and as much of it in the end."""
    stand, run = Section(SectionKind.STAND, STAND_S), Section(SectionKind.RUN, duration_s, speed_m_s)
    change = Section(SectionKind.TRANSITION, max(1.0, speed_m_s / ACCELERATION_M_S2))
    return Script((stand, change, run, change, stand))


def guided_start(speed_m_s: float, duration_s: float, asked: Sequence[Side]) -> Script:
    """Give the script of a runner who does what the guided calibration asks for, and then runs.

    Parameters
    ----------
    speed_m_s, duration_s : of the run
    asked : the knees that it asks for, one after the other
    """
    stand, run = Section(SectionKind.STAND, STAND_S), Section(SectionKind.RUN, duration_s, speed_m_s)
    between, still = Section(SectionKind.STAND, BETWEEN_LIFTS_S), Section(SectionKind.STAND, STILL_S)
    lifts = [part for side in asked for part in (Section(SectionKind.KNEE_LIFTS, KNEE_LIFT_S, side=side), between)]
    change = Section(SectionKind.TRANSITION, max(1.0, speed_m_s / ACCELERATION_M_S2))
    return Script((stand, *lifts, still, change, run, change, stand))


def asked_of(faults: Faults) -> list[Side]:
    """Give the knees that the guided calibration asks for: one whose sensors are not where they claim to be, twice.

    Once it knows who is on the right leg, nothing is unexpected in who is on the left one, but that leg's own exchange.
    """
    right, left = (
        any(faults.worn_by(claim) != claim for claim in PLACEMENTS if claim.side is side)
        for side in (Side.RIGHT, Side.LEFT)
    )
    return [Side.RIGHT] * (1 + right) + [Side.LEFT] * (1 + (left and not right))


def script_of(settings: StreamingSettings) -> Script:
    """Give what the settings say is run."""
    duration_s = min(settings.duration_s, LONGEST_S)
    if settings.guided:
        return guided_start(settings.speed_m_s, duration_s, asked_of(settings.faults))
    return standing_start(settings.speed_m_s, duration_s)


class StreamingRun:
    """Four sensors on the simulated runner, each on a link of its own; the same settings give the same bytes.

    Parameters
    ----------
    settings : see `StreamingSettings`
    script, runner : what is run, and who runs; by default as the settings say

    Attributes
    ----------
    setups : placement -> the sensor as it is worn
    """

    def __init__(
        self, settings: StreamingSettings, script: Script | None = None, runner: SimulatedRunner | None = None
    ) -> None:
        self._settings = settings
        self._script = script or script_of(settings)
        self._runner = runner or draw_runner(settings.seed)
        self._row = PROTOCOLS[settings.protocol]
        usual = self._row.defaults
        self._rate_hz = settings.rate_hz or usual.rate_hz
        self._acc_range = min(usual.acc_range_m_s2, settings.faults.saturate_m_s2)
        self.setups = {
            setup.placement: setup
            for setup in draw_sensors(
                settings.seed,
                rate_hz=self._rate_hz,
                acc_range_g=self._acc_range / GRAVITY,
                gyr_range_deg_s=usual.gyr_range_rad_s / DEGREE,
                model=ErrorModel(clock_ppm=CLOCK_PPM),
            )
        }

    def found(self) -> list[Found]:
        """Give what a search for these sensors finds."""
        return [Found(link_of(claimed), self._settings.protocol, self._introduction(claimed)) for claimed in PLACEMENTS]

    def entries(self, sensors: Mapping[int, SensorFacts]) -> Iterator[Chunk]:
        """Yield what arrives from some of these sensors, in its order, as it is worked out.

        Parameters
        ----------
        sensors : number in the session -> facts, of which `link` tells which sensor is meant
        """
        claims = {number: placement_of(facts) for number, facts in sensors.items()}
        links = {number: self._link(number, turn, claims) for turn, number in enumerate(claims)}
        scene = Scene(links)
        worn = {number: self._settings.faults.worn_by(claimed) for number, claimed in claims.items()}
        for end_s, samples in self.pieces(set(worn.values())):
            for number, place in worn.items():
                links[number].push(0, at_true_times(samples[place], self.setups[place]))
            yield from scene.advance(end_s)
        yield from scene.flush()

    def pieces(self, placements: Collection[Placement]) -> Iterator[tuple[float, Mapping[Placement, SampleBlock]]]:
        """Yield the samples of sensors that are worn at places, piece by piece, each with its end, s.

        All four are worked out, so that none hangs on which others are asked for.
        """
        every = tuple(self.setups.values())
        for piece in simulate_pieces(self._script, self._runner, every, self._settings.seed, piece_s=PIECE_S):
            yield piece.end_s, piece.samples

    def _link(self, number: int, turn: int, claims: Mapping[int, Placement]) -> VirtualLink:
        """Make a link; what is random on it depends on the place that its sensor claims alone."""
        claimed, settings = claims[number], self._settings
        own = PLACEMENTS.index(claimed)
        rngs = {what: np.random.default_rng([settings.seed, what, own]) for what in (WIRE, FAULTS, CLOCKS)}
        host = Host(HostSettings(), np.random.default_rng([settings.seed, WIRE]))
        facts = self._facts(claimed)
        setup = self.setups[settings.faults.worn_by(claimed)]
        clock = VirtualClock(setup.clock_ppm, float(rngs[CLOCKS].uniform(0.0, LARGEST_OFFSET_S)))
        node = partial(node_of, facts, self._row, Hardware(self._serial(claimed), "simulated", "simulated"))
        wire, conversation = self._wire(host, rngs[WIRE])
        return VirtualLink(
            number,
            [(facts, VirtualSensor(node, clock, self._row.samples_a_packet))],
            wire,
            rngs[FAULTS],
            conversation=conversation,
            connects_s=CONNECT_S * (own + 1),
            faults=settings.faults,
            turn=(turn, len(claims)),
        )

    def _wire(self, host: Host, rng: np.random.Generator) -> tuple[Wire, Conversation]:
        """Give the way on which the protocol is spoken, the radio before all others, and what is said there."""
        row = self._row
        if row.ble:
            return Radio(RadioSettings(self._settings.interval_s), host, rng), row.ble.conversation
        if row.serial:
            return Cable(CABLE, host, rng), row.serial.conversation
        return Network(NetworkSettings(), host, rng), row.udp.conversation if row.udp else Conversation()

    def _facts(self, claimed: Placement) -> SensorFacts:
        told, usual = self._introduction(claimed), self._row.defaults
        return usual._replace(
            placement=claimed,
            rate_hz=self._rate_hz,
            acc_range_m_s2=self._acc_range,
            acc_unit_m_s2=usual.acc_unit_m_s2
            * (self._acc_range / usual.acc_range_m_s2 if _is_leglink(self._row) else 1.0),
            name=told.name or "",
            device=told.device or "",
            link=link_of(claimed),
            node=told.node,
        )

    def _introduction(self, claimed: Placement) -> Introduction:
        serial = self._serial(claimed)
        ours = _is_leglink(self._row)
        return Introduction(
            NODES[claimed] if ours else 0,
            f"{serial:08X}",
            local_name(serial) if ours else f"simulated {self._settings.protocol} {serial & 0xFFFF:04X}",
            claimed,
            self._rate_hz,
            self._acc_range,
            self._row.defaults.gyr_range_rad_s,
        )

    def _serial(self, claimed: Placement) -> int:
        return FIRST_SERIAL + (self._settings.seed % 0x1000) * 0x10 + NODES[claimed]


def link_of(claimed: Placement) -> str:
    """Give the moniker of the link to the sensor that claims to be at a place: "sim:left-thigh"."""
    return f"{KIND}:{claimed.side}-{claimed.segment}"


def placement_of(facts: SensorFacts) -> Placement:
    """Give the place that the sensor of a link claims, whatever the session believes of it."""
    for placement in PLACEMENTS:
        if link_of(placement) == facts.link:
            return placement
    raise ValueError(f"expected the link of a simulated sensor, got {facts.link!r}")


def at_true_times(block: SampleBlock, setup: SensorSetup) -> SampleBlock:
    """Give samples at the times at which they were truly taken; they carry those of the sensor's clock."""
    return SampleBlock(block.time / (1.0 + 1e-6 * setup.clock_ppm), block.gyr, block.acc, block.quality)


def _is_leglink(row: ProtocolRow) -> bool:
    return row.defaults.protocol.startswith("leglink")

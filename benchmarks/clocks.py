"""How far apart the clocks of one leg's two sensors are, once they lie on the session's time line.

    python -m benchmarks.clocks [--draws N]

A sample's error is its session time less the true time at which it was measured; what matters to a leg is the
difference of thigh's and shank's errors at one instant. Radios, cables and clocks are virtual
(`firmware_bridge.virtual`, each constant with its source); no sensor was used.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulated import PROCESSES
from benchmarks.trials import headline, said, table
from firmware_bridge.intake import Intake
from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.protocols.leglink_packets import NODES
from firmware_bridge.protocols.packets import Readings
from firmware_bridge.protocols.profiles import Conversation
from firmware_bridge.samples import Floats, Placement, Quality, SampleBlock, Segment, Side
from firmware_bridge.source import Chunk, Kind, SensorFacts
from firmware_bridge.virtual import (
    Cable,
    CableSettings,
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

DRAWS = 200
"""Draws a case of LegLink; a quarter of it for the others."""
PPM = 40.0
"""Largest error of a crystal, parts per million, either way, drawn evenly."""
LARGEST_OFFSET_S = 4000.0
"""Sensors were switched on up to so long before the session, s; u32 microseconds wrap in some of the sessions."""
CONNECTS_S = (0.2, 0.9)
"""When the two sensors' links come up, s: one after the other."""
DURATION_S = 62.0
STRETCH_S = 1.0
"""Length of the stretches in which a session is worked out, s; changes nothing."""
NUMBERS = 1 << 14
"""Sample numbers that the angular velocity can carry: 82 s at 200 Hz, within the range of an i16."""
WINDOWS_S = {"1 to 2 s": (1.0, 2.0), "at 10 s": (9.5, 10.5), "10 to 60 s": (10.0, 60.0)}
"""Times since the later sensor began to stream."""
STEP_S = 0.1
"""Distance of the instants at which errors are compared, s."""
LEG = tuple(Placement(Side.LEFT, segment) for segment in Segment)
METHOD = (
    f"Method: two sensors on links of their own, clocks of +-{PPM:g} ppm, drawn anew in each session (the table says "
    f"how many); |error of thigh - error of shank| at instants {STEP_S:g} s apart, "
    "pooled over the sessions. Radio: 2 % repetitions, 3 packets an event; computer: 0.3 ms and 1 ms exponential, "
    "stalls of 20 to 60 ms every 20 s. `arrival` takes a packet's arrival for the time of its last sample."
)

MakeWire = Callable[[Host, np.random.Generator], Wire]
Errors = dict[str, tuple[Floats, Floats]]
"""Window -> differences, s, at instants of the window: on the session's time line, and by arrival."""


@dataclass(frozen=True)
class Case:
    """One kind of link.

    Parameters
    ----------
    title : for the table
    protocol : name of it
    wire : makes the wire
    draws : sessions as a share of `DRAWS`
    """

    title: str
    protocol: str
    wire: MakeWire
    draws: float = 0.25


def radio(interval_ms: float, *, late: bool = False) -> MakeWire:
    """Give what makes a radio of an interval."""
    settings = RadioSettings(interval_s=1e-3 * interval_ms, acknowledged_next_event=late)
    return partial(_made, Radio, settings)


def cable(baud: int, latency_ms: float) -> MakeWire:
    """Give what makes a serial cable."""
    return partial(_made, Cable, CableSettings(baud, 1e-3 * latency_ms))


def network() -> MakeWire:
    """Give what makes a wireless network."""
    return partial(_made, Network, NetworkSettings())


def _made(kind: Callable[..., Wire], settings: object, host: Host, rng: np.random.Generator) -> Wire:
    return kind(settings, host, rng)


def cases() -> list[Case]:
    """Give all kinds of links."""
    return [
        *(Case(f"LegLink, radio {ms:g} ms", "leglink", radio(ms), 1.0) for ms in (7.5, 15.0, 30.0, 50.0)),
        Case("LegLink, radio 30 ms, stack tells of acknowledgement", "leglink", radio(30.0, late=True)),
        Case("LegLink, USB serial", "leglink-serial", cable(921_600, 1.0)),
        Case("LegLink, 115200 baud, FTDI bridge of 16 ms", "leglink-serial", cable(115_200, 16.0)),
        *(Case(f"WitMotion, radio {ms:g} ms", "witmotion", radio(ms)) for ms in (15.0, 30.0)),
        Case("WitMotion, 115200 baud, bridge of 16 ms", "witmotion-serial", cable(115_200, 16.0)),
        *(Case(f"Movesense, radio {ms:g} ms", "movesense", radio(ms)) for ms in (15.0, 30.0)),
        *(Case(f"Movella DOT, radio {ms:g} ms", "dot", radio(ms)) for ms in (15.0, 30.0)),
        Case("x-IMU3, USB serial", "ximu3", cable(921_600, 1.0)),
        Case("x-IMU3, UDP over Wi-Fi", "ximu3", network()),
    ]


class Session:
    """One session of two sensors: what arrives, and when each sample was truly measured.

    Parameters
    ----------
    case : kind of link
    seed : of clocks, phases, delays
    """

    def __init__(self, case: Case, seed: int) -> None:
        rng = np.random.default_rng([seed, 0])
        row = PROTOCOLS[case.protocol]
        host = Host(HostSettings(), np.random.default_rng([seed, 1]))
        self.facts = [
            row.defaults._replace(placement=place, node=NODES[place] if "leglink" in case.protocol else 0)
            for place in LEG
        ]
        self.clocks = [VirtualClock(rng.uniform(-PPM, PPM), rng.uniform(0.0, LARGEST_OFFSET_S)) for _ in LEG]
        self.first = [float(clock.run_s(np.array([at]))[0]) for clock, at in zip(self.clocks, CONNECTS_S, strict=True)]
        self.links = {
            k: VirtualLink(
                k,
                [(facts, VirtualSensor(partial(node_of, facts, row), self.clocks[k], row.samples_a_packet))],
                case.wire(host, np.random.default_rng([seed, 2, k])),
                np.random.default_rng([seed, 3, k]),
                conversation=_conversation(facts),
                connects_s=CONNECTS_S[k],
            )
            for k, facts in enumerate(self.facts)
        }
        self.scene = Scene(self.links)
        self._given = [0 for _ in LEG]

    def entries(self) -> list[Chunk]:
        """Give all that arrives."""
        got: list[Chunk] = []
        for until_s in np.arange(STRETCH_S, DURATION_S + STRETCH_S, STRETCH_S).tolist():
            for number, link in self.links.items():
                link.push(0, self._samples(number, until_s))
            got += self.scene.advance(until_s)
        return got

    def true_s(self, sensor: int, number: NDArray[np.int64]) -> Floats:
        """Give when samples of a sensor were truly measured, s."""
        return self.clocks[sensor].true_s(self.first[sensor] + number / self.facts[sensor].rate_hz)

    def _samples(self, sensor: int, until_s: float) -> SampleBlock:
        """Give a sensor's next samples until a true time; each carries its number as its angular velocity."""
        facts, begun = self.facts[sensor], self._given[sensor]
        run_s = float(self.clocks[sensor].run_s(np.array([until_s]))[0]) - self.first[sensor]
        number = np.arange(begun, max(begun, int(run_s * facts.rate_hz)))
        self._given[sensor] = begun + len(number)
        values = np.zeros((len(number), 3))
        gyr = values + np.stack([number * facts.gyr_unit_rad_s, values[:, 1], values[:, 2]], axis=-1)
        acc = values + np.array([0.0, 9.81, 0.0])
        return SampleBlock(self.true_s(sensor, number), gyr, acc, np.zeros(len(number), np.uint8))


def _conversation(facts: SensorFacts) -> Conversation:
    row = PROTOCOLS[facts.protocol]
    profile = row.ble or row.serial or row.udp
    return profile.conversation if profile else Conversation()


def on_time_line(session: Session, entries: Sequence[Chunk]) -> list[tuple[Floats, Floats]]:
    """Give each sensor's true times and the errors of its session times, s, by the clock of the intake."""
    intake = Intake(session.facts)
    parts = [intake.push(entries), intake.flush()]
    found = []
    for sensor in range(len(LEG)):
        block = SampleBlock.join([blocks[sensor] for blocks in parts])
        kept = (block.quality & Quality.FILLED) == 0
        found.append(_errors(session, sensor, block.time[kept], block.gyr[kept, 0]))
    return found


def by_arrival(session: Session, entries: Sequence[Chunk]) -> list[tuple[Floats, Floats]]:
    """Give the same where a packet's arrival is taken for the time of its last sample."""
    decoders = [PROTOCOLS[facts.protocol].decoder([facts]) for facts in session.facts]
    times: list[list[Floats]] = [[np.empty(0)] for _ in LEG]
    values: list[list[Floats]] = [[np.empty(0)] for _ in LEG]
    for chunk in entries:
        if chunk.kind in {Kind.RECEIVED, Kind.INFO}:
            for packet in decoders[chunk.sensor].push(chunk.data):
                if isinstance(packet, Readings):
                    back = np.arange(1 - len(packet.gyr), 1) / session.facts[chunk.sensor].rate_hz
                    times[chunk.sensor].append(1e-9 * chunk.arrival_ns + back)
                    values[chunk.sensor].append(packet.gyr[:, 0])
    return [_errors(session, k, np.concatenate(times[k]), np.concatenate(values[k])) for k in range(len(LEG))]


def _errors(session: Session, sensor: int, time: Floats, value: Floats) -> tuple[Floats, Floats]:
    number = np.rint(value / session.facts[sensor].gyr_unit_rad_s).astype(np.int64) % NUMBERS
    true = session.true_s(sensor, number)
    return true, time - true


def differences(errors: Sequence[tuple[Floats, Floats]], window_s: tuple[float, float]) -> Floats:
    """Give |error of one - error of the other|, s, at instants of a window after the later began."""
    begun = max(float(true[0]) for true, _ in errors)
    at = begun + np.arange(*window_s, STEP_S)
    one, other = (np.interp(at, true, error) for true, error in errors)
    return np.abs(one - other)


def run(work: tuple[Case, int]) -> Errors:
    """Work out one session; a process of its own may do it."""
    session = Session(*work)
    entries = session.entries()
    lines = on_time_line(session, entries), by_arrival(session, entries)
    return {name: (differences(lines[0], window), differences(lines[1], window)) for name, window in WINDOWS_S.items()}


def row_of(case: Case, results: Sequence[Errors]) -> list[str]:
    """Give a case's row: median / 95 % in ms, for each window, and by arrival."""
    cells = []
    for which, windows in ((0, tuple(WINDOWS_S)), (1, ("10 to 60 s",))):
        for name in windows:
            pooled = 1e3 * np.concatenate([result[name][which] for result in results])
            cells.append(f"{np.median(pooled):.2f} / {np.percentile(pooled, 95):.2f}")
    return [case.title, str(len(results)), *cells]


HEAD = ["link", "sessions", *WINDOWS_S, "by arrival, 10 to 60 s"]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=DRAWS, help="sessions of a case of LegLink")
    options = parser.parse_args()
    headline("Clocks of one leg", METHOD)
    rows = []
    with get_context("spawn").Pool(PROCESSES) as pool:
        for case in (case for case in cases() if case.protocol in PROTOCOLS):
            work = [(case, seed) for seed in range(max(1, round(case.draws * options.draws)))]
            rows.append(row_of(case, list(said(pool.imap(run, work), case.title, len(work)))))
    table("Same-leg clock error, ms: median / 95 %", HEAD, rows)


if __name__ == "__main__":
    main()

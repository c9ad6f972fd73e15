"""A simulated person who does a drill, as sensors that stream: first what a calibration asks for, then the drill."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from math import ceil

import numpy as np

from firmware_bridge.samples import Placement, SampleBlock
from legcycle_imu.drills import RULES, Drill, Fault, Posture
from legcycle_imu.simulation.drill_moves import FAULTS
from legcycle_imu.simulation.drill_people import DrillSet, SimulatedDrill, TrueRepetition, run_script, simulate_drill
from legcycle_imu.simulation.script import Script, Section, SectionKind
from legcycle_imu.simulation.sensors import SensorSetup
from legcycle_imu.simulation.streaming import (
    PIECE_S,
    STAND_S,
    StreamingRun,
    StreamingSettings,
    asked_of,
    at_true_times,
    guided_start,
)

JOG_S = 12.0
"""Time of the run that a calibration asks for, s: ten strides of each leg, and some."""
RUN_S, LEAST_RUN_M_S = 6.0, 5.0
"""Time and least speed of a run of 30 m."""
MOST = 90
"""More repetitions than fit into a leg's turn, for any tempo."""
FLICK_S = 1.2
"""Time that is drawn for each flick, s."""
DISTURBING = (Fault.WRONG_SIDE, Fault.TOGETHER, Fault.NOT_ALTERNATING)
"""What would put a whole set in disorder."""


class DrillRun(StreamingRun):
    """Four sensors on a person who does a drill; the same settings give the same bytes.

    Parameters
    ----------
    settings : of person, sensors and links
    drill : which
    wrong : share of repetitions that are wrong

    Attributes
    ----------
    begins_s : when the drill begins, s of the stream's motion
    """

    def __init__(self, settings: StreamingSettings, drill: Drill, wrong: float = 0.0) -> None:
        runs = RULES[drill].posture is Posture.RUNNING
        before = script_before(settings)
        script = Script((*before.sections, *runs_of(drill, settings.speed_m_s).sections)) if runs else before
        super().__init__(settings, script)
        self.begins_s = before.duration_s
        worn = tuple(self.setups.values())
        self._drill = None if runs else simulate_set(drill, settings.seed, wrong, worn)

    @property
    def repetitions(self) -> list[TrueRepetition]:
        """What is truly done on the spot, at session times that lack only the delay of the connections."""
        done = self._drill.set.repetitions if self._drill else ()
        return [one._replace(start_s=one.start_s + self.begins_s, end_s=one.end_s + self.begins_s) for one in done]

    def pieces(self, placements: Collection[Placement]) -> Iterator[tuple[float, Mapping[Placement, SampleBlock]]]:
        """Yield the samples of all sensors, piece by piece, each with its end, s."""
        yield from super().pieces(placements)
        if self._drill is None:
            return
        begin_s, blocks = self.begins_s, self._drill.samples
        later = {at: shifted(blocks[at], setup, begin_s) for at, setup in self.setups.items()}
        true = {at: at_true_times(later[at], setup).time for at, setup in self.setups.items()}
        for k in range(ceil(self._drill.set.duration_s / PIECE_S) + 1):
            edges = begin_s + k * PIECE_S, begin_s + (k + 1) * PIECE_S
            if k == 0:
                edges = 0.0, edges[1]
            yield edges[1], {at: block[between(true[at], *edges)] for at, block in later.items()}


def script_before(settings: StreamingSettings) -> Script:
    """Give what comes before the drill: standing; and what a calibration asks for, where that is to be done."""
    if settings.guided:
        return guided_start(settings.speed_m_s, min(settings.duration_s, JOG_S), asked_of(settings.faults))
    return Script((Section(SectionKind.STAND, STAND_S),))


def runs_of(drill: Drill, speed_m_s: float) -> Script:
    """Give the script of the runs of a drill."""
    return run_script([max(speed_m_s, LEAST_RUN_M_S)] * RULES[drill].repetitions, RUN_S)


def simulate_set(drill: Drill, seed: int, wrong: float, sensors: tuple[SensorSetup, ...]) -> SimulatedDrill:
    """Simulate as many repetitions as the drill asks for, or as fill its time."""
    faults = tuple(fault for fault in FAULTS[drill] if fault not in DISTURBING)

    def done(count: int, worn: tuple[SensorSetup, ...]) -> SimulatedDrill:
        return simulate_drill(drill, seed, repetitions=count, wrong=wrong, faults=faults, sensors=worn)

    rule = RULES[drill]
    if rule.repetitions:
        return done(rule.repetitions, sensors)
    if not rule.each_leg:
        return done(ceil(rule.seconds / FLICK_S), sensors)
    return done(fitting(done(MOST, ()).set, rule.seconds), sensors)


def fitting(done: DrillSet, seconds: float) -> int:
    """Give how many repetitions of the first leg begin within a time."""
    first = done.repetitions[0]
    return sum(one.side is first.side and one.start_s < first.start_s + seconds for one in done.repetitions)


def shifted(block: SampleBlock, setup: SensorSetup, begin_s: float) -> SampleBlock:
    """Give samples of a set that begins at a time, s: the sensor goes on counting where it was."""
    period_s = 1.0 / (setup.rate_hz * (1.0 + 1e-6 * setup.clock_ppm))
    count = ceil(begin_s / period_s - setup.phase)
    return replace(block, time=block.time + count / setup.rate_hz)


def between(time: np.ndarray, begin_s: float, end_s: float) -> slice:
    """Give which of these times are within."""
    first, last = np.searchsorted(time, (begin_s, end_s))
    return slice(int(first), int(last))

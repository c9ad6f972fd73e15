"""What a recording gave, as the report takes it: all that passed, nothing decided yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan
from typing import NamedTuple

from calibration.model import LegCalibration
from calibration.slip import Slip
from firmware_bridge.recording_format import RecordingMeta
from firmware_bridge.samples import Side
from firmware_bridge.source import SensorFacts
from firmware_bridge.stream import StreamStatistics
from legcycle_imu.drills import Span
from legcycle_imu.model import Stride
from legcycle_imu.personal_band import is_drill, is_good
from legcycle_imu.report.curves import CurveStatistics
from legcycle_imu.runner import Runner
from legcycle_imu.summary import Summary
from legcycle_imu.targets import Targets


class Mark(NamedTuple):
    """A mark that a person set."""

    t_s: float
    text: str


class Heard(NamedTuple):
    """From when to when a sensor sent, session time, s; NaN where it sent nothing."""

    start_s: float = nan
    end_s: float = nan


@dataclass(frozen=True, slots=True)
class Session:
    """A recording that has passed through the pipeline.

    Parameters
    ----------
    name : what a person calls the recording
    meta : what it says of itself
    duration_s : how long it lasts
    runner : who ran, with the lengths in use
    targets : what strides are held against
    strides : of both legs, in the order in which they became known
    summary, notices, calibrations : as `legcycle analyse` gives them
    curves : angles of the good running strides
    sensors, statistics, heard : each sensor, what became of its samples, and from when to when it sent
    slips : sensors that slipped
    marks : what a person marked
    spans : what was done when: drills, running, walking
    calibration_made : when the calibration was made, "" where it was found from the movement or nobody knows
    software : the program that made all this
    trouble : why there are no angles; "" where there are
    """

    name: str
    meta: RecordingMeta
    duration_s: float
    runner: Runner
    targets: Targets
    strides: tuple[Stride, ...]
    summary: Summary
    notices: tuple[str, ...]
    calibrations: Mapping[Side, LegCalibration]
    curves: Mapping[Side, CurveStatistics] = field(default_factory=dict)
    sensors: tuple[SensorFacts, ...] = ()
    statistics: tuple[StreamStatistics, ...] = ()
    heard: tuple[Heard, ...] = ()
    slips: tuple[Slip, ...] = ()
    marks: tuple[Mark, ...] = ()
    spans: tuple[Span, ...] = ()
    calibration_made: str = ""
    software: str = ""
    trouble: str = ""

    @property
    def sides(self) -> tuple[Side, ...]:
        """Legs that were measured: those with sensors."""
        return tuple(side for side in Side if any(facts.placement.side is side for facts in self.sensors))

    @property
    def running(self) -> tuple[Stride, ...]:
        """Strides on which the figures rest: good ones, of running, in the order in which they became known."""
        return tuple(stride for stride in self.strides if is_good(stride) and not is_drill(stride))

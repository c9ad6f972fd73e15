"""One leg from samples to events, phases and strides."""

from bisect import bisect_right
from dataclasses import dataclass, field
from math import inf, nextafter
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from calibration.alignment import Alignment, LegAligner
from calibration.evidence import AlignmentSettings
from calibration.fit import Upright
from calibration.model import LegCalibration, to_segment_frame
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.events import Detection, EventSettings, ShankDetector, ThighDetector
from legcycle_imu.model import STRIDE_COLUMNS, GaitEvent, PhaseSpan, SegmentAngles, Stride
from legcycle_imu.orientation import Orientation, OrientationSettings
from legcycle_imu.phases import PhaseMachine
from legcycle_imu.runner import LegGeometry
from legcycle_imu.strides import RECALIBRATED, StrideBuilder, StrideSettings

_FLIGHT = STRIDE_COLUMNS.index("flight_time_s")


@dataclass(frozen=True, slots=True)
class LegSettings:
    """Settings of everything that happens to one leg.

    Parameters
    ----------
    alignment, orientation, events, strides : settings of the stages
    """

    alignment: AlignmentSettings = field(default_factory=AlignmentSettings)
    orientation: OrientationSettings = field(default_factory=OrientationSettings)
    events: EventSettings = field(default_factory=EventSettings)
    strides: StrideSettings = field(default_factory=StrideSettings)


class Finding(NamedTuple):
    """What one event brought: the event, the phase that it ended and the stride that it closed, if any.

    `decided` is the stream time of the sample that decided it; the event's own `t_known` is later where
    the samples had to wait for the alignment.
    """

    decided: float
    event: GaitEvent
    phase: PhaseSpan | None
    stride: Stride | None


class LegUpdate(NamedTuple):
    """What one push brought: angles, findings in the order of their times, and the alignment, when it was found."""

    angles: list[SegmentAngles]
    findings: list[Finding]
    alignment: Alignment | None


class Leg:
    """The pipeline of one leg. Streaming; any chunking gives the same.

    Parameters
    ----------
    side : which leg
    rate_hz : nominal sampling rate of each segment's sensor
    geometry : lengths of the leg
    calibration : how the sensors sit; None to find it from the samples
    settings : see `LegSettings`
    """

    def __init__(
        self,
        side: Side,
        rate_hz: dict[Segment, float],
        geometry: LegGeometry,
        calibration: LegCalibration | None,
        settings: LegSettings,
    ) -> None:
        self._side = side
        self._rate_hz = rate_hz
        self._settings = settings
        thigh_hz, shank_hz = rate_hz[Segment.THIGH], rate_hz[Segment.SHANK]
        self._aligner = LegAligner(side, thigh_hz, shank_hz, settings.alignment)
        self._shank = ShankDetector(shank_hz, settings.events)
        self._thigh = ThighDetector(thigh_hz, settings.events)
        self._machine = PhaseMachine(side)
        self._strides = StrideBuilder(side, geometry, thigh_hz, shank_hz, settings.strides)
        self._orientation: dict[Segment, Orientation] = {}
        self._reached = dict.fromkeys(Segment, -inf)
        self._waiting: list[tuple[tuple[float, float, int], Detection]] = []
        self._order = 0
        self.calibration: LegCalibration | None = None
        self.aligned_at = inf
        """Stream time at which the calibration was known, s; -inf where it was given."""
        if calibration is not None:
            self._use(calibration, -inf)

    @property
    def trouble(self) -> str:
        """Why there is no calibration yet, one sentence; empty where there is one."""
        return "" if self.calibration is not None else self._aligner.trouble

    def settled(self, silent: frozenset[Segment]) -> float:
        """Give the time up to which all that will become known of this leg is known, s.

        Segments whose sensors have fallen silent are not waited for.
        """
        if self.calibration is None:
            return inf if silent else nextafter(self._aligner.next_attempt, -inf)
        return min((self._reached[segment] for segment in Segment if segment not in silent), default=inf)

    def push(self, thigh: SampleBlock, shank: SampleBlock, silent: frozenset[Segment] = frozenset()) -> LegUpdate:
        """Take the next samples of both sensors, in the sensors' frames."""
        if self.calibration is None:
            return self._begin(self._aligner.push(thigh, shank), silent)
        angles = self._measure(thigh, shank)
        return LegUpdate(angles, self._conclude(self.settled(silent)), None)

    def recalibrate(
        self, calibration: LegCalibration, at: float, silent: frozenset[Segment] = frozenset()
    ) -> LegUpdate:
        """Go by another calibration from here on, for the samples to come; what waited for one begins with it.

        The vertical is carried on, and nothing that has been given out changes. The sensors must be the same.

        Parameters
        ----------
        calibration : the leg's
        at : stream time at which it became known, s: no later than what is still to come
        silent : as in `push`

        Raises
        ------
        ValueError
            where it is the other leg's
        """
        if calibration.side is not self._side:
            raise ValueError(f"expected a calibration of the {self._side} leg, got one of the {calibration.side}")
        if self.calibration is None:
            return self._begin(self._aligner.end_with(calibration, at), silent)
        self._turn(calibration)
        nothing = SampleBlock.empty()
        return LegUpdate([], [], Alignment(at, calibration, {}, nothing, nothing, 0.0))

    def flush(self) -> LegUpdate:
        """Give what was held back."""
        if self.calibration is None:
            update = self._begin(self._aligner.flush(), frozenset())
            if update.alignment is None:
                return update
            return update._replace(findings=update.findings + self._conclude(inf))
        return LegUpdate([], self._conclude(inf), None)

    def _begin(self, alignment: Alignment | None, silent: frozenset[Segment]) -> LegUpdate:
        """Start with an alignment that has just been found, and with the samples that waited for it."""
        if alignment is None:
            return LegUpdate([], [], None)
        self._use(alignment.calibration, alignment.at)
        angles = self._measure(alignment.thigh, alignment.shank, alignment.uprights)
        return LegUpdate(angles, self._conclude(self.settled(silent)), alignment)

    def _use(self, calibration: LegCalibration, at: float) -> None:
        self.calibration = calibration
        self.aligned_at = at
        self._orientation = {
            segment: Orientation(
                Placement(self._side, segment),
                self._rate_hz[segment],
                calibration[segment].gyr_bias_sd_rad_s,
                self._settings.orientation,
            )
            for segment in Segment
        }

    def _turn(self, calibration: LegCalibration) -> None:
        assert self.calibration is not None
        for segment, orientation in self._orientation.items():
            old, new = self.calibration[segment], calibration[segment]
            bias = np.subtract(new.gyr_bias_rad_s, old.gyr_bias_rad_s)
            turn = np.einsum("ik,jk->ij", new.matrix(), old.matrix())
            orientation.turn(turn, (new.matrix() * bias).sum(axis=1))
            self._strides.mark(RECALIBRATED, self._reached[segment], self._reached[segment])
        self.calibration = calibration

    def _measure(
        self, thigh: SampleBlock, shank: SampleBlock, uprights: dict[Segment, Upright] | None = None
    ) -> list[SegmentAngles]:
        """Turn samples into angles, which are kept for the strides, and detections, which wait for their turn."""
        assert self.calibration is not None
        angles = []
        for segment, block in ((Segment.THIGH, thigh), (Segment.SHANK, shank)):
            if len(block) == 0:
                continue
            turned = to_segment_frame(block, self.calibration[segment])
            now = self._angles(segment, turned, (uprights or {}).get(segment))
            angles.append(now)
            self._strides.push_angles(now)
            self._reached[segment] = float(block.time[-1])
            if segment is Segment.THIGH:
                found = self._thigh.push(now.time, now.rate, now.quality)
            else:
                found = self._shank.push(now.time, now.rate, turned.acc[:, 1].copy(), now.quality)
            for detection in found:
                self._waiting.append(((detection.t_known, detection.t, self._order), detection))
                self._order += 1
        return angles

    def _angles(self, segment: Segment, block: SampleBlock, upright: Upright | None) -> SegmentAngles:
        """Give the angles of a block; with an upright, the vertical is known from its time on."""
        orientation = self._orientation[segment]
        if upright is None:
            return orientation.push(block)
        k = int(np.searchsorted(block.time, upright.time, side="right"))
        before = orientation.push(block[:k])
        orientation.see_vertical(upright.up)
        return SegmentAngles.join([before, orientation.push(block[k:])])

    def _conclude(self, until: float) -> list[Finding]:
        """Let the detections up to a time, in their order, become events, phases and strides."""
        findings: list[Finding] = []
        self._waiting.sort(key=itemgetter(0))
        due = bisect_right(self._waiting, until, key=lambda waiting: waiting[0][0])
        now, self._waiting = self._waiting[:due], self._waiting[due:]
        for _, detection in now:
            if detection.kind is None and not detection.gap:
                self._strides.forget()
            decided = detection.t_known
            held = decided < self.aligned_at
            for event, phase in self._machine.push(detection._replace(t_known=self.aligned_at) if held else detection):
                findings.append(Finding(decided, event, phase, self._strides.push(event)))
        if until < inf:
            self._strides.forget_before(until)
        return findings


def with_flight(stride: Stride, contact_of_the_other: float) -> Stride:
    """Give a stride with the flight that followed its toe-off: until the other leg's contact, s; negative
    where both feet were on the ground.
    """
    flight_time_s = contact_of_the_other - stride.toe_off_s
    return Stride._make((*stride[:_FLIGHT], flight_time_s, *stride[_FLIGHT + 1 :]))  # half of what _replace takes

"""One leg from samples to events, phases and strides."""

from bisect import bisect_right
from dataclasses import dataclass, field
from math import inf, nextafter
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from msgspec import structs

from calibration.alignment import Alignment, LegAligner
from calibration.evidence import AlignmentSettings
from calibration.fit import Upright
from calibration.model import LegCalibration, to_segment_frame
from calibration.slip import Slip, SlipKind
from calibration.tilt_watch import TiltWatch
from calibration.turn_watch import Watched
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
    """What one push brought: angles, findings and slips in the order of their times, and the alignment, when found."""

    angles: list[SegmentAngles]
    findings: list[Finding]
    alignment: Alignment | None = None
    slips: tuple[Slip, ...] = ()


class _Look(NamedTuple):
    """A stride of one segment that was looked at for a slip."""

    segment: Segment
    watched: Watched


class Leg:
    """The pipeline of one leg. Streaming; any chunking gives the same.

    Parameters
    ----------
    side : which leg
    rate_hz : nominal sampling rate of each segment's sensor
    geometry : lengths of the leg
    calibration : how the sensors sit; None to find it from the samples
    settings : see `LegSettings`
    first_stride : number of the first stride
    """

    def __init__(
        self,
        side: Side,
        rate_hz: dict[Segment, float],
        geometry: LegGeometry,
        calibration: LegCalibration | None,
        settings: LegSettings,
        *,
        first_stride: int = 0,
    ) -> None:
        self._side = side
        self._rate_hz = rate_hz
        self._settings = settings
        thigh_hz, shank_hz = rate_hz[Segment.THIGH], rate_hz[Segment.SHANK]
        self._aligner = LegAligner(side, thigh_hz, shank_hz, settings.alignment)
        self._shank = ShankDetector(shank_hz, settings.events)
        self._thigh = ThighDetector(thigh_hz, settings.events)
        self._machine = PhaseMachine(side)
        self._strides = StrideBuilder(side, geometry, thigh_hz, shank_hz, settings.strides, first_stride=first_stride)
        self._orientation: dict[Segment, Orientation] = {}
        self._reached = dict.fromkeys(Segment, -inf)
        self._waiting: list[tuple[tuple[float, float, int], Detection | _Look]] = []
        self._order = 0
        self._tilts = TiltWatch(settings.orientation.slip)
        self._frames: LegCalibration | None = None
        self.calibration: LegCalibration | None = None
        """What holds now: a sensor that has turned round the leg is in it as it sits since."""
        self.aligned_at = inf
        """Stream time at which the calibration was known, s; -inf where it was given."""
        if calibration is not None:
            self._use(calibration, -inf)

    @property
    def trouble(self) -> str:
        """Why there is no calibration yet, one sentence; empty where there is one."""
        return "" if self.calibration is not None else self._aligner.trouble

    @property
    def next_stride(self) -> int:
        """Number of the next stride."""
        return self._strides.next_stride

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
        return self._concluded(angles, self.settled(silent))

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
            rest = self._concluded([], inf)
            return update._replace(findings=update.findings + rest.findings, slips=update.slips + rest.slips)
        return self._concluded([], inf)

    def _begin(self, alignment: Alignment | None, silent: frozenset[Segment]) -> LegUpdate:
        """Start with an alignment that has just been found, and with the samples that waited for it."""
        if alignment is None:
            return LegUpdate([], [])
        self._use(alignment.calibration, alignment.at)
        angles = self._measure(alignment.thigh, alignment.shank, alignment.uprights)
        return self._concluded(angles, self.settled(silent), alignment)

    def _use(self, calibration: LegCalibration, at: float) -> None:
        self.calibration = self._frames = calibration
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
        assert self._frames is not None
        for segment, orientation in self._orientation.items():
            old, new = self._frames[segment], calibration[segment]
            bias = np.subtract(new.gyr_bias_rad_s, old.gyr_bias_rad_s)
            turn = np.einsum("ik,jk->ij", new.matrix(), old.matrix())
            orientation.turn(turn, (new.matrix() * bias).sum(axis=1))
            self._strides.unmark(self._reached[segment])
            self._strides.mark(RECALIBRATED, self._reached[segment], self._reached[segment])
        self._waiting = [waiting for waiting in self._waiting if isinstance(waiting[1], Detection)]
        self._tilts = TiltWatch(self._settings.orientation.slip)
        self.calibration = self._frames = calibration

    def _measure(
        self, thigh: SampleBlock, shank: SampleBlock, uprights: dict[Segment, Upright] | None = None
    ) -> list[SegmentAngles]:
        """Turn samples into angles, which are kept for the strides, and detections, which wait for their turn."""
        assert self._frames is not None
        angles = []
        for segment, block in ((Segment.THIGH, thigh), (Segment.SHANK, shank)):
            if len(block) == 0:
                continue
            turned = to_segment_frame(block, self._frames[segment])
            now = self._angles(segment, turned, (uprights or {}).get(segment))
            angles.append(now)
            self._strides.push_angles(now)
            self._reached[segment] = float(block.time[-1])
            if segment is Segment.THIGH:
                found = self._thigh.push(now.time, now.rate, now.quality)
            else:
                found = self._shank.push(now.time, now.rate, turned.acc[:, 1].copy(), now.quality)
            for detection in found:
                self._wait(detection.t_known, detection.t, detection)
            for watched in self._orientation[segment].watched():
                self._wait(watched.seen.known, watched.seen.end, _Look(segment, watched))
        return angles

    def _wait(self, known: float, time: float, item: "Detection | _Look") -> None:
        self._waiting.append(((known, time, self._order), item))
        self._order += 1

    def _angles(self, segment: Segment, block: SampleBlock, upright: Upright | None) -> SegmentAngles:
        """Give the angles of a block; with an upright, the vertical is known from its time on."""
        orientation = self._orientation[segment]
        if upright is None:
            return orientation.push(block)
        k = int(np.searchsorted(block.time, upright.time, side="right"))
        before = orientation.push(block[:k])
        orientation.see_vertical(upright.up)
        return SegmentAngles.join([before, orientation.push(block[k:])])

    def _concluded(self, angles: list[SegmentAngles], until: float, alignment: Alignment | None = None) -> LegUpdate:
        """Let what was found up to a time, in its order, become events, phases, strides and slips."""
        findings: list[Finding] = []
        slips: list[Slip] = []
        self._waiting.sort(key=itemgetter(0))
        due = bisect_right(self._waiting, until, key=lambda waiting: waiting[0][0])
        now, self._waiting = self._waiting[:due], self._waiting[due:]
        for _, detection in now:
            if isinstance(detection, _Look):
                slips += self._slipped(*detection)
                continue
            if detection.kind is None and not detection.gap:
                self._strides.forget()
            decided = detection.t_known
            held = decided < self.aligned_at
            for event, phase in self._machine.push(detection._replace(t_known=self.aligned_at) if held else detection):
                findings.append(Finding(decided, event, phase, self._strides.push(event)))
        if until < inf:
            self._strides.forget_before(until)
        return LegUpdate(angles, findings, alignment, tuple(slips))

    def _slipped(self, segment: Segment, watched: Watched) -> list[Slip]:
        """Give the slips that a stride has settled, and flag the strides to come that they touch."""
        seen, slips = watched.seen, []
        known = max(seen.known, self.aligned_at)
        if watched.deviates:
            self._strides.mark(SlipKind.TURNED, seen.start, seen.known)
        if watched.turned is not None:
            slips.append(Slip.turned(self._side, segment, known, watched.turned))
            assert self.calibration is not None
            seat = self.calibration[segment].turned(watched.turned)
            self.calibration = structs.replace(self.calibration, **{segment.value: seat})
        tilt = self._tilts.push(segment, watched)
        if tilt is not None:
            slips.append(Slip.tilted(self._side, tilt.segment, known, tilt.angle))
            self._strides.mark(SlipKind.TILTED, tilt.since, inf)
        return slips


def with_flight(stride: Stride, contact_of_the_other: float) -> Stride:
    """Give a stride with the flight that followed its toe-off: until the other leg's contact, s; negative
    where both feet were on the ground.
    """
    flight_time_s = contact_of_the_other - stride.toe_off_s
    return Stride._make((*stride[:_FLIGHT], flight_time_s, *stride[_FLIGHT + 1 :]))  # half of what _replace takes

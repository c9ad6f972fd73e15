"""One leg of the live view: what became known of it, and how it is shown at an instant."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import degrees, inf, isnan, radians

from calibration.model import LegCalibration
from calibration.slip import Slip, SlipKind
from firmware_bridge.samples import Floats, Segment, Side
from legcycle_imu.cycle import PHASE_AFTER, EventKind, Phase
from legcycle_imu.model import GaitEvent, PhaseSpan, Stride
from legcycle_imu.runner import LegGeometry
from legcycle_imu.targets import Targets, Verdict
from legcycle_imu.view.curves import CurveSettings, leg_curves, phase_bands
from legcycle_imu.view.recent_angles import RecentAngles
from legcycle_imu.view.ring import hand, phase_shares
from legcycle_imu.view.state import Ghost, LegCurves, LegState, LegView, PhaseBand, Stick
from legcycle_imu.view.stick import GHOST_PHASE, Aim, aim_of, drive_ray, first_aims, ghost, in_legs, line_y, stick
from legcycle_imu.view.words import COACH, LOST_S

POOR_ZERO_RAD = radians(4.0)
"""An angle whose zero is less certain tells nothing of targets 5 deg away; running alone gives 2.5 deg."""
MORE_S = 2.0
"""Angles are remembered for so much longer than they are shown, s: a stride and the time until it is known."""
FINDING_THE_VERTICAL = "finding the vertical: it takes a second or two of standing or running"
SLIP_SAID_S = 60.0
"""A sensor that has turned round the leg is aligned anew; that its strap is loose is said for so long, s."""
HOW_TO_ALIGN = "finding out how the sensors sit: stand still for 3 s, then run a few strides"


@dataclass(slots=True)
class LegKnown:
    """What is remembered of one leg."""

    angles: Mapping[Segment, RecentAngles]
    aims: dict[Phase, Aim]
    sampled: dict[Segment, float] = field(default_factory=lambda: dict.fromkeys(Segment, -inf))
    """Time of each sensor's latest sample, s."""
    calibration: LegCalibration | None = None
    trouble: str = HOW_TO_ALIGN
    """What is said while there is no calibration."""
    slip: Slip | None = None
    """The last one since the calibration, or the first that only calibrating anew puts right."""
    event: GaitEvent | None = None
    peaks: dict[EventKind, GaitEvent] = field(default_factory=dict)
    phases: deque[PhaseSpan] = field(default_factory=deque)
    stride: Stride | None = None


class LegModel:
    """One leg.

    Parameters
    ----------
    side : which
    rate_hz : nominal sampling rate of each segment's sensor
    targets, geometry : what is aimed at, and the runner's leg
    curves : what is shown of the past
    calibration : how the sensors sit; None where it is still to be found
    """

    def __init__(
        self,
        side: Side,
        rate_hz: Mapping[Segment, float],
        targets: Targets,
        geometry: LegGeometry,
        curves: CurveSettings,
        calibration: LegCalibration | None = None,
    ) -> None:
        memory_s = curves.window_s + MORE_S
        angles = {segment: RecentAngles(rate_hz[segment], memory_s) for segment in Segment}
        self.known = LegKnown(angles, first_aims(targets, geometry), calibration=calibration)
        self._side = side
        self._geometry = geometry
        self._unit_leg = in_legs(geometry)
        self._curves = curves
        self._ghosts: dict[EventKind, tuple[GaitEvent, Ghost | None]] = {}

    def aim(self, targets: Targets) -> None:
        """Aim at something else from now on."""
        self.known.aims = first_aims(targets, self._geometry)

    def push_calibration(self, calibration: LegCalibration) -> None:
        """Take how the sensors sit from now on."""
        self.known.calibration = calibration
        self.known.slip = None

    def push_slip(self, slip: Slip) -> None:
        """Take that a sensor slipped; one that has tilted stays so until it is calibrated anew."""
        if not self._tilted:
            self.known.slip = slip

    def push_event(self, event: GaitEvent) -> None:
        """Take the leg's next event."""
        self.known.event = event
        if event.kind in GHOST_PHASE:
            self.known.peaks[event.kind] = event

    def push_phase(self, span: PhaseSpan) -> None:
        """Take a phase that has ended."""
        phases = self.known.phases
        phases.append(span)
        while phases[0].end < span.end - self._curves.window_s - MORE_S:
            phases.popleft()

    def push_stride(self, stride: Stride, verdicts: tuple[Verdict, ...]) -> None:
        """Take a stride that was judged."""
        self.known.stride = stride
        for verdict in verdicts:
            if verdict.phase in self.known.aims:
                self.known.aims[verdict.phase] = aim_of(verdict)

    def state(self, now_s: float) -> LegState:
        """Give what can be shown now."""
        if self._silent(now_s):
            return LegState.NO_DATA
        if any(now_s - angles.latest_known > LOST_S for angles in self.known.angles.values()):
            return LegState.ALIGNING
        return LegState.POOR if self._tilted or _what_is_poor(self.known.calibration) else LegState.LIVE

    def view(self, now_s: float) -> LegView:
        """Give the leg as it is shown."""
        state = self.state(now_s)
        seen = state.seen
        phase = self._phase(now_s) if seen else Phase.UNKNOWN
        drawn = self._stick_now() if seen else None
        knee_y = drawn.knee[1] if drawn else None
        lift, drive = self.known.aims[Phase.LIFT], self.known.aims[Phase.DRIVE]
        shares = phase_shares(self.known.stride) if seen else ()
        event_t = self.known.event.t if self.known.event else now_s
        return LegView(
            self._side,
            state,
            self._sentence(state, now_s),
            phase,
            COACH.get(phase, ""),
            drawn,
            knee_y,
            None if knee_y is None else line_y(knee_y, lift, self._geometry),
            None if isnan(drive.target) else drive.target,
            drive_ray(drive.target, self._unit_leg),
            self._ghosts_now(now_s) if seen else (),
            shares,
            hand(shares, phase, now_s - event_t),
        )

    def curves(self, grid: Floats, now_s: float) -> LegCurves:
        """Give the leg's curves on a grid of times."""
        phase = self._phase(now_s) if not self._silent(now_s) else Phase.UNKNOWN
        event = self.known.event
        open_band = None if event is None or phase is Phase.UNKNOWN else PhaseBand(phase, event.t, now_s)
        bands = phase_bands(self.known.phases, open_band, now_s - self._curves.window_s)
        thigh, shank = (self.known.angles[segment] for segment in Segment)
        return leg_curves(grid, thigh, shank, bands, self._curves)

    @property
    def _aligned(self) -> bool:
        was = any(angles.first_known < inf for angles in self.known.angles.values())
        return was or self.known.calibration is not None

    @property
    def _tilted(self) -> bool:
        return self.known.slip is not None and self.known.slip.kind is SlipKind.TILTED

    def _silent(self, now_s: float) -> list[Segment]:
        return [segment for segment, latest in self.known.sampled.items() if now_s - latest > LOST_S]

    def _phase(self, now_s: float) -> Phase:
        event = self.known.event
        return Phase.UNKNOWN if event is None or now_s - event.t > LOST_S else PHASE_AFTER[event.kind]

    def _stick_now(self) -> Stick | None:
        thigh, shank = (self.known.angles[segment] for segment in Segment)
        t = min(thigh.latest, shank.latest)
        return stick(thigh.at(t), shank.at(t), self._unit_leg)

    def _ghosts_now(self, now_s: float) -> tuple[Ghost, ...]:
        recent = [peak for peak in self.known.peaks.values() if now_s - peak.t <= LOST_S]
        drawn = (self._ghost(peak) for peak in sorted(recent, key=lambda peak: peak.t))
        return tuple(each for each in drawn if each is not None)

    def _ghost(self, peak: GaitEvent) -> Ghost | None:
        made = self._ghosts.get(peak.kind)
        if made is None or made[0] is not peak:
            thigh, shank = (self.known.angles[segment].at(peak.t) for segment in Segment)
            aim = self.known.aims[GHOST_PHASE[peak.kind]]
            made = self._ghosts[peak.kind] = peak, ghost(peak, thigh, shank, aim, self._geometry)
        return made[1]

    def _sentence(self, state: LegState, now_s: float) -> str:
        if state is LegState.NO_DATA:
            return self._about_silence(now_s)
        if state is LegState.ALIGNING:
            return FINDING_THE_VERTICAL if self._aligned else self.known.trouble
        return self._about_slip(now_s) or _what_is_poor(self.known.calibration)

    def _about_slip(self, now_s: float) -> str:
        """Give what is to be said of a sensor that slipped: until it is calibrated anew, or for a while."""
        slip = self.known.slip
        if slip is None or self._tilted:
            return "" if slip is None else slip.sentence
        if now_s - slip.t_known > SLIP_SAID_S:
            return ""
        by_deg = abs(degrees(slip.angle_rad))
        return (
            f"the {slip.segment} sensor turned by {by_deg:.0f}° round the leg and was aligned anew: tighten its strap"
        )

    def _about_silence(self, now_s: float) -> str:
        silent = self._silent(now_s)
        names = f"{self._side} {' and '.join(silent)}"
        longest = max(now_s - self.known.sampled[segment] for segment in silent)
        since = "yet" if longest == inf else f"for {longest:.0f} s"
        return f"nothing from the {names} {since}: switched on, charged and in reach?"


def _what_is_poor(calibration: LegCalibration | None) -> str:
    """Give what is wrong with a calibration and what to do; "" where nothing is."""
    if calibration is None:
        return ""
    if calibration.advice:
        return calibration.advice
    uncertain = max(calibration[segment].zero_sd_rad for segment in Segment)
    if uncertain <= POOR_ZERO_RAD:
        return ""
    return (
        f"angles of the {calibration.side} leg may be off by {degrees(uncertain):.0f} degrees: calibrate again, "
        "standing still for 3 s and running a few strides"
    )

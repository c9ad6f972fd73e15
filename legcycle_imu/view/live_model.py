"""What a live view shows, from what becomes known: `push` takes it in, `state` gives the picture of an instant."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from calibration.guidance import Guidance
from calibration.model import CalibrationSet
from firmware_bridge.recorder_state import RecorderState
from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.sensor_health import SensorHealth
from firmware_bridge.source import SensorFacts
from legcycle_imu.cycle import Phase
from legcycle_imu.drill_standing import Standing
from legcycle_imu.model import Stride, Update
from legcycle_imu.runner import LegGeometry
from legcycle_imu.targets import Judge, Targets
from legcycle_imu.view.balance import Balances
from legcycle_imu.view.big import big_view
from legcycle_imu.view.calibration import view_of
from legcycle_imu.view.chips import recorder_chip, sensor_chip, unreported
from legcycle_imu.view.cue import CueChoice, waited_for
from legcycle_imu.view.curves import HIGH_DEG, LOW_DEG, CurveSettings, time_grid
from legcycle_imu.view.drill import DrillPage, page_of
from legcycle_imu.view.figures import Figures
from legcycle_imu.view.history import MetricHistory, shown_metrics
from legcycle_imu.view.leg_model import LegModel
from legcycle_imu.view.mirror import Mirror
from legcycle_imu.view.state import Balance, Curves, LiveState, RecorderChip, SensorChip
from legcycle_imu.view.words import LOST_S, norm

NOTHING_BALANCED = Balances().view({})


@dataclass(frozen=True, slots=True)
class ViewSettings:
    """What is shown.

    Parameters
    ----------
    curves : of the past
    focus : phase that is cued whatever the others do; None for the one that misses most
    """

    curves: CurveSettings = field(default_factory=CurveSettings)
    focus: Phase | None = None


class LiveModel:
    """The live view without its pixels.

    Parameters
    ----------
    sensors : the session's sensors, as for `legcycle_imu.pipeline.Pipeline`
    targets, geometry : what strides are held against, and the runner's lengths
    calibration : calibrations known beforehand
    settings : see `ViewSettings`
    """

    def __init__(
        self,
        sensors: Sequence[SensorFacts],
        targets: Targets | None = None,
        geometry: LegGeometry | None = None,
        calibration: CalibrationSet | None = None,
        settings: ViewSettings | None = None,
    ) -> None:
        self.settings = settings or ViewSettings()
        self._sensors = tuple(sensors)
        self._targets = targets or Targets()
        self._geometry = geometry or LegGeometry()
        self._calibration = calibration
        self._focus = self.settings.focus
        self._health: tuple[SensorHealth, ...] | None = None
        self._recorder: RecorderState | None = None
        self._guidance: Guidance | None = None
        self._standing: Standing | None = None
        self._drill: DrillPage | None = None
        self._mirror = Mirror(self._sensors, self._geometry)
        self.restart()

    def restart(self) -> None:
        """Forget all that became known: a recording is shown from somewhere else."""
        sides = [side for side in Side if any(facts.placement.side is side for facts in self._sensors)]
        self._legs = {side: self._leg(side) for side in sides}
        self._judge = Judge(self._targets, self._geometry)
        self._histories = [MetricHistory(*m, sides) for m in shown_metrics(self._targets, self._geometry)]
        self._balances = Balances()
        self._balanced: tuple[Balance, ...] | None = None
        self._cue = CueChoice(sides, self._focus)
        self._figures = Figures()
        self._mirror.restart()

    def push(self, update: Update, arrived_s: float) -> None:
        """Take what became known.

        Parameters
        ----------
        update : from the pipeline
        arrived_s : session time at which the samples arrived that made it known
        """
        self._take_samples(update)
        if self._guidance is not None:
            self._mirror.push(update.samples)
        for alignment in update.alignments:
            self._legs[alignment.calibration.side].push_calibration(alignment.calibration)
            self._balanced = None
        for slip in update.slips:
            self._legs[slip.side].push_slip(slip)
        for event in update.events:
            self._legs[event.side].push_event(event)
        for span in update.phases:
            self._legs[span.side].push_phase(span)
        for stride in update.strides:
            self._take_stride(stride)
        self._figures.push(update.events, update.strides, arrived_s)

    def sensors(self, health: Sequence[SensorHealth]) -> None:
        """Take how the sensors do, in the session's order. Without it chips tell only whether samples come."""
        self._health = tuple(health)

    def worn(self, sensors: Sequence[SensorFacts]) -> None:
        """Take where the session's sensors are known to be worn by now; the legs stay the same."""
        self._sensors = tuple(sensors)

    def recorder(self, recorder: RecorderState | None) -> None:
        """Take how recording goes; None where nothing is recorded."""
        self._recorder = recorder

    def trouble(self, side: Side, sentence: str) -> None:
        """Take what hinders a leg's alignment, to be said while it lasts."""
        if sentence:
            self._legs[side].known.trouble = sentence

    def calibrating(self, guidance: Guidance | None) -> None:
        """Take how the guided calibration stands; None while there is none."""
        if guidance is None and self._guidance is not None:
            self._mirror.restart()
        self._guidance = guidance
        self._mirror.show(None if guidance is None else guidance.outcome)

    def drilling(self, standing: Standing) -> None:
        """Take how the drill stands."""
        if standing is not self._standing:
            self._standing = standing
            self._drill = page_of(standing.rule, standing.view, standing.repetitions, resting=standing.resting)

    def aim(self, targets: Targets) -> None:
        """Hold the strides to come against other targets; what was judged stays as it was."""
        self._targets = self._judge.targets = targets
        for leg in self._legs.values():
            leg.aim(targets)
        known = {(history.phase, history.metric): history for history in self._histories}
        shown = shown_metrics(targets, self._geometry)
        self._histories = [known.get(metric) or MetricHistory(*metric, self._legs) for metric in shown]
        self._cue = CueChoice(self._legs, self._focus)

    def focus(self, phase: Phase | None) -> None:
        """Cue this phase from now on; None for the one that misses most."""
        self._focus = self._cue.focus = phase

    def state(self, now_s: float) -> LiveState:
        """Give all that is to be seen at an instant, session time."""
        legs = {side: leg.view(now_s) for side, leg in self._legs.items()}
        seen = [side for side, leg in legs.items() if leg.state.seen]
        cadence_spm = self._figures.cadence_spm(now_s)
        histories = tuple(
            history.view(seen, norm(history.metric, cadence_spm, self._geometry)) for history in self._histories
        )
        cue = self._cue.view(seen) or waited_for(legs)
        chips, guidance = self._chips(now_s), self._guidance
        return LiveState(
            now_s,
            legs,
            self._curves(now_s),
            histories,
            cadence_spm,
            self._balance_views(seen),
            cue,
            big_view(cue, histories, seen),
            chips,
            self._recorder_chip(),
            self._figures.coverage,
            self._figures.latency(now_s),
            self._figures.strides,
            None if guidance is None else view_of(guidance, chips, self._mirror.legs(now_s)),
            self._drill,
        )

    def _leg(self, side: Side) -> LegModel:
        rates = {facts.placement: facts.rate_hz for facts in self._sensors}
        return LegModel(
            side,
            {segment: rates[Placement(side, segment)] for segment in Segment},
            self._targets,
            self._geometry,
            self.settings.curves,
            self._calibration.leg(side) if self._calibration else None,
        )

    def _take_samples(self, update: Update) -> None:
        for facts, block in zip(self._sensors, update.samples, strict=False):  # made updates may have no samples
            if len(block):
                side, segment = facts.placement
                self._legs[side].known.sampled[segment] = block.time.item(-1)
        for angles in update.angles:
            if len(angles):
                side, segment = angles.placement
                known = self._legs[side].known
                known.angles[segment].push(angles)
                known.sampled[segment] = max(known.sampled[segment], known.angles[segment].latest)

    def _take_stride(self, stride: Stride) -> None:
        verdicts = self._judge.push(stride)
        self._legs[stride.side].push_stride(stride, verdicts)
        for history in self._histories:
            history.push(stride, verdicts)
        self._balances.push(stride)
        self._balanced = None
        self._cue.push(verdicts)

    def _curves(self, now_s: float) -> Curves:
        settings = self.settings.curves
        grid = time_grid(now_s, settings)
        legs = {side: leg.curves(grid, now_s) for side, leg in self._legs.items()}
        return Curves(now_s - settings.window_s, now_s, grid, LOW_DEG, HIGH_DEG, legs)

    def _balance_views(self, seen: Sequence[Side]) -> tuple[Balance, ...]:
        """Give left against right; of nothing while one of both is not seen."""
        if len(self._legs) < len(Side):
            return ()
        if len(seen) < len(Side):
            return NOTHING_BALANCED
        if self._balanced is None:
            known = {side: leg.known.calibration for side, leg in self._legs.items()}
            self._balanced = self._balances.view({side: c for side, c in known.items() if c is not None})
        return self._balanced

    def _chips(self, now_s: float) -> tuple[SensorChip, ...]:
        health = self._health or [unreported(self._sampled(facts), now_s, LOST_S) for facts in self._sensors]
        return tuple(sensor_chip(facts, one) for facts, one in zip(self._sensors, health, strict=True))

    def _sampled(self, facts: SensorFacts) -> float:
        side, segment = facts.placement
        return self._legs[side].known.sampled[segment]

    def _recorder_chip(self) -> RecorderChip | None:
        return None if self._recorder is None else recorder_chip(self._recorder)

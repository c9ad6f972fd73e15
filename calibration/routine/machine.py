"""The guided calibration as a state machine: samples in, what to say and do out."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

from calibration.guidance import Guidance, Outcome, Step, Trouble
from calibration.model import CalibrationSet, WornSensor
from calibration.routine.doubts import STILL_MIRRORED
from calibration.routine.find import Find
from calibration.routine.knee import KneeLift, Lift
from calibration.routine.move import Move
from calibration.routine.settings import RoutineSettings
from calibration.routine.stand import Stand
from calibration.routine.ticks import Tick, Ticker
from calibration.routine.verdict import Again, Going, Passed, Stage
from calibration.routine.wearing import STEPS, Wearing
from calibration.routine.words import listed, sentence, worn
from firmware_bridge.samples import SampleBlock, Side
from firmware_bridge.source import SensorFacts

_SIDES = {step: side for side, step in STEPS.items()}
_DONE = "Done. To be sure, lift your right knee: the right stick leg must do the same."
_POSE_ATTEMPTS = 2
"""Standing in another pose than before the lifts: after so many attempts the lifts are doubted."""


class Routine:
    """Lead a person from sensors in a bag to a calibration. Streaming; any chunking gives the same.

    Time is stream time alone, in ticks (`Ticker`): each step looks at every tick and says that it goes on, has
    failed, or is passed.

    Parameters
    ----------
    sensors : the session's sensors, two of one leg or four; their placements are what is believed
    settings : see `RoutineSettings`
    """

    def __init__(self, sensors: Sequence[SensorFacts], settings: RoutineSettings | None = None) -> None:
        self.settings = settings or RoutineSettings()
        self._sensors = tuple(sensors)
        self._wearing = Wearing([facts.placement for facts in sensors])
        self._ticker = Ticker(len(sensors), self.settings)
        self._recent: deque[Tick] = deque(maxlen=round(self.settings.before_s / self.settings.tick_s))
        self._lifts: dict[Side, Lift] = {}
        self._stood: list[SampleBlock] = []
        self._attempts: dict[Step, int] = {}
        self._mirrored = False
        self._idle = 0
        self._silent = False
        self._stage: Stage
        self.guidance = Guidance(Step.FIND, "")
        """How it stands."""
        self._begin(Step.FIND)

    def push(self, blocks: Sequence[SampleBlock]) -> Guidance:
        """Take the next samples, one block a sensor in the session's order, sensor frame; say how it stands."""
        for _ in self.follow(blocks):
            pass
        return self.guidance

    def follow(self, blocks: Sequence[SampleBlock]) -> Iterator[tuple[float, Guidance]]:
        """Take the next samples; yield how it stands after each tick, with the tick's stream time, s."""
        for tick in self._ticker.push(blocks):
            if not self.guidance.done:
                self._tick(tick)
                yield tick.time, self.guidance

    def flush(self) -> Guidance:
        """Say how it stands; the stream has ended."""
        return self.guidance

    def _tick(self, tick: Tick) -> None:
        step = self.guidance.step
        if step is not Step.FIND and tick.silent:
            self._silenced(tick)
            return
        if self._silent:
            self._silent = False
            self._begin(step)
        self._recent.append(tick)
        verdict = self._stage.tick(tick)
        if isinstance(verdict, Going):
            self._go_on(verdict)
        elif isinstance(verdict, Again):
            self._mirrored = self._mirrored or (isinstance(self._stage, Move) and self._stage.mirrored)
            self._begin(verdict.step, verdict.trouble)
        else:
            self._passed(step, verdict)

    def _go_on(self, going: Going) -> None:
        """Tell the progress; where there has been none for long, say it in other words."""
        before = self.guidance
        trouble = going.trouble
        self._idle = 0 if going.progress > before.progress else self._idle + 1
        if trouble is None and (self._idle + 1) * self.settings.tick_s > self.settings.patience_s:
            trouble, self._idle = self._stage.other_words(), 0
        if trouble is None and not (before.step is Step.FIND and going.progress > before.progress):
            trouble = before.trouble
        self.guidance = replace(before, progress=going.progress, remaining_s=going.remaining_s, trouble=trouble)

    def _passed(self, step: Step, passed: Passed) -> None:
        follows = passed.next
        if isinstance(self._stage, KneeLift):
            assert self._stage.lift is not None
            lift, side = self._stage.lift, _SIDES[step]
            verdict = self._wearing.lifted(side, (lift.leg.thigh, lift.leg.shank))
            if isinstance(verdict, Again):
                self._begin(verdict.step, verdict.trouble)
                return
            assert isinstance(verdict, Passed)
            self._lifts[side] = lift
            follows = verdict.next
        elif isinstance(self._stage, Stand):
            self._stood = self._stage.samples
        elif isinstance(self._stage, Move):
            self._done(self._stage)
            return
        self._begin(follows)

    def _begin(self, step: Step, trouble: Trouble | None = None) -> None:
        """Begin a step; where it is begun again, say why."""
        if step in _SIDES and _SIDES[step] not in self._wearing.sides:
            step = self._wearing.first_step
        if step in STEPS.values() and step is not self.guidance.step and step is self._wearing.first_step:
            self._wearing.forget()
        self._attempts[step] = self._attempts.get(step, 0) + 1
        self._stage = self._stage_of(step)
        self._idle = 0
        self.guidance = Guidance(
            step,
            self._stage.instruction,
            trouble=trouble,
            attempt=self._attempts[step],
            notices=self._wearing.notices,
        )

    def _stage_of(self, step: Step) -> Stage:
        settings, rates = self.settings, [facts.rate_hz for facts in self._sensors]
        if step is Step.FIND:
            return Find(self._sensors, self._wearing.first_step, settings)
        if step is Step.STAND:
            otherwise = step if self._attempts[step] <= _POSE_ATTEMPTS else self._wearing.first_step
            return Stand([lift.pose for lift in self._lifts.values()], otherwise, settings)
        if step is Step.MOVE:
            mirrored_before = self._mirrored and not self._wearing.sides_corrected
            return Move(self._wearing.legs, rates, self._stood, self._lifts, mirrored_before, settings)
        return KneeLift(_SIDES[step], step, rates, list(self._recent), settings)

    def _silenced(self, tick: Tick) -> None:
        self._silent = True
        self._recent.clear()
        places = [self._wearing.placements[number] for number in sorted(tick.silent)]
        which, one = listed(map(worn, places)), len(places) == 1
        trouble = Trouble(
            sentence(
                f"{which} {'has' if one else 'have'} fallen silent: nothing has come from "
                f"{'it' if one else 'them'} for {self.settings.silent_s:g} s"
            ),
            "Switch it on or bring it nearer; this step begins anew when it is back."
            if one
            else "Switch them on or bring them nearer; this step begins anew when they are back.",
            tuple(places),
        )
        self.guidance = replace(self.guidance, trouble=trouble, progress=0.0)

    def _done(self, move: Move) -> None:
        placements = self._wearing.placements
        worn_sensors = tuple(
            WornSensor(self._sensors[number].device, self._sensors[number].node, place.side, place.segment)
            for number, place in sorted(placements.items())
        )
        outcome = Outcome(CalibrationSet(move.calibrations, sensors=worn_sensors), placements, self._wearing.corrected)
        notices = (*self._wearing.notices, *((STILL_MIRRORED,) if move.mirrored else ()))
        self.guidance = Guidance(Step.DONE, _DONE, 1.0, notices=notices, outcome=outcome)

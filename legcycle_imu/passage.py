"""A source on its way through the pipeline: what becomes known, for whoever writes, shows or counts it.

Nothing is kept on the way. Recordings, live sensors and simulated ones pass alike.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields
from math import degrees, inf, nan
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from calibration.model import CalibrationSet, LegCalibration, ZeroSource
from calibration.slip import Slip
from firmware_bridge.errors import LegcycleError, Reason
from firmware_bridge.recording import RecordingMeta
from firmware_bridge.replay import ReplaySource
from firmware_bridge.samples import Segment, Side
from firmware_bridge.source import Chunk, Kind, Source
from firmware_bridge.stream import StreamStatistics
from legcycle_imu.config import Config, load_config
from legcycle_imu.model import Update
from legcycle_imu.pipeline import Pipeline
from legcycle_imu.runner import Runner
from legcycle_imu.summary import Summary, Summing
from legcycle_imu.targets import Targets

Progress = Callable[[float, str], None]
"""Called with the share done, 0 to 1, and what is being done."""

KEPT = "Where the sensors were calibrated before, give that with --calibration FILE."
"""What to do where nothing tells how the sensors sit, as in a drill without running."""
LENGTHS: tuple[str, ...] = tuple(f.name for f in fields(Runner) if f.name != "code")


class Passage:
    """A source on its way through the pipeline: iterate to get what becomes known. Use in a `with` block.

    Parameters
    ----------
    source : a recording, live sensors, a simulated runner
    meta : what is known of the session
    runner : lengths for a session without
    name : what a person calls the source
    duration_s : how long it lasts; NaN where nobody knows
    config : runners and targets; the config file in force by default
    progress : called while the source is read
    tap : gets every batch of chunks before anything is made of it
    calibration : holds for the whole session, whatever the session itself says of how the sensors sit; what they err
        by is known from both. None: that of the session

    Attributes
    ----------
    source, meta, duration_s : as given
    runner : who ran, with the lengths in use
    calibration : the one that was given, or None
    pipeline : through which it passes
    batch : the chunks that were read last
    arrived_s : their arrival, s since the session's start

    Raises
    ------
    LegcycleError
        the sensors do not make up a leg, or the session holds what cannot be
    """

    def __init__(
        self,
        source: Source,
        meta: RecordingMeta,
        runner: Runner | None = None,
        *,
        name: str = "",
        duration_s: float = nan,
        config: Config | None = None,
        progress: Progress | None = None,
        tap: Callable[[list[Chunk]], None] | None = None,
        calibration: CalibrationSet | None = None,
    ) -> None:
        self.source = source
        self.meta = meta
        self.duration_s = duration_s
        self.config = load_config() if config is None else config
        self._name = name
        self._progress = progress
        self._tap = tap
        self.runner, self._about_lengths = runner_of(name, meta, runner or Runner(), self.config)
        known = calibration_of(name, meta) if calibration is None else readable_calibration(meta)
        self.calibration = with_intrinsics(calibration, known) if calibration and known else calibration or known
        self._overrules = calibration is not None
        self.pipeline = _pipeline(name, source, self.runner, self.calibration)
        self.batch: list[Chunk] = []
        self.arrived_s = 0.0
        self._lost_s: dict[Side, float] = {}
        self._strides = 0
        self._must_align = False
        self._slips: list[Slip] = []
        self._summing = Summing(self.config.targets, self.runner.geometry)

    @classmethod
    def of(
        cls,
        path: Path,
        runner: Runner | None = None,
        *,
        speed: float = inf,
        config: Config | None = None,
        progress: Progress | None = None,
        calibration: CalibrationSet | None = None,
    ) -> "Passage":
        """Open a recording, to be replayed at a speed (infinite: as fast as can be).

        Raises
        ------
        LegcycleError
            the recording cannot be read; and, at the end of the iteration, none of its legs could be aligned
        """
        source = ReplaySource(path, speed)
        recording = source.recording
        try:
            passage = cls(
                source,
                recording.meta,
                runner,
                name=str(path),
                duration_s=recording.duration_s,
                config=config,
                progress=progress,
                calibration=calibration,
            )
        except BaseException:
            source.close()
            raise
        passage._must_align = True
        return passage

    def __iter__(self) -> Iterator[Update]:
        """Yield what becomes known, chunk after chunk; the last update is what was held back until the end."""
        for batch in self.source:
            self.batch = batch
            if self.batch:
                self.arrived_s = self.batch[-1].arrival_ns * 1e-9
            if self._tap is not None:
                self._tap(self.batch)
            yield self._noted(self.pipeline.push(self._counting()))
            self._tell()
        self.batch = []
        yield self._noted(self.pipeline.flush())
        if self._must_align:
            self._refuse_unaligned()

    @property
    def calibrations(self) -> dict[Side, LegCalibration]:
        """Calibrations that are known by now."""
        legs = self.pipeline.legs.items()
        return {side: leg.calibration for side, leg in legs if leg.calibration is not None}

    def aim(self, targets: Targets) -> None:
        """Hold the strides to come against other targets in the summary."""
        self._summing.aim(targets)

    @property
    def summary(self) -> Summary:
        """Summary of the strides that are known by now, each against the targets that were in force when it came."""
        return self._summing.result()

    def notices(self) -> list[str]:
        """Give what must be said beside the results; complete after the iteration."""
        return [
            *self._about_recording(),
            *self._about_lengths,
            *self._about_sensors(),
            *self._about_calibrations(),
            *(notice for side in self.pipeline.legs for notice in self._about_leg(side)),
            *self._about_strides(),
        ]

    def close(self) -> None:
        """Close the source."""
        self.source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _counting(self) -> list[Chunk]:
        """Give what counts of the batch: not a calibration of the session where another overrules it."""
        if not self._overrules:
            return self.batch
        return [chunk for chunk in self.batch if chunk.kind is not Kind.CALIBRATION]

    def _noted(self, update: Update) -> Update:
        self._strides += len(update.strides)
        for stride in update.strides:
            self._summing.push(stride)
        self._slips += update.slips
        self._lost_s |= {alignment.calibration.side: alignment.lost_s for alignment in update.alignments}
        return update

    def _tell(self) -> None:
        if self._progress is not None and self.duration_s > 0.0:
            self._progress(min(self.arrived_s / self.duration_s, 1.0), f"analysing {Path(self._name).name}")

    def _refuse_unaligned(self) -> None:
        if self.calibrations:
            return
        trouble = next(iter(self.pipeline.legs.values())).trouble
        raise LegcycleError(Reason.BAD_SIGNAL, f"{self._name}: {_sentence(trouble, capital=False)}", KEPT)

    def _about_recording(self) -> list[str]:
        if not (isinstance(self.source, ReplaySource) and self.source.recording.recovered):
            return []
        return ["The recording had not been closed; all that had been written by then is there."]

    def _about_sensors(self) -> list[str]:
        statistics = zip(self.pipeline.sensors, self.pipeline.statistics, strict=True)
        said = ((facts.placement, _losses(counted)) for facts, counted in statistics)
        return [f"The {placement} sensor has {losses}." for placement, losses in said if losses]

    def _about_calibrations(self) -> list[str]:
        moved = [
            f"The sensor that was taken for the {before.placement}'s was worn on the {now.placement}."
            for before, now in zip(self.source.sensors, self.pipeline.sensors, strict=True)
            if before.placement != now.placement
        ]
        refused = [f"Calibrations that could not be used: {self.pipeline.refused}."] if self.pipeline.refused else []
        return [*self._strangers(), *moved, *refused, *(_sentence(slip.sentence) for slip in self._slips)]

    def _strangers(self) -> list[str]:
        """Say which sensors the given calibration was not made for: it cannot know how they sit."""
        worn = () if self.calibration is None else self.calibration.sensors
        made_for = {(sensor.device, sensor.node) for sensor in worn if sensor.device}
        others = [
            str(facts.placement)
            for facts in self.source.sensors
            if made_for and facts.device and (facts.device, facts.node) not in made_for
        ]
        if not others:
            return []
        return [f"The calibration was made with other sensors than those on the {', '.join(others)}: calibrate anew."]

    def _about_leg(self, side: Side) -> list[str]:
        leg = self.pipeline.legs[side]
        if leg.calibration is None:
            return [_sentence(leg.trouble)]
        said = [_zero(leg.calibration)]
        if leg.calibration.advice:
            said.append(_sentence(leg.calibration.advice))
        if lost_s := self._lost_s.get(side, 0.0):
            said.append(f"The first {lost_s:.1f} s of the {side} leg came too long before its calibration to be used.")
        return said

    def _about_strides(self) -> list[str]:
        return [] if self._strides else ["No stride was found."]


def runner_of(name: str, meta: RecordingMeta, given: Runner, config: Config) -> tuple[Runner, list[str]]:
    """Give the runner with each length from the first that knows it, and what is to be said about them.

    Parameters
    ----------
    name : what a person calls the session
    meta, config, given : recording, config file and arguments: who is asked, in this order
    """
    stored = meta.runner or given
    code = stored.code or given.code
    known = (stored, config.of(code), given)
    lengths = {key: next((v for who in known if (v := getattr(who, key)) is not None), None) for key in LENGTHS}
    try:
        runner = Runner(code, **lengths)
    except ValueError as error:
        sentence = f"{name} holds a length that cannot be: {error}."
        raise LegcycleError(Reason.DAMAGED, sentence, "Import it again with the right length.") from error
    return runner, [*_unused(given, runner), *_unknown(runner)]


def _unused(given: Runner, used: Runner) -> list[str]:
    return [
        f"{name} is {getattr(used, name):g} by the recording or the config file; the {getattr(given, name):g} given "
        "is not used."
        for name in LENGTHS
        if getattr(given, name) not in (None, getattr(used, name))
    ]


def _unknown(runner: Runner) -> list[str]:
    geometry = runner.geometry
    if geometry.leg_m == geometry.leg_m:  # not NaN
        return []
    return [
        "The runner's lengths are not known, so columns in centimetres stay blank: give the body height (--height-m), "
        f"or put it under [runner.{runner.code or 'CODE'}] in the config file."
    ]


def calibration_of(name: str, meta: RecordingMeta) -> CalibrationSet | None:
    """Give the calibration that was known before a session, None where there was none.

    Raises
    ------
    LegcycleError : what is stored is none that is known
    """
    try:
        return None if meta.calibration is None else CalibrationSet.from_json(meta.calibration)
    except ValueError as error:
        sentence = f"{name} holds a calibration that this program does not know: {error}."
        advice = "Update legcycle-imu; or make another one of what it holds: legcycle calibrate --from FILE."
        raise LegcycleError(Reason.NEWER_VERSION, sentence, advice) from error


def readable_calibration(meta: RecordingMeta) -> CalibrationSet | None:
    """Give the calibration that was known before a session, None where there was none or it cannot be read.

    For whoever has another one, or makes one: what is damaged shall not keep the samples from being used.
    """
    with suppress(LegcycleError):
        return calibration_of("", meta)
    return None


def with_intrinsics(calibration: CalibrationSet, other: CalibrationSet) -> CalibrationSet:
    """Give a calibration with what another knows of sensors of which it does not know by how much they err."""
    known = {(one.device, one.node) for one in calibration.intrinsics}
    more = tuple(one for one in other.intrinsics if (one.device, one.node) not in known)
    return msgspec.structs.replace(calibration, intrinsics=calibration.intrinsics + more)


def _pipeline(name: str, source: Source, runner: Runner, calibration: CalibrationSet | None) -> Pipeline:
    try:
        return Pipeline(source.sensors, runner.geometry, calibration)
    except ValueError as error:
        advice = "A leg takes a sensor on its thigh and one on its shank."
        raise LegcycleError(Reason.BAD_PLACEMENT, f"{name}: {error}.", advice) from error


def _losses(counted: StreamStatistics) -> str:
    said = (
        (counted.gaps, "gaps too long to fill"),
        (counted.dropped, "samples left out because their time did not increase"),
        (counted.saturated, "samples at the end of their range"),
    )
    return ", ".join(f"{what}: {count}" for count, what in said if count)


def _zero(calibration: LegCalibration) -> str:
    if calibration.zero_source is ZeroSource.GIVEN:
        return f"The {calibration.side} leg's angles have the zero of the calibration that was given."
    thigh, shank = (degrees(calibration[segment].zero_sd_rad) for segment in Segment)
    return (
        f"The {calibration.side} leg's angles have their zero from {calibration.zero_source} "
        f"(uncertain by {thigh:.1f} degrees at the thigh, {shank:.1f} at the shank)."
    )


def _sentence(text: str, *, capital: bool = True) -> str:
    return (text[:1].upper() if capital else text[:1]) + text[1:].rstrip(".") + "."

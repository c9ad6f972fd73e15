"""A recording read once for its report."""

from math import isnan
from pathlib import Path

from calibration.model import CalibrationSet
from calibration.slip import Slip
from firmware_bridge.errors import LegcycleError, Reason
from firmware_bridge.recording_format import software_version
from firmware_bridge.replay import ReplaySource
from legcycle_imu.config import Config
from legcycle_imu.drills import Recogniser, Span
from legcycle_imu.model import Stride, Update
from legcycle_imu.passage import Passage, Progress
from legcycle_imu.report.curves import StrideCurves
from legcycle_imu.report.session import Heard, Mark, Session
from legcycle_imu.runner import Runner


class _Kept:
    """What is kept of a recording while it passes."""

    def __init__(self, sensors: int, recogniser: Recogniser) -> None:
        self.strides: list[Stride] = []
        self.slips: list[Slip] = []
        self.spans: list[Span] = []
        self.curves = StrideCurves()
        self._recogniser = recogniser
        self.heard = [Heard()] * sensors

    def push(self, update: Update) -> None:
        self.strides += update.strides
        self.slips += update.slips
        self.curves.push(update)
        self.spans += self._recogniser.push(update)
        for number, block in enumerate(update.samples):
            if len(block):
                start_s, end_s = self.heard[number].start_s, float(block.time[-1])
                self.heard[number] = Heard(float(block.time[0]) if isnan(start_s) else start_s, end_s)

    def flush(self) -> None:
        self.spans += self._recogniser.flush()


def read_session(
    path: Path,
    runner: Runner | None = None,
    *,
    config: Config | None = None,
    calibration: CalibrationSet | None = None,
    progress: Progress | None = None,
) -> Session:
    """Let a recording pass, and keep what its report shows.

    A recording of which no leg could be aligned is no error here: its report says so.

    Parameters
    ----------
    path, runner, config, calibration, progress : as for `legcycle_imu.passage.Passage.of`

    Raises
    ------
    LegcycleError : the recording cannot be read, or its sensors do not make up a leg
    """
    trouble = ""
    with Passage.of(path, runner, config=config, calibration=calibration, progress=progress) as passage:
        recogniser = Recogniser(tuple(passage.pipeline.legs), passage.runner.geometry)
        kept = _Kept(len(passage.source.sensors), recogniser)
        try:
            for update in passage:
                kept.push(update)
        except LegcycleError as error:
            if error.reason is not Reason.BAD_SIGNAL or passage.calibrations:
                raise
            trouble = next((leg.trouble for leg in passage.pipeline.legs.values()), "")
        kept.flush()
        return _session(path, passage, kept, trouble)


def _session(path: Path, passage: Passage, kept: _Kept, trouble: str) -> Session:
    assert isinstance(passage.source, ReplaySource)
    recording = passage.source.recording
    return Session(
        name=path.name,
        meta=passage.meta,
        duration_s=recording.duration_s,
        runner=passage.runner,
        targets=passage.config.targets,
        strides=tuple(kept.strides),
        summary=passage.summary,
        notices=tuple(passage.notices()),
        calibrations=passage.calibrations,
        curves=kept.curves.result(),
        sensors=tuple(passage.pipeline.sensors),
        statistics=tuple(passage.pipeline.statistics),
        heard=tuple(kept.heard),
        slips=tuple(kept.slips),
        marks=tuple(Mark(arrival_ns * 1e-9, text) for arrival_ns, text in recording.markers()),
        spans=tuple(sorted(kept.spans, key=lambda span: span.start_s)),
        calibration_made=passage.calibration.made if passage.calibration is not None else "",
        software=software_version(),
        trouble=trouble,
    )

"""A recording read once for its report."""

from pathlib import Path

from calibration.model import CalibrationSet
from calibration.slip import Slip
from firmware_bridge.errors import LegcycleError, Reason
from firmware_bridge.recording_format import software_version
from firmware_bridge.replay import ReplaySource
from legcycle_imu.config import Config
from legcycle_imu.model import Stride
from legcycle_imu.passage import Passage, Progress
from legcycle_imu.report.curves import StrideCurves
from legcycle_imu.report.session import Mark, Session
from legcycle_imu.runner import Runner


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
    strides: list[Stride] = []
    slips: list[Slip] = []
    curves = StrideCurves()
    trouble = ""
    with Passage.of(path, runner, config=config, calibration=calibration, progress=progress) as passage:
        try:
            for update in passage:
                strides += update.strides
                slips += update.slips
                curves.push(update)
        except LegcycleError as error:
            if error.reason is not Reason.BAD_SIGNAL or passage.calibrations:
                raise
            trouble = next((leg.trouble for leg in passage.pipeline.legs.values()), "")
        return _session(path, passage, strides, slips, curves, trouble)


def _session(
    path: Path, passage: Passage, strides: list[Stride], slips: list[Slip], curves: StrideCurves, trouble: str
) -> Session:
    assert isinstance(passage.source, ReplaySource)
    recording = passage.source.recording
    return Session(
        name=path.name,
        meta=passage.meta,
        duration_s=recording.duration_s,
        runner=passage.runner,
        targets=passage.config.targets,
        strides=tuple(strides),
        summary=passage.summary,
        notices=tuple(passage.notices()),
        calibrations=passage.calibrations,
        curves=curves.result(),
        sensors=tuple(passage.pipeline.sensors),
        statistics=tuple(passage.pipeline.statistics),
        slips=tuple(slips),
        marks=tuple(Mark(arrival_ns * 1e-9, text) for arrival_ns, text in recording.markers()),
        calibration_made=passage.calibration.made if passage.calibration is not None else "",
        software=software_version(),
        trouble=trouble,
    )

"""Recordings read for comparison: one, or those of a folder, of which one that cannot be read is named and skipped."""

from collections.abc import Callable, Sequence
from datetime import datetime
from math import nan
from pathlib import Path

from calibration.model import ZeroSource
from firmware_bridge.errors import LegcycleError, Reason
from firmware_bridge.recording import Recording
from firmware_bridge.samples import Side
from legcycle_imu.config import Config
from legcycle_imu.model import Stride
from legcycle_imu.passage import Passage, Progress
from legcycle_imu.progress.session import SessionFigures, leg_figures


class EmptyFolderError(LegcycleError):
    """A folder holds no recording of whoever was asked for, or none that can be read."""


def read_session(path: Path, *, config: Config | None = None, progress: Progress | None = None) -> SessionFigures:
    """Let a recording pass, and give the figures that are compared.

    Raises
    ------
    LegcycleError : it cannot be read, or none of its legs can be aligned
    """
    strides: dict[Side, list[Stride]] = {side: [] for side in Side}
    zeros: dict[Side, set[ZeroSource]] = {side: set() for side in Side}
    with Passage.of(path, config=config, progress=progress) as passage:
        for update in passage:
            for stride in update.strides:
                strides[stride.side].append(stride)
            for alignment in update.alignments:
                zeros[alignment.calibration.side].add(alignment.calibration.zero_source)
        geometry = passage.runner.geometry
        legs = {
            side: leg_figures(strides[side], calibration, geometry, one_zero=len(zeros[side]) < 2)
            for side, calibration in passage.calibrations.items()
            if strides[side]
        }
        started = _started(passage.meta.started)
        return SessionFigures(
            name=path.stem,
            runner=passage.runner.code,
            started_s=nan if started is None else started.timestamp(),
            geometry=geometry,
            legs=legs,
            day="" if started is None else started.date().isoformat(),
        )


def read_folder(
    folder: Path,
    runner: str = "",
    *,
    config: Config | None = None,
    progress: Progress | None = None,
    skipped: Callable[[Path, LegcycleError], None] = lambda path, error: None,
    without: Sequence[Path] = (),
) -> list[SessionFigures]:
    """Read the recordings of a folder, those in folders within it not.

    Parameters
    ----------
    folder : where they are
    runner : only those of this code; "" for all
    skipped : called for each that cannot be read
    without : recordings that are left alone

    Raises
    ------
    EmptyFolderError : no recording of this runner is in it, or none can be read
    LegcycleError : there is no such folder
    """
    left_alone = {path.resolve() for path in without}
    paths = [path for path in _recordings(folder) if path.resolve() not in left_alone]
    sessions: list[SessionFigures] = []
    unread = 0
    for number, path in enumerate(paths):
        try:
            if runner and _code(path) != runner:
                continue
            part = None if progress is None else _part(progress, number, len(paths))
            sessions.append(read_session(path, config=config, progress=part))
        except LegcycleError as error:
            unread += 1
            skipped(path, error)
    if not sessions:
        raise _nothing(folder, runner, unread)
    return sessions


def _recordings(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise LegcycleError(Reason.MISSING, f"There is no folder {folder}.", "Name the folder of the recordings.")
    return sorted(path for path in folder.glob("*.legcycle") if path.is_file())


def _nothing(folder: Path, runner: str, unread: int) -> EmptyFolderError:
    if unread and not runner:
        return EmptyFolderError(
            Reason.UNREADABLE, f"No recording in {folder} could be read.", "The reasons stand above."
        )
    whose = f" of runner {runner} that could be read" if unread else f" of runner {runner}" if runner else ""
    advice = "Name another code; `legcycle info FILE` tells whose a recording is." if runner else "Name another folder."
    return EmptyFolderError(Reason.MISSING, f"There is no recording (.legcycle){whose} in {folder}.", advice)


def _code(path: Path) -> str:
    with Recording.open(path) as recording:
        return recording.meta.runner.code if recording.meta.runner else ""


def _part(progress: Progress, number: int, count: int) -> Progress:
    return lambda share, what: progress((number + share) / count, what)


def _started(text: str | None) -> datetime | None:
    """Read when a recording began; what is no date counts as not known."""
    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError:
        return None

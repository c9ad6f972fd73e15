"""A recording analysed: every stride, the summary, and what must be said beside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from calibration.model import LegCalibration
from firmware_bridge.samples import Placement, Side
from legcycle_imu.config import Config
from legcycle_imu.model import SegmentAngles, Stride
from legcycle_imu.passage import Passage, Progress
from legcycle_imu.runner import Runner
from legcycle_imu.summary import Summary


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a recording holds of the leg cycle.

    Parameters
    ----------
    path : the recording
    runner : who ran, with the lengths that were used
    strides : of both legs, in the order of the stride table
    summary : each leg, both legs, symmetry
    calibrations : side -> how the leg's sensors sit, and how sure that is
    notices : sentences for a person: what is missing, doubtful or worth doing
    angles : placement -> angles at the sensor's own instants, rad; empty unless asked for
    """

    path: Path
    runner: Runner
    strides: tuple[Stride, ...]
    summary: Summary
    calibrations: Mapping[Side, LegCalibration]
    notices: tuple[str, ...]
    angles: Mapping[Placement, SegmentAngles]


def analyse(
    path: Path | str,
    *,
    runner: Runner | None = None,
    angles: bool = False,
    config: Config | None = None,
    progress: Progress | None = None,
) -> Analysis:
    """Find every stride of a recording.

    Parameters
    ----------
    path : a `.legcycle` recording
    runner : lengths for a recording without; what the recording or the config file says goes before
    angles : keep the segments' angles, too; a sample takes some 25 bytes
    config : runners and targets; the config file in force by default
    progress : called while the recording is read

    Raises
    ------
    LegcycleError
        the recording cannot be read, or none of its legs can be aligned
    """
    strides: list[Stride] = []
    kept: dict[Placement, list[SegmentAngles]] = {}
    with Passage.of(Path(path), runner, config=config, progress=progress) as passage:
        for update in passage:
            strides += update.strides
            for block in update.angles if angles else ():
                kept.setdefault(block.placement, []).append(block)
        return Analysis(
            path=Path(path),
            runner=passage.runner,
            strides=tuple(sorted(strides, key=lambda s: (s.initial_contact_s, s.side))),
            summary=passage.summary,
            calibrations=passage.calibrations,
            notices=tuple(passage.notices()),
            angles={placement: SegmentAngles.join(blocks) for placement, blocks in kept.items()},
        )

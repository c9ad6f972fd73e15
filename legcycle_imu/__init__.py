"""The leg cycle of running, measured with inertial sensors on thigh and shank.

    import legcycle_imu

    analysis = legcycle_imu.analyse("run.legcycle")
    for stride in analysis.strides:
        print(stride.side, stride.knee_drive_deg)

What is named here is the public API; it is imported when it is first used. Everything else may change.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calibration.model import LegCalibration
    from firmware_bridge.errors import LegcycleError
    from firmware_bridge.samples import Placement, Segment, Side
    from legcycle_imu.analysis import Analysis, analyse
    from legcycle_imu.cycle import CYCLE, EventKind, Phase
    from legcycle_imu.model import STRIDE_COLUMNS, SegmentAngles, Stride
    from legcycle_imu.runner import Runner
    from legcycle_imu.summary import Summary, summarise
    from legcycle_imu.tables import read_strides, write_strides
    from legcycle_imu.targets import Judge, Targets, Verdict

_HOME = {
    "Analysis": "legcycle_imu.analysis",
    "CYCLE": "legcycle_imu.cycle",
    "EventKind": "legcycle_imu.cycle",
    "Judge": "legcycle_imu.targets",
    "LegCalibration": "calibration.model",
    "LegcycleError": "firmware_bridge.errors",
    "Phase": "legcycle_imu.cycle",
    "Placement": "firmware_bridge.samples",
    "Runner": "legcycle_imu.runner",
    "STRIDE_COLUMNS": "legcycle_imu.model",
    "Segment": "firmware_bridge.samples",
    "SegmentAngles": "legcycle_imu.model",
    "Side": "firmware_bridge.samples",
    "Stride": "legcycle_imu.model",
    "Summary": "legcycle_imu.summary",
    "Targets": "legcycle_imu.targets",
    "Verdict": "legcycle_imu.targets",
    "analyse": "legcycle_imu.analysis",
    "read_strides": "legcycle_imu.tables",
    "summarise": "legcycle_imu.summary",
    "write_strides": "legcycle_imu.tables",
}
"""Public name -> the module that it comes from."""

__all__ = [
    "CYCLE",
    "STRIDE_COLUMNS",
    "Analysis",
    "EventKind",
    "Judge",
    "LegCalibration",
    "LegcycleError",
    "Phase",
    "Placement",
    "Runner",
    "Segment",
    "SegmentAngles",
    "Side",
    "Stride",
    "Summary",
    "Targets",
    "Verdict",
    "analyse",
    "read_strides",
    "summarise",
    "write_strides",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

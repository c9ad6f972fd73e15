"""`legcycle info`: what a recording holds."""

import sys
from math import degrees, isfinite
from typing import TYPE_CHECKING, Annotated

import typer

from legcycle_imu.cli.console import say
from legcycle_imu.cli.options import RecordingFile

if TYPE_CHECKING:
    from firmware_bridge.info import RecordingInfo, SensorInfo
    from firmware_bridge.stream import StreamStatistics

GRAVITY = 9.80665
"""Standard gravity, m/s^2: ranges are sold in g."""


def info(
    file: RecordingFile,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Say what a recording holds: runner, sensors, rates, losses, marks."""
    from firmware_bridge.info import describe
    from firmware_bridge.recording import Recording

    with Recording.open(file) as recording:
        found = describe(recording)
    sys.stdout.write(_as_json(found) if as_json else "".join(f"{line}\n" for line in _lines(str(file), found)))
    if found.recovered:
        say("note: The recording had not been closed; all that had been written by then is there.")


def _lines(name: str, found: "RecordingInfo") -> list[str]:
    meta = found.meta
    return [
        f"{name}: {found.duration_s:.1f} s, {found.file_bytes / 1e6:.1f} MB",
        f"  written by    {meta.software}",
        f"  started       {meta.started or 'not known'}",
        f"  runner        {_runner(found)}",
        f"  calibration   {'given' if meta.calibration else 'none: found from the movement'}",
        *(line for sensor in found.sensors for line in _sensor(sensor)),
        *(f"  mark at {marker.arrival_ns * 1e-9:.1f} s: {marker.text}" for marker in found.markers),
    ]


def _runner(found: "RecordingInfo") -> str:
    runner = found.meta.runner
    if runner is None:
        return "not known"
    lengths = (("height", runner.height_m), ("thigh", runner.thigh_m), ("shank", runner.shank_m))
    known = ", ".join(f"{name} {value:.3f} m" for name, value in lengths if value is not None)
    return ", ".join(part for part in (runner.code, known or "no lengths") if part)


def _sensor(sensor: "SensorInfo") -> list[str]:
    facts, counted = sensor.facts, sensor.statistics
    return [
        f"  {facts.placement}: {facts.name or 'no name'}, {facts.protocol}",
        f"    {counted.received} samples in {sensor.entries} entries, {sensor.start_s:.3f} to {sensor.end_s:.3f} s, "
        f"{sensor.measured_hz:.2f} Hz (nominal {facts.rate_hz:.2f})",
        f"    range {_range(facts.acc_range_m_s2 / GRAVITY, 'g')}, {_range(degrees(facts.gyr_range_rad_s), 'deg/s')}; "
        f"{_lost(counted)}, filled {counted.filled}, gaps {counted.gaps}, "
        f"left out {counted.dropped + counted.repeated}, saturated {counted.saturated}"
        + "".join(f", {what.replace('_', ' ')} {count}" for what, count in sensor.dirt.items() if count),
    ]


def _lost(counted: "StreamStatistics") -> str:
    return f"lost {counted.missing}" if counted.loss_known else f"lost {counted.missing} at least (it numbers nothing)"


def _range(size: float, unit: str) -> str:
    return f"{size:.0f} {unit}" if isfinite(size) else f"unknown in {unit}"


def _as_json(found: "RecordingInfo") -> str:
    import msgspec

    whole = msgspec.to_builtins(found)
    for stored, sensor in zip(whole["sensors"], found.sensors, strict=True):
        stored["facts"] = sensor.facts._asdict() | {"placement": str(sensor.facts.placement)}
        stored["measured_hz"] = sensor.measured_hz
    whole["meta"] = {
        "software": found.meta.software,
        "started": found.meta.started,
        "runner": found.meta.runner,
        "calibrated": found.meta.calibration is not None,
    }
    whole["markers"] = [marker._asdict() for marker in found.markers]
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"

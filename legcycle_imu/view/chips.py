"""Sensors and recorder as chips: state by shape and word, and their numbers."""

from firmware_bridge.recorder_state import RecorderState
from firmware_bridge.samples import Placement
from firmware_bridge.sensor_health import SensorHealth, State
from firmware_bridge.source import SensorFacts
from legcycle_imu.view.state import Mark, RecorderChip, SensorChip
from legcycle_imu.view.words import HERE, NOT_KNOWN, RECORDER_SHAPE, SENSOR_SHAPE, elapsed, percent


def sensor_chip(facts: SensorFacts, health: SensorHealth) -> SensorChip:
    """Give the chip of a sensor."""
    return SensorChip(
        facts.placement,
        label_of(facts.placement),
        facts.name,
        health.state,
        Mark(SENSOR_SHAPE[health.state], str(health.state)),
        health.state in HERE,
        health.rate_hz,
        health.loss,
        health.battery,
        health.age_s,
        health.sentence,
        _numbers(health),
    )


def label_of(placement: Placement) -> str:
    """Give a place in two letters: "LT" is the left thigh."""
    return f"{placement.side[0]}{placement.segment[0]}".upper()


def unreported(latest_s: float, now_s: float, silent_s: float) -> SensorHealth:
    """Give the health of a sensor of which only its samples are known, as in a recording.

    Parameters
    ----------
    latest_s : time of its latest sample, s; minus infinite before the first
    now_s : session time
    silent_s : after so long without samples it is lost
    """
    age_s = max(now_s - latest_s, 0.0)
    if latest_s == -float("inf"):
        return SensorHealth(State.WAITING, ("Nothing of it has come yet.",))
    if age_s > silent_s:
        return SensorHealth(State.LOST, (f"Has sent nothing for {age_s:.0f} s.",), age_s)
    return SensorHealth(State.STREAMING, (), age_s)


def recorder_chip(recorder: RecorderState) -> RecorderChip:
    """Give the chip of a recorder."""
    return RecorderChip(
        recorder.condition,
        Mark(RECORDER_SHAPE[recorder.condition], str(recorder.condition)),
        recorder.elapsed_s,
        recorder.written.bytes,
        recorder.lag_s,
        recorder.lost.entries,
        recorder.alarm,
        recorder.sentence,
        f"{elapsed(recorder.elapsed_s)} · {recorder.written.bytes / 1e6:.1f} MB",
    )


def _numbers(health: SensorHealth) -> str:
    rate = NOT_KNOWN if health.rate_hz is None else f"{health.rate_hz:.0f} Hz"
    age = NOT_KNOWN if health.age_s is None else f"{health.age_s:.1f} s"
    return f"{rate} · loss {percent(health.loss)} · battery {percent(health.battery, 0)} · {age}"

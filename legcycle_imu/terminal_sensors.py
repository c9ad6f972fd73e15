"""How the sensors and the recorder do, as a person reads it: a table, a line a second, and what changed."""

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from firmware_bridge.recorder_state import Condition, RecorderState
from firmware_bridge.sensor_health import SensorHealth, State
from firmware_bridge.source import SensorFacts
from legcycle_imu.view.words import HERE, NOT_KNOWN, SENSOR_SHAPE, elapsed, percent, without_numbers

COLOUR = {State.STREAMING: "#56B4E9", State.WEAK: "#F0E442", State.LOST: "#D55E00", State.WAITING: "#808080"}


def sensor_table(sensors: Sequence[SensorFacts], health: Sequence[SensorHealth]) -> Table:
    """Give a row a sensor: how it does, in a word, and in numbers."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("sensor", no_wrap=True)
    table.add_column("state", no_wrap=True)
    for heading in ("Hz", "loss", "late ms", "battery", "clipped", "age s"):
        table.add_column(heading, justify="right", no_wrap=True)
    for facts, sensor in zip(sensors, health, strict=True):
        state = Text(f"{SENSOR_SHAPE[sensor.state]} {sensor.state}", COLOUR[sensor.state])
        table.add_row(str(facts.placement), state, *_numbers(sensor))
    return table


def status_line(elapsed_s: float, health: Sequence[SensorHealth], recorder: RecorderState | None) -> str:
    """Give one line on all sensors and the recorder."""
    streaming = sum(sensor.state in HERE for sensor in health)
    rates = [sensor.rate_hz for sensor in health if sensor.rate_hz is not None]
    losses = [sensor.loss for sensor in health if sensor.loss is not None]
    parts = [
        elapsed(elapsed_s),
        f"{streaming} of {len(health)} sensors",
        f"{sum(rates):.0f} samples/s" if rates else "no samples",
        f"loss {percent(max(losses, default=None))}",
    ]
    if recorder is not None:
        parts += [f"{recorder.written.bytes / 1e6:.1f} MB", f"{recorder.lag_s:.1f} s behind"]
    return "  ".join(parts)


class Changes:
    """Tells, of what is to be said of sensors and recorder, what is new: a sensor came or went, a remark for once."""

    def __init__(self, sensors: Sequence[SensorFacts]) -> None:
        self._sensors = sensors
        self._here: list[bool] = [False] * len(sensors)
        self._said: list[set[str]] = [set() for _ in sensors]
        self._recorder = Condition.RECORDING

    def push(
        self,
        health: Sequence[SensorHealth],
        recorder: RecorderState | None,
        sensors: Sequence[SensorFacts] | None = None,
    ) -> list[str]:
        """Give a sentence for each sensor that came or went, or about which something new is to be said.

        Parameters
        ----------
        health, recorder : how they do now
        sensors : where the sensors are known to be worn by now; None where nothing has changed
        """
        self._sensors = self._sensors if sensors is None else sensors
        said = [line for number, sensor in enumerate(health) for line in self._of(number, sensor)]
        if recorder is not None and recorder.condition is not self._recorder:
            self._recorder = recorder.condition
            said.append(f"recording: {recorder.sentence}")
        return said

    def _of(self, number: int, sensor: SensorHealth) -> list[str]:
        here = sensor.state in HERE
        came_or_went = here is not self._here[number]
        self._here[number] = here
        if came_or_went:
            self._said[number].clear()
        new = [remark for remark in sensor.remarks if without_numbers(remark) not in self._said[number]]
        self._said[number] |= set(map(without_numbers, new))
        if not (new or came_or_went):
            return []
        return [" ".join([f"{self._sensors[number].placement}: {SENSOR_SHAPE[sensor.state]} {sensor.state}.", *new])]


def _numbers(sensor: SensorHealth) -> list[str]:
    return [
        NOT_KNOWN if sensor.rate_hz is None else f"{sensor.rate_hz:.0f}",
        percent(sensor.loss),
        NOT_KNOWN if sensor.latency_s is None else f"{1e3 * sensor.latency_s:.0f}",
        percent(sensor.battery, decimals=0),
        percent(sensor.saturated),
        NOT_KNOWN if sensor.age_s is None else f"{sensor.age_s:.1f}",
    ]

"""Ten minutes of a run in the window: memory stays as it is, and pictures take no longer than at the beginning."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import process_time

import pytest

pytest.importorskip(
    "PySide6.QtWidgets",
    reason="Qt cannot be loaded: apt-get install libegl1 libxkbcommon0 libdbus-1-3",
    exc_type=ImportError,
)
from PySide6.QtWidgets import QApplication

from calibration.model import CalibrationSet
from firmware_bridge.choice import choose
from firmware_bridge.source import Chunk, SensorFacts
from legcycle_imu.broadcast import Passed, Subscription
from legcycle_imu.live.window import FRAME_MS, LiveWindow
from legcycle_imu.pipeline import Pipeline
from legcycle_imu.simulation.streaming import StreamingRun, StreamingSettings
from legcycle_imu.view.live_model import LiveModel

MINUTE_S = 60.0
MINUTES = 10
SETTLED = 2
"""After so many minutes memory is what it will be: every history is full."""
GROWTH_MB = 6.0
"""Most that memory may grow in the eight minutes after; what was drawn and not let go of would take much more."""
SLOWER = 1.15
"""Most that a picture of the old window may take, of one of a new window."""


def memory_mb() -> float:
    """Give what the process has in memory now."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024.0
    raise AssertionError("no VmRSS")


def pictures(seconds: float) -> Iterator[tuple[float, list[Chunk]]]:
    """Give the instants at which pictures are drawn, and what arrives up to each."""
    run = StreamingRun(StreamingSettings(speed_m_s=4.0, duration_s=seconds, rate_hz=100.0, seed=1))
    due_s, batch = FRAME_MS / 1e3, []
    for chunk in run.entries(dict(enumerate(choose(run.found(), {}).sensors))):
        while chunk.arrival_ns * 1e-9 > due_s:
            yield due_s, batch
            due_s, batch = due_s + FRAME_MS / 1e3, []
        batch.append(chunk)


class Shown:
    """A window on what passes, and how long its pictures took."""

    def __init__(self, facts: Sequence[SensorFacts], calibration: CalibrationSet | None = None) -> None:
        self.now_s = 0.0
        self.following = Subscription()
        self.window = LiveWindow(
            self.following, LiveModel(facts, calibration=calibration), clock=lambda: self.now_s, asks=False
        )
        self.window._timer.stop()
        self.window.show()
        self.took_ms: list[float] = []

    def draw(self, step: Passed | None, now_s: float) -> None:
        if step is not None:
            self.following.put(step)
        self.now_s = now_s
        begun = process_time()
        self.window.frame()
        QApplication.processEvents()
        self.took_ms.append(1e3 * (process_time() - begun))


@pytest.mark.soak
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.usefixtures("app")
def test_ten_minutes_in_the_window_grow_nothing_and_slow_nothing_down() -> None:
    """As fast as pictures can be drawn: all 20000 of them, and in the last minute in turn with a window just opened."""
    run = StreamingRun(StreamingSettings(speed_m_s=4.0, rate_hz=100.0, seed=1))
    facts = choose(run.found(), {}).sensors
    pipeline, old, memories = Pipeline(facts), Shown(facts), [memory_mb()]
    windows = [old]
    for due_s, batch in pictures(MINUTE_S * MINUTES):
        if due_s > MINUTE_S * MINUTES:
            break
        if due_s > MINUTE_S * len(memories):
            memories.append(memory_mb())
            if len(memories) == MINUTES:
                legs = pipeline.legs.values()
                windows.append(Shown(facts, CalibrationSet(tuple(leg.calibration for leg in legs if leg.calibration))))
        step = Passed(batch, pipeline.push(batch), batch[-1].arrival_ns * 1e-9) if batch else None
        for shown in windows:
            shown.draw(step, due_s)
    _, new = windows
    full = len(new.took_ms) // 2  # by then it shows as many strides
    old_ms, new_ms = median(old.took_ms[-full:]), median(new.took_ms[-full:])
    for what, numbers in (("MB", memories), ("ms a picture, old and new", [old_ms, new_ms])):
        print(f"{what}: {' '.join(f'{number:.1f}' for number in numbers)}")  # noqa: T201 - figures for `pytest -s`
    for shown in windows:
        shown.window.close()
    assert old.window.state.strides > 1000
    assert len(old.took_ms) > 19_900
    assert memories[-1] - memories[SETTLED] < GROWTH_MB
    assert old_ms < SLOWER * new_ms

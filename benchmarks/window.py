"""Measure what the live window costs: `python benchmarks/window.py [SECONDS]`.

A simulated runner with four sensors at 200 Hz passes, 35 pictures a second, 1200 x 800, without a display. Printed is
the CPU time of each part for a frame, and the share of one core that they take at that rate.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from legcycle_imu.broadcast import Item, Passed
from legcycle_imu.demo import true_calibration
from legcycle_imu.live.window import FRAME_MS, LiveWindow
from legcycle_imu.pipeline import Pipeline
from legcycle_imu.simulation import Script, Section, SectionKind, Simulation, draw_runner, draw_sensors, simulate
from legcycle_imu.simulation.recording import chunks, recording_meta
from legcycle_imu.view.live_model import LiveModel

RATE_HZ = 200.0
CHUNK_SAMPLES = 5
WARM_UP_S = 8.0
"""Curves and strides are full from then on, s."""
SPEED_M_S = 4.0
SEED = 2


class Spent:
    """CPU time of the parts, s."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def on(self, part: str) -> Iterator[None]:
        """Add what this takes to a part."""
        begun = time.process_time()
        yield
        self.seconds[part] = self.seconds.get(part, 0.0) + time.process_time() - begun

    def wrap(self, part: str, call: Callable[..., object]) -> Callable[..., object]:
        """Give a call that adds what it takes to a part."""

        def timed(*args: object) -> object:
            with self.on(part):
                return call(*args)

        return timed


class Queue:
    """Stands in for a subscription: gives what has arrived by the time that is now."""

    def __init__(self) -> None:
        self.dropped = 0
        self.items: list[Item] = []

    def take(self) -> list[Item]:
        """Give what has arrived."""
        taken, self.items = self.items, []
        return taken


def simulation_of(duration_s: float) -> Simulation:
    script = Script((Section(SectionKind.RUN, duration_s, SPEED_M_S),))
    return simulate(script, draw_runner(SEED, height_m=1.75), draw_sensors(SEED, rate_hz=RATE_HZ), SEED)


def measure(duration_s: float) -> tuple[dict[str, float], int]:
    """Give the CPU time of each part, s, and how many frames there were."""
    simulation = simulation_of(WARM_UP_S + duration_s)
    facts = recording_meta(simulation.sensors, simulation.runner).sensors
    calibration, geometry = true_calibration(simulation.sensors), simulation.runner.geometry
    pipeline = Pipeline(facts, geometry, calibration)
    model = LiveModel(facts, geometry=geometry, calibration=calibration)
    queue, spent = Queue(), Spent()
    model.push = spent.wrap("model: push", model.push)  # type: ignore[method-assign]
    model.state = spent.wrap("model: state", model.state)  # type: ignore[method-assign]
    now_s = [0.0]
    window = LiveWindow(queue, model, clock=lambda: now_s[0])
    window._timer.stop()
    window.show()
    frames = 0
    due_s = FRAME_MS / 1e3
    for chunk in chunks(simulation.samples, simulation.sensors, CHUNK_SAMPLES):
        arrived_s = chunk.arrival_ns * 1e-9
        while arrived_s > due_s:
            now_s[0] = due_s
            if frames and due_s - FRAME_MS / 1e3 < WARM_UP_S <= due_s:
                spent.seconds.clear()
                frames = 0
            with spent.on("frame and paint"):
                window.frame()
                QApplication.processEvents()
            frames += 1
            due_s += FRAME_MS / 1e3
        with spent.on("pipeline"):
            update = pipeline.push([chunk])
        queue.items.append(Passed([chunk], update, arrived_s))
    window.close()
    return spent.seconds, frames


def main() -> None:
    app = QApplication.instance() or QApplication([])
    seconds, frames = measure(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0)
    seconds["window: draw"] = seconds.pop("frame and paint") - seconds["model: push"] - seconds["model: state"]
    total = sum(seconds.values())
    print(f"{frames} frames of 1200 x 800, {1e3 / FRAME_MS:.0f} a second, four sensors at {RATE_HZ:.0f} Hz")
    for part, spent in [*seconds.items(), ("all", total)]:
        per_frame_ms = 1e3 * spent / frames
        print(f"{part:<14} {per_frame_ms:6.2f} ms a frame  {100.0 * per_frame_ms / FRAME_MS:5.1f} % of a core")
    del app


if __name__ == "__main__":
    main()

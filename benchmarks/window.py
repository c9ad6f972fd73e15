"""Measure what the live window costs: `python -m benchmarks.window [--live] [SECONDS]`.

A simulated runner with four sensors at 200 Hz passes, 33 pictures a second, 1200 x 800, without a display. Printed is
the CPU time of each part for a frame, and the share of one core that they take at that rate.

With --live it passes in real time as in `legcycle live --record`: pipeline and recorder in threads of their own, drawn
by the window's own timer. Printed are pictures a second, the CPU time of the whole process, and from event to pixel:
from when a step was put into the window's queue until the picture that shows it had been painted.
"""

import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication

from firmware_bridge.choice import choose
from firmware_bridge.recorder import Recorder
from firmware_bridge.recording import RecordingMeta, Runner, whole_recording
from firmware_bridge.replay import ReplaySource
from legcycle_imu.broadcast import Broadcast, Item, Passed, Subscription, steps_of
from legcycle_imu.cli.display import Marked, model_of
from legcycle_imu.config import Config
from legcycle_imu.demo import true_calibration
from legcycle_imu.live.window import FRAME_MS, LiveWindow
from legcycle_imu.passage import Passage
from legcycle_imu.pipeline import Pipeline
from legcycle_imu.simulation import Script, Section, SectionKind, Simulation, draw_runner, draw_sensors, simulate
from legcycle_imu.simulation.recording import chunks, recording_meta
from legcycle_imu.simulation.streaming import StreamingRun, StreamingSettings
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


@dataclass
class Delays:
    """How long after steps were put into the window's queue they had been painted, and when pictures began, s."""

    to_pixel_s: list[float] = field(default_factory=list)
    began_s: list[float] = field(default_factory=list)
    waiting: deque[float] = field(default_factory=deque)
    taken: list[float] = field(default_factory=list)
    painted_s: float = 0.0

    def began(self, steps: int) -> None:
        """Note that a picture of so many more steps begins; the last painting was the end of the one before."""
        self.to_pixel_s += [self.painted_s - put_s for put_s in self.taken]
        self.taken = [self.waiting.popleft() for _ in range(steps)]
        self.began_s.append(time.perf_counter())

    def painted(self) -> None:
        """Note that something was painted."""
        self.painted_s = time.perf_counter()


class TimedQueue:
    """A subscription that notes when steps came, and when they were taken."""

    def __init__(self, following: Subscription, delays: Delays) -> None:
        self._following, self._delays = following, delays
        self._put = following.put
        following.put = self._timed_put  # type: ignore[method-assign]

    @property
    def dropped(self) -> int:
        """How many steps were dropped."""
        return self._following.dropped

    def take(self) -> list[Item]:
        """Give what has arrived."""
        items = self._following.take()
        self._delays.began(len(items))
        return items

    def _timed_put(self, item: Item) -> None:
        self._delays.waiting.append(time.perf_counter())
        self._put(item)


class TimedWindow(LiveWindow):
    """A window that tells when it has been painted; a picture may take more than one painting."""

    delays: Delays

    def event(self, event: QEvent) -> bool:
        """Qt's call: what changed is painted within this event."""
        done = super().event(event)
        if event.type() is QEvent.Type.UpdateRequest:
            self.delays.painted()
        return done


def recorded(path: Path, duration_s: float) -> Path:
    """Record four simulated LegLink sensors as they stream, their mounting known."""
    script = Script((Section(SectionKind.RUN, duration_s, SPEED_M_S),))
    run = StreamingRun(StreamingSettings(rate_hz=RATE_HZ, seed=SEED), script, draw_runner(SEED, height_m=1.75))
    sensors = choose(run.found(), {}).sensors
    calibration = true_calibration(tuple(run.setups.values())).to_json()
    with whole_recording(path, RecordingMeta(tuple(sensors), Runner("R1", 1.75), calibration=calibration)) as writer:
        writer.add_many(run.entries(dict(enumerate(sensors))))
    return path


def ahead() -> Callable[[], float]:
    """Give a clock whose first reading lies back by the warm-up, which passes at once."""
    first = [time.monotonic() - WARM_UP_S]
    return lambda: first.pop() if first else time.monotonic()


def measure_live(duration_s: float, app: QApplication) -> tuple[Delays, float]:
    """Give the delays of the window, and the share of one core that the whole process took."""
    with TemporaryDirectory() as folder, ExitStack() as stack:
        path = recorded(Path(folder) / "run.legcycle", WARM_UP_S + duration_s + 5.0)
        source = stack.enter_context(ReplaySource(path, 1.0, clock=ahead()))
        recorder = stack.enter_context(Recorder(Path(folder) / "again.legcycle", source.recording.meta))
        passage = Passage(source, source.recording.meta, config=Config(), tap=recorder.put)
        broadcast = Broadcast(steps_of(passage), source.end)
        delays = Delays()
        queue = TimedQueue(broadcast.subscribe(), delays)
        window = TimedWindow(queue, model_of(passage), recorder=Marked(recorder, lambda: 0), asks=False)
        window.delays = delays
        stack.callback(window.close)
        window.show()
        stack.enter_context(broadcast).start()
        for_s(3.0, app)  # the warm-up has passed
        delays.to_pixel_s.clear()
        delays.began_s.clear()
        begun, used = time.perf_counter(), time.process_time()
        for_s(duration_s, app)
        return delays, (time.process_time() - used) / (time.perf_counter() - begun)


def for_s(seconds: float, app: QApplication) -> None:
    """Let the window live for so long."""
    QTimer.singleShot(round(seconds * 1e3), app.exit)  # quit() would close the window
    app.exec()


def tell_live(delays: Delays, share: float) -> None:
    between_ms = 1e3 * np.diff(delays.began_s)
    late_ms = 1e3 * np.array(delays.to_pixel_s)
    print(f"{len(between_ms)} pictures of 1200 x 800, four sensors at {RATE_HZ:.0f} Hz, recorded, in real time")
    print(f"pictures a second     {1e3 / between_ms.mean():6.1f}  (95 % within {np.percentile(between_ms, 95):.1f} ms)")
    print(f"whole process         {100.0 * share:6.1f} % of a core")
    print(f"event to pixel, ms    {np.median(late_ms):6.1f} median  {np.percentile(late_ms, 95):.1f} for 95 %")


def main() -> None:
    app = QApplication.instance() or QApplication([])
    numbers = [argument for argument in sys.argv[1:] if argument != "--live"]
    duration_s = float(numbers[0]) if numbers else 20.0
    if "--live" in sys.argv:
        tell_live(*measure_live(duration_s, app))
    else:
        tell_parts(*measure(duration_s))


def tell_parts(seconds: dict[str, float], frames: int) -> None:
    seconds["window: draw"] = seconds.pop("frame and paint") - seconds["model: push"] - seconds["model: state"]
    total = sum(seconds.values())
    print(f"{frames} frames of 1200 x 800, {1e3 / FRAME_MS:.0f} a second, four sensors at {RATE_HZ:.0f} Hz")
    for part, spent in [*seconds.items(), ("all", total)]:
        per_frame_ms = 1e3 * spent / frames
        print(f"{part:<14} {per_frame_ms:6.2f} ms a frame  {100.0 * per_frame_ms / FRAME_MS:5.1f} % of a core")


if __name__ == "__main__":
    main()

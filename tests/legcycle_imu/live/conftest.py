"""A session as the window gets it, and ways to see what a widget draws. Nothing here needs a display."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from calibration.model import CalibrationSet
from firmware_bridge.samples import Side
from firmware_bridge.source import SensorFacts
from legcycle_imu.broadcast import Item, Passed
from legcycle_imu.demo import true_calibration
from legcycle_imu.pipeline import Pipeline
from legcycle_imu.runner import LegGeometry
from legcycle_imu.simulation import Script, Section, SectionKind, Simulation, draw_runner, draw_sensors, simulate
from legcycle_imu.simulation.recording import chunks, recording_meta
from legcycle_imu.view.live_model import LiveModel
from legcycle_imu.view.state import LiveState
from tests.pixels import count

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QApplication, QWidget

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
SEEN_S = 12.55
"""By then the runner is fast: strides with hits and misses, both legs."""
CHUNK_SAMPLES = 5


@dataclass
class Session:
    """A simulated run, and what became known by each of its chunks."""

    sensors: tuple[SensorFacts, ...]
    geometry: LegGeometry
    calibration: CalibrationSet
    items: list[Passed]

    def model(self) -> LiveModel:
        return LiveModel(self.sensors, geometry=self.geometry, calibration=self.calibration)

    def until(self, seconds: float) -> list[Item]:
        return [item for item in self.items if item.arrived_s <= seconds]

    def state(self, seconds: float, now_s: float | None = None) -> LiveState:
        model = self.model()
        for item in self.until(seconds):
            assert isinstance(item, Passed)
            model.push(item.update, item.arrived_s)
        return model.state(seconds if now_s is None else now_s)


@pytest.fixture(scope="session")
def simulation() -> Simulation:
    """Give a run that gets fast: strides that miss their targets, then strides that reach them."""
    script = Script(
        (
            Section(SectionKind.RUN, 5.0, 2.6),
            Section(SectionKind.TRANSITION, 2.0),
            Section(SectionKind.RUN, 6.0, 7.5),
        )
    )
    return simulate(script, draw_runner(2, height_m=1.75), draw_sensors(2, rate_hz=100.0), 2)


def session_of(simulation: Simulation, sides: tuple[Side, ...]) -> Session:
    """Pass the run as measured at these legs."""
    setups = tuple(setup for setup in simulation.sensors if setup.placement.side in sides)
    facts = recording_meta(setups, simulation.runner).sensors
    geometry, calibration = simulation.runner.geometry, true_calibration(setups)
    pipeline = Pipeline(facts, geometry, calibration)
    items = [
        Passed([chunk], pipeline.push([chunk]), chunk.arrival_ns * 1e-9)
        for chunk in chunks(simulation.samples, setups, CHUNK_SAMPLES)
    ]
    return Session(facts, geometry, calibration, items)


@pytest.fixture(scope="session")
def session(simulation: Simulation) -> Session:
    return session_of(simulation, tuple(Side))


@pytest.fixture(scope="session")
def left_session(simulation: Simulation) -> Session:
    return session_of(simulation, (Side.LEFT,))


@pytest.fixture(scope="session")
def running(session: Session) -> LiveState:
    return session.state(SEEN_S)


@pytest.fixture(scope="session")
def unheard(session: Session) -> LiveState:
    """Give the state before anything came."""
    return session.model().state(0.0)


@pytest.fixture(scope="session")
def silent(session: Session) -> LiveState:
    """Give the state 3 s after the last that came."""
    return session.state(SEEN_S, SEEN_S + 3.0)


@pytest.fixture(scope="session")
def app() -> "QApplication":
    from legcycle_imu.live.app import application  # noqa: PLC0415 - Qt may be missing

    return application()


@dataclass
class Seen:
    """What a widget drew: its picture and its texts, as meant and as they fitted."""

    image: "QImage"
    texts: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)

    def count(self, colour: str, tolerance: int = 3) -> int:
        """Give how many pixels have a colour."""
        return count(self.image, colour, tolerance)


@pytest.fixture
def look(app: "QApplication", monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Seen]]:
    """Give what draws a widget in a size and tells what is to be seen."""
    from legcycle_imu.live.canvas import Canvas  # noqa: PLC0415

    texts: list[str] = []
    cut: list[str] = []
    fitted, wrapped = Canvas._fitted, Canvas.write_wrapped

    def note(self: Canvas, text: str, px: int, bold: bool, width: int) -> Any:
        font, shown = fitted(self, text, px, bold, width)
        texts.append(text)
        if shown != text:
            cut.append(text)
        return font, shown

    def note_wrapped(self: Canvas, painter: Any, box: Any, text: str, colour: str, px: float) -> None:
        texts.append(text)
        if not self._holds(box, text, 9):
            cut.append(text)
        wrapped(self, painter, box, text, colour, px)

    monkeypatch.setattr(Canvas, "_fitted", note)
    monkeypatch.setattr(Canvas, "write_wrapped", note_wrapped)
    widgets: list[QWidget] = []

    def draw(widget: "QWidget", width: int = 400, height: int = 300) -> Seen:
        widgets.append(widget)
        widget.resize(width, height)
        app.processEvents()  # layouts are made
        for canvas in widget.findChildren(Canvas):
            canvas._still = None
        if isinstance(widget, Canvas):
            widget._still = None
        texts.clear()
        cut.clear()
        image = widget.grab().toImage()
        return Seen(image, list(texts), list(cut))

    yield draw
    for widget in widgets:
        widget.close()
        widget.deleteLater()
    app.processEvents()

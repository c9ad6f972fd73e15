"""Draw docs/figures/window-*.png: what the live window shows of the bundled demo recording, at fixed instants.

Usage: python docs/figures/make_window.py [--check]

No display is needed. With --check nothing is written; the exit code is 1 if a committed picture is not current. Fonts
and the edges of lines differ from computer to computer, so not pixels are compared but size, what the picture says
(it stands in the file, too), and the mean colours of coarse fields.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import inf, radians
from pathlib import Path

import numpy as np
from msgspec import structs
from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QImage, QImageWriter, QPainter

from calibration.guidance import Guidance, Outcome, Step, Trouble
from calibration.model import CalibrationSet, LegCalibration, ZeroSource
from calibration.routine.knee import KneeLift
from calibration.routine.settings import RoutineSettings
from calibration.routine.stand import Stand
from firmware_bridge.health import Health
from firmware_bridge.recording import RecordingMeta
from firmware_bridge.replay import ReplaySource
from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.source import Chunk, SensorFacts
from legcycle_imu.aiming import Aiming
from legcycle_imu.broadcast import Subscription
from legcycle_imu.config import Config
from legcycle_imu.demo import bundled_recording, true_calibration
from legcycle_imu.drill_standing import Standing
from legcycle_imu.drills import Drill, DrillSession
from legcycle_imu.live.app import application
from legcycle_imu.live.palette import DARK, LIGHT
from legcycle_imu.live.picture import INSTANT_S
from legcycle_imu.live.targets_dialog import TargetsDialog
from legcycle_imu.live.window import SIZE_PX, LiveWindow
from legcycle_imu.passage import Passage
from legcycle_imu.pipeline import Pipeline
from legcycle_imu.simulation.drill_people import simulate_drill
from legcycle_imu.simulation.recording import chunks, recording_meta
from legcycle_imu.targets import Targets
from legcycle_imu.view.calibration import CalibrationView
from legcycle_imu.view.drill import DrillPage
from legcycle_imu.view.live_model import LiveModel
from legcycle_imu.view.state import LiveState
from legcycle_imu.view.target_fields import texts_of

FIGURE = Path(__file__).with_name("window-dark.png")
"""The README's picture; the others lie beside it."""
LOST = Placement(Side.RIGHT, Segment.SHANK)
SILENT_S = 3.0
"""So long the lost sensor has sent nothing, s."""
POOR_RAD = radians(6.0)
FIELDS = (24, 16)
"""Fields across and down in which pictures are compared: 50 pixels each."""
TOLERANCE, BIG_TOLERANCE = 5.0, 30.0
"""How far the fields' colours may be off in the mean, of 255. Another font moves them by up to 2.4, those of one big
number by 21; another state by 6.5 and more, or by what the picture says."""
SAYS = "Description"
"""Key of what a picture says, among those that PNG has."""

DRAG_SEED, DRAG_S, DRAG_SAMPLES = 2, 35.0, 20
"""Who drags a heel, until when, s, and how many samples come at once."""
ZERO_RAD, SPREAD = radians(1.8), 0.03
"""Quality of the calibration that is shown: usual figures of standing and running."""

Alter = Callable[[RecordingMeta], RecordingMeta]
Guide = Callable[[RecordingMeta, Sequence[SensorFacts]], Guidance]


@dataclass(frozen=True)
class Scene:
    """One picture.

    Parameters
    ----------
    at_s : instant of the recording, s
    light, big : how the window looks
    lost : sensor that falls silent before that instant; None for none
    silent : no sensor is heard at all
    alter : what is known of the session beforehand
    guide : how a guided calibration stands then; None while there is none
    drill : how a drill stands then; None where there is none
    targets : those that are shown to be changed; None where nobody does
    """

    at_s: float = INSTANT_S
    light: bool = False
    big: bool = False
    lost: Placement | None = None
    silent: bool = False
    alter: Alter = replace
    guide: Guide | None = None
    drill: Callable[[], Standing] | None = None
    targets: Targets | None = None

    def hears(self, facts: SensorFacts, arrived_s: float) -> bool:
        """Tell whether what a sensor sent arrives."""
        until_s = -inf if self.silent else self.at_s - SILENT_S if facts.placement == self.lost else inf
        return arrived_s < until_s


def uncalibrated(meta: RecordingMeta) -> RecordingMeta:
    """Give the same session without a calibration."""
    return replace(meta, calibration=None)


def poorly_calibrated(meta: RecordingMeta) -> RecordingMeta:
    """Give the same session with a zero of the left thigh that is not certain."""
    assert meta.calibration is not None
    left, right = CalibrationSet.from_json(meta.calibration).legs
    left = structs.replace(left, thigh=structs.replace(left.thigh, zero_sd_rad=POOR_RAD))
    return replace(meta, calibration=CalibrationSet((left, right)).to_json())


def knee_lifted(_meta: RecordingMeta, sensors: Sequence[SensorFacts]) -> Guidance:
    """Give a guided calibration that waits for the right knee."""
    rates = [facts.rate_hz for facts in sensors]
    lift = KneeLift(Side.RIGHT, Step.LEFT_KNEE, rates, [], RoutineSettings())
    return Guidance(Step.RIGHT_KNEE, lift.instruction, 0.5)


def moved(_meta: RecordingMeta, _sensors: Sequence[SensorFacts]) -> Guidance:
    """Give a guided calibration of one who did not stand still."""
    trouble = Trouble("You moved after 1.4 s.", "Stand still until the countdown has ended.")
    stand = Stand([], Step.STAND, RoutineSettings())
    return Guidance(Step.STAND, stand.instruction, 0.4, 1.8, trouble, 2)


def calibrated(meta: RecordingMeta, sensors: Sequence[SensorFacts]) -> Guidance:
    """Give a guided calibration that is there."""
    assert meta.calibration is not None
    legs = CalibrationSet.from_json(meta.calibration).legs
    placements = {number: facts.placement for number, facts in enumerate(sensors)}
    outcome = Outcome(CalibrationSet(tuple(map(as_guided, legs))), placements)
    return Guidance(Step.DONE, "", 1.0, outcome=outcome)


def heel_dragged() -> Standing:
    """Give a heel drag of a simulated person some of whose repetitions are wrong, as it stands after some time."""
    done = simulate_drill(Drill.HEEL_DRAG, DRAG_SEED, repetitions=20, wrong=0.25)
    facts = recording_meta(done.sensors, done.runner).sensors
    pipeline = Pipeline(facts, done.runner.geometry, true_calibration(done.sensors))
    session, repetitions = DrillSession(Drill.HEEL_DRAG, geometry=done.runner.geometry), []
    for chunk in chunks(done.samples, done.sensors, DRAG_SAMPLES):
        repetitions += session.push(pipeline.push([chunk]))
        if chunk.arrival_ns * 1e-9 > DRAG_S:
            break
    return Standing(session.rule, session.view(), tuple(repetitions))


def as_guided(leg: LegCalibration) -> LegCalibration:
    """Give a leg's calibration with the quality that a guided one has."""
    thigh, shank = (structs.replace(leg[s], zero_sd_rad=ZERO_RAD, plane_spread=SPREAD) for s in Segment)
    source = ZeroSource.STANDING_AND_RUNNING
    return structs.replace(leg, thigh=thigh, shank=shank, zero_source=source, sign_margin=0.8)


SCENES = {
    "window-dark": Scene(),
    "window-light": Scene(light=True),
    "window-big": Scene(big=True),
    "window-lost-sensor": Scene(lost=LOST),
    "window-aligning": Scene(at_s=2.5, alter=uncalibrated),
    "window-no-data": Scene(at_s=2.5, silent=True),
    "window-poor-calibration": Scene(alter=poorly_calibrated),
    "window-calibrate-knee": Scene(at_s=2.5, guide=knee_lifted),
    "window-calibrate-trouble": Scene(at_s=2.5, light=True, guide=moved),
    "window-calibrate-done": Scene(at_s=21.8, guide=calibrated),
    "window-drill": Scene(at_s=2.5, drill=heel_dragged),
    "window-targets": Scene(targets=Targets(lift=8.0, drive_deg=44.0)),
}


class Tape:
    """The demo's recording as a scene hears it: every step as it was live, without waiting."""

    def __init__(self, path: Path, scene: Scene) -> None:
        self.now_s = 0.0
        self._scene = scene
        self._replay = ReplaySource(path, 1.0, clock=lambda: self.now_s, sleep=self._sleep)
        self.sensors, self.meta = self._replay.sensors, self._replay.recording.meta

    def __iter__(self) -> Iterator[list[Chunk]]:
        """Yield what arrives until the scene's instant."""
        for batch in self._replay:
            if batch[0].arrival_ns * 1e-9 > self._scene.at_s:
                return
            yield [chunk for chunk in batch if self._scene.hears(self.sensors[chunk.sensor], chunk.arrival_ns * 1e-9)]

    def end(self) -> None:
        """End soon."""
        self._replay.end()

    def close(self) -> None:
        """Close the recording."""
        self._replay.close()

    def _sleep(self, seconds: float) -> None:
        self.now_s += seconds


@cache
def model_of(scene: Scene) -> LiveModel:
    """Give what became known until a scene's instant."""
    with bundled_recording() as path:
        tape = Tape(path, scene)
        with Passage(tape, scene.alter(tape.meta), name="the demo", config=Config()) as passage:
            model = LiveModel(tape.sensors, passage.config.targets, passage.runner.geometry, passage.calibration)
            model.calibrating(scene.guide(tape.meta, tape.sensors) if scene.guide else None)
            if scene.drill is not None:
                model.drilling(scene.drill())
            health = Health(tape.sensors)
            for batch in tape:
                update = passage.pipeline.push(batch)
                health.push(batch, update.samples, passage.pipeline.intake)
                model.push(update, tape.now_s)
            model.sensors(health.at(round(scene.at_s * 1e9)))
            for side, leg in passage.pipeline.legs.items():
                model.trouble(side, "" if leg.calibration else leg.trouble)
    return model


def drawing(name: str) -> QImage:
    """Give a picture."""
    application(offscreen=True)
    scene = SCENES[name]
    model = model_of(replace(scene, light=False, big=False, targets=None))
    state = model.state(scene.at_s)
    aiming = None if scene.targets is None else Aiming(scene.targets)
    window = LiveWindow(Subscription(), model, theme=LIGHT if scene.light else DARK, aiming=aiming)
    if scene.big:
        window.show_big()
    window.draw_state(state)
    image = window.grab().toImage()
    image.setText(SAYS, said(state))
    if window.targets is not None:
        draw_over(image, window.targets)
    window.close()
    return image


def draw_over(image: QImage, dialog: TargetsDialog) -> None:
    """Draw the dialog over the midst of a picture, and add what it says."""
    dialog.adjustSize()
    over = dialog.grab()
    painter = QPainter(image)
    painter.drawPixmap((image.width() - over.width()) // 2, (image.height() - over.height()) // 2, over)
    painter.end()
    words = [dialog.preset.currentText(), *texts_of(dialog.aiming.targets).values(), dialog.norms.text()]
    image.setText(SAYS, "; ".join([image.text(SAYS), *words]))


def said(state: LiveState) -> str:
    """Give what a state says in words and numbers, but for delays."""
    if state.calibration is not None:
        return said_of(state.calibration)
    if state.drill is not None:
        return said_of_drill(state.drill)
    words = [f"{state.now_s:.1f} s", *(f"{chip.label} {chip.mark.word}" for chip in state.sensors)]
    for leg in state.legs.values():
        words += [leg.side, leg.state, leg.phase, leg.sentence, *(ghost.text for ghost in leg.ghosts)]
    for history in state.histories:
        words += [f"{history.name} {history.norm}"]
        for leg in history.legs.values():
            words += [leg.text, leg.distance, leg.trend.word if leg.trend else "", f"{leg.hits.hit}/{leg.hits.judged}"]
    words += [balance.text for balance in state.balances]
    words += [
        state.cue.phase,
        state.cue.mark.word,
        state.cue.distance,
        state.cue.sentence,
        state.big.word,
        state.big.text,
    ]
    return "; ".join(words)


def said_of_drill(page: DrillPage) -> str:
    """Give what a drill says in words and numbers."""
    words = [page.title, page.state.word, page.turn.word, page.count, page.goal, page.clock, page.sentence, page.last]
    return "; ".join([*words, *(dot.word for dot in page.dots), page.good, *page.figures])


def said_of(view: CalibrationView) -> str:
    """Give what a guided calibration says in words and numbers."""
    words = [*(f"{step.name} {step.mark.word}" for step in view.steps), view.instruction, view.countdown, view.attempt]
    words += [f"{worn.label} {worn.mark.word}" for worn in view.sensors]
    words += view.trouble[1:] if view.trouble else ()
    for side, leg in view.legs.items():
        words += [side, *(f"{one.name} {one.mark.word} {one.text}" for one in leg.quality), leg.meaning]
    return "; ".join(words)


def fields(image: QImage) -> np.ndarray:
    """Give the mean colours of a picture's fields."""
    small = image.scaled(*FIELDS, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    pixels = small.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(pixels.constBits(), np.uint8).reshape(FIELDS[1], FIELDS[0], 4)[:, :, :3].astype(float)


def is_current(path: Path, drawn: QImage, tolerance: float) -> bool:
    """Tell whether a file holds a picture like the one that was drawn."""
    there = QImage(str(path))
    if (there.width(), there.height()) != SIZE_PX or there.text(SAYS) != drawn.text(SAYS):
        return False
    return float(np.abs(fields(there) - fields(drawn)).mean()) <= tolerance


def save(image: QImage, path: Path) -> None:
    """Write a picture, as small as PNG makes it."""
    writer = QImageWriter(str(path), QByteArray(b"png"))
    writer.setQuality(0)
    if not writer.write(image):
        raise OSError(f"{path} cannot be written: {writer.errorString()}")


def path_of(name: str) -> Path:
    """Give where a picture lies."""
    return FIGURE if name == "window-dark" else FIGURE.with_name(f"{name}.png")


def main(arguments: list[str]) -> int:
    """Write the pictures, or with --check compare them."""
    for name, scene in SCENES.items():
        image = drawing(name)
        if "--check" not in arguments:
            save(image, path_of(name))
        elif not is_current(path_of(name), image, BIG_TOLERANCE if scene.big else TOLERANCE):
            sys.stderr.write(f"{path_of(name)} is not current; run: python docs/figures/make_window.py\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

from math import nan

import pytest

from legcycle_imu.broadcast import Passed
from legcycle_imu.config import Config
from legcycle_imu.cueing import Cueing
from legcycle_imu.cues import CueSettings
from legcycle_imu.cycle import Phase
from legcycle_imu.demo import bundled_recording
from legcycle_imu.model import Update
from legcycle_imu.passage import Passage
from legcycle_imu.runner import LegGeometry
from legcycle_imu.targets import Targets
from legcycle_imu.tones import Tone

DRIVE = CueSettings(audio=True, focus=Phase.DRIVE)


class Sound:
    """A sound device that writes down what it is to play."""

    def __init__(self) -> None:
        self.trouble = ""
        self.tones: list[Tone] = []
        self.closed = 0

    def play(self, tone: Tone) -> None:
        self.tones.append(tone)

    def close(self) -> None:
        self.closed += 1


@pytest.fixture(scope="module")
def steps() -> list[Passed]:
    """What the demo's runner does, whose knee drive misses its target at first."""
    with bundled_recording() as path, Passage.of(path, speed=500.0, config=Config()) as passage:
        return [Passed(passage.batch, update, passage.arrived_s) for update in passage]


def cueing(settings: CueSettings, opened: list[Sound], said: list[str]) -> Cueing:
    def open_sound() -> Sound:
        opened.append(Sound())
        return opened[-1]

    return Cueing(settings, Targets(), LegGeometry(), said.append, open_sound)


def test_missed_strides_are_answered_through_one_device_that_is_let_go(steps):
    opened: list[Sound] = []
    with cueing(DRIVE, opened, []) as cues:
        for step in steps:
            cues.take(step)

    (sound,) = opened
    assert sound.tones
    assert sound.closed == 1


def test_without_sound_no_device_is_opened(steps):
    opened: list[Sound] = []
    with cueing(CueSettings(audio=False, focus=Phase.DRIVE), opened, []) as cues:
        for step in steps:
            cues.take(step)

    assert cues.muted
    assert not opened


def test_it_can_be_muted_and_heard_again(steps):
    opened: list[Sound] = []
    with cueing(DRIVE, opened, []) as cues:
        cues.muted = True
        for step in steps[: len(steps) // 2]:
            cues.take(step)
        assert not opened
        cues.muted = False
        for step in steps[len(steps) // 2 :]:
            cues.take(step)

    assert opened


def test_trouble_with_the_device_is_said_once(steps):
    opened: list[Sound] = []
    said: list[str] = []
    with cueing(DRIVE, opened, said) as cues:
        for step in steps:
            cues.take(step)
            for sound in opened:
                sound.trouble = "There is no loudspeaker."

    assert said == ["There is no loudspeaker."]


def test_a_step_without_strides_is_nothing():
    opened: list[Sound] = []
    with cueing(DRIVE, opened, []) as cues:
        cues.take(Passed((), Update(), nan))

    assert not opened


def test_other_targets_hold_for_the_strides_to_come(steps):
    opened: list[Sound] = []
    with cueing(DRIVE, opened, []) as cues:
        cues.aim(Targets(drive_deg=1.0))
        for step in steps:
            cues.take(step)

    assert not opened

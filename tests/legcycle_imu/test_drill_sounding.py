"""Tones of a drill: when one sounds, at which ear, and what happens where nothing can be heard."""

from dataclasses import dataclass, field

from firmware_bridge.samples import Side
from legcycle_imu.drill_sounding import DrillSounding
from legcycle_imu.drill_standing import Standing
from legcycle_imu.drill_tones import DrillTones
from legcycle_imu.drills import DrillState
from legcycle_imu.tones import Tone
from tests.legcycle_imu.view.drilled import LIFT, view


def at(state: DrillState, side: Side | None = Side.LEFT) -> Standing:
    return Standing(LIFT, view(state=state, side=side))


@dataclass
class Heard:
    trouble: str = ""
    tones: list[Tone] = field(default_factory=list)
    closed: int = 0

    def play(self, tone: Tone) -> None:
        self.tones.append(tone)

    def close(self) -> None:
        self.closed += 1


def test_a_change_of_legs_sounds_at_the_next_legs_ear_once() -> None:
    tones = DrillTones(0.4)
    assert tones.push(Standing(LIFT)) is None
    assert tones.push(at(DrillState.GOING)) is None
    tone = tones.push(at(DrillState.SWITCH, Side.RIGHT))
    assert tone is not None
    assert (tone.side, tone.volume) == (Side.RIGHT, 0.4)
    assert tone.pan > 0.5
    assert tones.push(at(DrillState.SWITCH, Side.RIGHT)) is None


def test_what_is_over_sounds_at_both_ears() -> None:
    for states in ((DrillState.REST, DrillState.READY), (DrillState.GOING, DrillState.DONE)):
        tones = DrillTones(0.4)
        tones.push(at(states[0]))
        tone = tones.push(at(states[1], None))
        assert tone is not None
        assert tone.pan == 0.0


def test_a_pause_and_going_on_are_silent() -> None:
    tones = DrillTones(0.4)
    states = (DrillState.READY, DrillState.GOING, DrillState.PAUSED, DrillState.GOING)
    assert [tones.push(at(state)) for state in states] == [None] * 4


def test_the_device_is_opened_with_the_first_tone_and_let_go() -> None:
    opened: list[Heard] = []

    def open_sound() -> Heard:
        opened.append(Heard())
        return opened[-1]

    with DrillSounding(0.4, lambda _: None, open_sound) as sounding:
        sounding.take(at(DrillState.GOING))
        assert opened == []
        sounding.take(at(DrillState.SWITCH))
        sounding.take(at(DrillState.DONE, None))
    assert len(opened[0].tones) == 2
    assert opened[0].closed == 1


def test_no_device_is_told_once() -> None:
    said: list[str] = []
    with DrillSounding(0.4, said.append, lambda: Heard("There is no sound device.")) as sounding:
        for state in (DrillState.GOING, DrillState.SWITCH, DrillState.GOING, DrillState.DONE):
            sounding.take(at(state))
    assert said == ["There is no sound device."]

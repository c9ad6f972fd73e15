from math import nan

import pytest

from firmware_bridge.samples import Side
from legcycle_imu.cycle import Phase
from legcycle_imu.summary import Hits
from legcycle_imu.view.big import big_view
from legcycle_imu.view.history import MetricHistory
from legcycle_imu.view.state import Cue, Mark
from legcycle_imu.view.words import CLOSE
from tests.legcycle_imu.view.made import judged, stride


def cue(phase: Phase = Phase.DRIVE, side: Side | None = None, mark: Mark = CLOSE) -> Cue:
    return Cue(phase, side, mark, "", Hits(0, 0))


def shown(left: float | None, right: float | None, about: Cue, seen=tuple(Side)):
    history = MetricHistory(Phase.DRIVE, "knee_drive_deg", Side)
    for side, value in ((Side.LEFT, left), (Side.RIGHT, right)):
        if value is not None:
            one = stride(0, side, knee_drive_deg=value)
            history.push(one, judged(one))
    return big_view(about, [history.view(seen)], seen)


def test_both_legs_are_one_number_and_the_worse_one_decides_on_the_shape():
    big = shown(40.0, 54.0, cue())
    assert (big.word, big.shape, big.number, big.unit, big.text) == ("DRIVE", "✖", 47.0, "°", "47")
    assert shown(47.0, 54.0, cue()).shape == "▲"
    assert shown(51.0, 54.0, cue()).shape == "✔"


def test_a_cue_about_one_leg_shows_that_leg():
    assert shown(40.0, 54.0, cue(side=Side.RIGHT)).number == 54.0


def test_a_leg_that_is_not_seen_is_not_shown():
    assert shown(40.0, 54.0, cue(), seen=(Side.RIGHT,)).number == 54.0
    assert shown(40.0, 54.0, cue(side=Side.LEFT), seen=(Side.RIGHT,)).number is None


@pytest.mark.parametrize("left", [None, nan])
def test_what_is_not_known_is_no_number(left):
    big = shown(left, None, cue())
    assert (big.number, big.shape, big.text) == (None, "–", "–")


def test_without_a_phase_the_state_is_the_word():
    big = shown(40.0, 54.0, cue(Phase.UNKNOWN, mark=Mark("○", "aligning")))
    assert (big.word, big.shape, big.number) == ("ALIGNING", "○", None)

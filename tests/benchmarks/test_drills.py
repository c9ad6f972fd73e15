"""Sets of drills through the whole pipeline: a seeded share here, a thousand as a soak."""

import pytest

from benchmarks.drills import DRILLS, Score, believed, said, scored, scores
from firmware_bridge.samples import Side
from legcycle_imu.drills import Drill, Fault
from legcycle_imu.simulation import draw_sensors


@pytest.mark.parametrize("seed", [0, 5])
@pytest.mark.parametrize("drill", DRILLS)
def test_a_set_is_counted_exactly_and_recognised(drill: Drill, seed: int):
    score = scored(drill, seed)
    assert score.exact == 1
    assert score.recognised == 1
    assert score.called_right >= 0.9 * score.right
    assert score.named.total() >= 0.8 * score.done.total()
    assert score.strides == 0


@pytest.mark.soak
def test_a_thousand_sets():
    total = sum(scores(1000).values(), Score())
    assert total.exact >= 0.99 * total.sets
    assert total.named.total() >= 0.95 * total.done.total()
    assert total.called_right >= 0.95 * total.right


def test_the_calibration_is_that_of_standing():
    sensors = draw_sensors(1)
    calibration = believed(sensors, 1)
    assert {leg.side for leg in calibration.legs} == set(Side)
    assert all(leg.thigh.zero_sd_rad > 0.04 for leg in calibration.legs)


def test_what_is_said_holds_every_drill_and_every_fault():
    score = Score(sets=2, exact=1, right=4, called_right=3, missed=[7])
    score.done[Fault.NO_PUSH] += 2
    score.named[Fault.NO_PUSH] += 1
    text = "\n".join(said({Drill.PUSH_LIFT: score}))
    assert "| push-lift | 2 | 50.0 % | 75.0 % | 50.0 % |" in text
    assert "no_push 1 of 2" in text
    assert "seeds [7]" in text

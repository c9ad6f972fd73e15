import numpy as np
import pytest

from calibration.evidence import AlignmentSettings, SensorHold
from firmware_bridge.samples import Quality, SampleBlock

RATE_HZ = 100.0


def still(
    start_s: float, duration_s: float, gravity: tuple[float, float, float], after_gap: bool = False
) -> SampleBlock:
    time = start_s + np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    quality = np.zeros(len(time), np.uint8)
    quality[0] = Quality.AFTER_GAP if after_gap else Quality.CLEAN
    return SampleBlock(time, np.zeros((len(time), 3)), np.tile(np.array(gravity), (len(time), 1)), quality)


def hold_of(*blocks: SampleBlock) -> SensorHold:
    hold = SensorHold(RATE_HZ, AlignmentSettings())
    for block in blocks:
        hold.push(block)
        hold.take_until(float(block.time[-1]))
    return hold


def test_rests_on_both_sides_of_a_gap_stay_two() -> None:
    hold = hold_of(still(0.0, 2.5, (0.0, 9.81, 0.0)), still(20.0, 2.5, (9.81, 0.0, 0.0), after_gap=True))
    assert [rest.acc.tolist() for rest in hold.rests] == [[0.0, 9.81, 0.0], [9.81, 0.0, 0.0]]


def test_the_longest_rest_is_kept_however_many_follow() -> None:
    blocks = [still(0.0, 10.0, (0.0, 9.81, 0.0))]
    blocks += [still(20.0 + 5.0 * k, 1.5, (9.81, 0.0, 0.0), after_gap=True) for k in range(40)]
    hold = hold_of(*blocks)
    assert len(hold.rests) == 20
    assert hold.rests[0].acc[1] == pytest.approx(9.81)


def test_what_is_too_old_is_let_go_and_counted() -> None:
    hold = hold_of(*(still(10.0 * k, 10.0, (0.0, 9.81, 0.0)) for k in range(5)))
    assert hold.samples.time[-1] - hold.samples.time[0] <= AlignmentSettings().hold_s
    assert hold.lost_s == pytest.approx(50.0 - AlignmentSettings().hold_s, abs=0.02)

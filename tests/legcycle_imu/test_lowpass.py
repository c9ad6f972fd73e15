import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from legcycle_imu.lowpass import Lowpass, LowpassDesign

RATE_HZ = 200.0
TIME = np.arange(0.0, 4.0, 1.0 / RATE_HZ)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("cutoff_hz", [4.0, 15.0, 25.0])
def test_a_stride_comes_out_late_by_the_delay(order: int, cutoff_hz: float):
    design = LowpassDesign(cutoff_hz, order)
    delay_s = design.delay_s(RATE_HZ)
    out = Lowpass(design, RATE_HZ).push(np.sin(2 * np.pi * TIME))
    settled = TIME > 2.0
    crossings = TIME[1:][settled[1:] & (out[:-1] < 0.0) & (out[1:] >= 0.0)]
    assert crossings[0] - 2.0 == pytest.approx(delay_s, abs=1.5 / RATE_HZ)
    assert 0.0 < delay_s < 0.5 / cutoff_hz


@given(st.floats(-1e3, 1e3))
def test_a_constant_passes_from_the_first_sample_on(value: float):
    out = Lowpass(LowpassDesign(4.0, 2), RATE_HZ).push(np.full(50, value))
    np.testing.assert_allclose(out, value, rtol=1e-12, atol=1e-12)


def test_the_cutoff_is_3_db_down():
    out = Lowpass(LowpassDesign(15.0, 2), RATE_HZ).push(np.sin(2 * np.pi * 15.0 * TIME))
    assert np.abs(out[TIME > 1.0]).max() == pytest.approx(np.sqrt(0.5), abs=0.02)


def test_what_shakes_is_taken_away():
    out = Lowpass(LowpassDesign(4.0, 2), RATE_HZ).push(np.sin(2 * np.pi * 40.0 * TIME))
    assert np.abs(out[TIME > 1.0]).max() < 0.01


def test_after_a_reset_the_past_is_forgotten():
    stage = Lowpass(LowpassDesign(4.0, 2), RATE_HZ)
    stage.push(np.full(100, 100.0))
    stage.reset()
    np.testing.assert_allclose(stage.push(np.full(10, 1.0)), 1.0, rtol=1e-12)


def test_nothing_gives_nothing():
    assert len(Lowpass(LowpassDesign(4.0, 2), RATE_HZ).push(np.empty(0))) == 0

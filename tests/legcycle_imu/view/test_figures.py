from math import nan
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.samples import Side
from legcycle_imu.view.figures import Figures
from legcycle_imu.view.words import LOST_S
from tests.legcycle_imu.view.made import STRIDE_S, events, stride


def test_before_anything_nothing_is_known():
    figures = Figures()
    assert figures.coverage is None
    assert figures.cadence_spm(1.0) is None
    assert figures.latency(1.0) is None
    assert figures.strides == 0


@given(st.lists(st.tuples(st.floats(0.4, 1.2), st.floats(0.0, 100.0)), min_size=1, max_size=30))
def test_coverage_is_the_share_of_the_strides_time(strides):
    figures = Figures()
    figures.push([], [stride(stride_time_s=s, coverage_pct=c) for s, c in strides], 0.0)
    whole = sum(s for s, _ in strides)
    assert figures.coverage == pytest.approx(sum(s * c / 100.0 for s, c in strides) / whole)
    assert figures.strides == len(strides)


def test_a_stride_whose_coverage_is_not_known_has_no_part():
    figures = Figures()
    figures.push([], [stride(coverage_pct=nan), stride(1, coverage_pct=50.0)], 0.0)
    assert figures.coverage == pytest.approx(0.5)


@given(st.lists(st.floats(140.0, 230.0), min_size=1, max_size=8))
def test_cadence_is_the_median_of_the_last_strides(values):
    figures = Figures()
    figures.push([], [stride(n, cadence_spm=value) for n, value in enumerate(values)], 0.0)
    end = 10.0 + STRIDE_S * len(values)
    assert figures.cadence_spm(end + 0.1) == median(values)


def test_who_has_stopped_has_no_cadence_and_no_latency():
    figures = Figures()
    figures.push(events(10.6), [stride()], 10.7)
    assert figures.cadence_spm(10.6 + LOST_S - 0.01) == 200.0
    assert figures.cadence_spm(10.6 + LOST_S + 0.01) is None
    assert figures.latency(10.45 + LOST_S - 0.01) is not None
    assert figures.latency(10.45 + LOST_S + 0.01) is None


def test_a_pause_parts_strides():
    figures = Figures()
    figures.push([], [stride(0, cadence_spm=120.0), stride(100, cadence_spm=200.0)], 0.0)
    assert figures.cadence_spm(10.0 + STRIDE_S * 101) == 200.0


def test_latency_has_the_methods_part_and_the_links():
    figures = Figures()
    for event in events(13.0, Side.RIGHT):
        figures.push([event], [], event.t_known + 0.03)
    latency = figures.latency(13.0)
    assert latency is not None
    assert latency.detection_s == pytest.approx(0.02)
    assert latency.delivery_s == pytest.approx(0.03)

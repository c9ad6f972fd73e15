import re
import xml.etree.ElementTree as ET
from math import isfinite, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legcycle_imu.report.drawing import Axis, Drawing, axis_over, tick_text


def test_a_drawing_is_well_formed_whatever_is_written_in_it() -> None:
    drawing = Drawing(100.0)
    drawing.text((1.0, 2.0), '<script>alert(1)</script> & "more"', "small", "middle")
    drawing.dots([(1.0, 2.0), (nan, 3.0)], "strides left")
    drawing.polyline([(0.0, 0.0), (nan, 1.0), (5.04, -0.04)], "median")
    drawing.line((0.0, 0.0), (1.0, 1.0), "axis")
    drawing.rectangle(0.0, 0.0, -3.0, 2.0, "noise")
    drawing.disc((3.0, 3.0), 2.0, "left fill")
    drawing.diamond((3.0, 3.0), 2.0, "right hollow")
    root = ET.fromstring(drawing.svg('"quoted" <words>'))
    assert root.get("role") == "img"
    assert root.get("aria-label") == '"quoted" <words>'
    assert not re.search("nan|inf|script>", ET.tostring(root, encoding="unicode").lower().split("</text>")[1])
    assert root[0].text == '<script>alert(1)</script> & "more"'
    assert len(root) == 7


@given(st.floats(-1e3, 1e3), st.floats(0.01, 1e3))
def test_an_axis_puts_its_values_between_its_ends(low: float, width: float) -> None:
    axis = Axis(low, low + width, 10.0, 90.0)
    assert axis(low) == pytest.approx(10.0)
    assert axis(low + width) == pytest.approx(90.0)
    assert axis(low - width) == 10.0
    assert axis(low + 5.0 * width) == 90.0
    ticks = axis.ticks()
    assert 1 <= len(ticks) <= 6
    assert all(low - 1e-6 * width <= tick <= low + width * (1 + 1e-6) for tick in ticks)


@given(st.lists(st.one_of(st.floats(-1e4, 1e4), st.just(nan)), max_size=20), st.floats(0.1, 100))
def test_a_scale_holds_all_that_is_known(values, least: float) -> None:
    axis = axis_over(values, 0.0, 100.0, least)
    assert axis.high - axis.low >= least * (1 - 1e-9)
    known = [value for value in values if isfinite(value)]
    assert all(axis.low <= value <= axis.high for value in known)


def test_ticks_are_told_with_a_true_minus() -> None:
    assert [tick_text(tick) for tick in (-20.0, 0.0, -0.0, 2.5, 100.0)] == ["−20", "0", "0", "2.5", "100"]

from math import radians

import pytest

from calibration.slip import Slip, SlipKind, SlipSettings, Usual
from calibration.swept_plane import Sighting
from firmware_bridge.samples import Segment, Side


def test_a_turned_sensor_is_said_with_angle_and_moment():
    slip = Slip.turned(Side.LEFT, Segment.THIGH, 42.26, radians(-24.6))
    assert slip.kind is SlipKind.TURNED
    assert "left thigh sensor has turned by 25 degrees" in slip.sentence
    assert "42.3 s" in slip.sentence


def test_a_tilted_sensor_is_to_be_strapped_anew():
    slip = Slip.tilted(Side.RIGHT, Segment.SHANK, 12.0, radians(14.8))
    assert slip.kind is SlipKind.TILTED
    assert slip.sentence.startswith("re-strap the right shank sensor")
    assert "15 degrees" in slip.sentence


def test_the_kinds_are_the_flags_of_strides():
    assert [str(kind) for kind in SlipKind] == ["turned", "tilted"]


@pytest.mark.parametrize(
    ("duration", "length", "rough", "counts"),
    [
        (0.7, 0.9, 0.05, True),
        (0.9, 0.9, 0.05, False),
        (0.3, 0.9, 0.05, False),
        (0.7, 0.999, 0.05, False),
        (0.7, 0.9, 0.25, False),
    ],
)
def test_running_strides_in_a_plane_count(duration: float, length: float, rough: float, counts: bool):
    seen = Sighting(1.0, 1.0 + duration, 1.0 + duration, 0.0, (0.0, length, 0.0), rough, (0.0, 1.0, 0.0))
    assert SlipSettings().counts(seen) is counts


def test_usual_values_are_means_at_first_and_then_forget():
    usual = Usual(4)
    for value in (1.0, 2.0, 3.0):
        usual.follow((value, -value))
    assert usual.values == pytest.approx((2.0, -2.0))
    for _ in range(60):
        usual.follow((10.0, 0.0))
    assert usual.values == pytest.approx((10.0, 0.0), abs=1e-4)
    assert usual.count == 63

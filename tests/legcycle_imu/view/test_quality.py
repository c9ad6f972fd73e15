from math import radians

import pytest

from calibration.evidence import AlignmentSettings
from calibration.model import SegmentCalibration, ZeroSource
from legcycle_imu.view.quality import FAIR, FROM, GOOD, POOR, Quality, quality_of
from legcycle_imu.view.state import Mark
from tests.legcycle_imu.view.guided import AS_WORN, leg

KNOWN = AlignmentSettings()


def of(name: str, **made: object) -> Quality:
    return next(one for one in quality_of(leg(**made)) if one.name == name)  # type: ignore[arg-type]


def test_the_zero_says_how_certain_it_is_and_from_what() -> None:
    zero = of("zero", zero_sd_rad=radians(1.8))
    assert zero.text == "uncertain by 1.8°, from standing and running"
    assert zero.mark is GOOD
    assert of("zero", zero_sd_rad=radians(4.1)).mark is FAIR


def test_every_source_of_the_zero_has_its_words() -> None:
    assert len({of("zero", source=source).text for source in ZeroSource}) == len(ZeroSource) == len(FROM)


def test_the_worse_of_both_sensors_counts() -> None:
    made = leg()
    good, bad = (SegmentCalibration(AS_WORN, plane_spread=s, zero_sd_rad=radians(100 * s)) for s in (0.01, 0.09))
    for thigh, shank in ((good, bad), (bad, good)):
        zero, plane, _ = quality_of(type(made)(made.side, thigh, shank, made.zero_source))
        assert zero.text.startswith("uncertain by 9.0°")
        assert plane.text == "9 % of the swing leaves it"


@pytest.mark.parametrize(("share", "mark"), [(0.0, GOOD), (0.5, GOOD), (0.6, FAIR), (1.0, FAIR), (1.01, POOR)])
def test_a_plane_is_as_good_as_little_leaves_it(share: float, mark: Mark) -> None:
    assert of("plane", plane_spread=share * KNOWN.loose_spread).mark is mark


def test_a_loose_sensor_is_to_be_tightened() -> None:
    assert "tighten" in of("plane", plane_spread=0.2).meaning
    assert "tighten" not in of("plane", plane_spread=0.02).meaning


@pytest.mark.parametrize(("times", "mark"), [(0.9, POOR), (1.0, FAIR), (1.9, FAIR), (2.0, GOOD), (4.0, GOOD)])
def test_forward_is_as_good_as_the_votes_agree(times: float, mark: Mark) -> None:
    assert of("forward", sign_margin=times * KNOWN.clear_margin).mark is mark


def test_marks_differ_in_shape_and_word() -> None:
    assert len({mark.shape for mark in (GOOD, FAIR, POOR)}) == len({mark.word for mark in (GOOD, FAIR, POOR)}) == 3

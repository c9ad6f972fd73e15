import pytest

from calibration.placement_check import check_placements
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.simulation import simulate_run

RATE_HZ = 100.0
LT, LS, RT, RS = (Placement(side, segment) for side in Side for segment in Segment)


@pytest.fixture(scope="module")
def worn() -> dict[Placement, SampleBlock]:
    return simulate_run(3.0, 6.0, preamble=False, rate_hz=RATE_HZ, seed=5).samples


def believed(worn: dict[Placement, SampleBlock], truth: dict[Placement, Placement]) -> dict[Placement, SampleBlock]:
    return {p: worn[truth.get(p, p)] for p in worn}


RATES = dict.fromkeys((LT, LS, RT, RS), RATE_HZ)


def test_nothing_is_said_where_all_is_right(worn: dict[Placement, SampleBlock]):
    assert check_placements(worn, RATES) is None


@pytest.mark.parametrize(
    ("truth", "sentence"),
    [
        ({LT: LS, LS: LT}, "the sensors believed on left thigh and left shank are exchanged"),
        ({RT: RS, RS: RT}, "the sensors believed on right thigh and right shank are exchanged"),
        ({LS: RT, RT: LS}, "the sensors believed on left shank and right thigh are exchanged"),
        (
            {LT: RT, RT: LT},
            "the sensors believed on left thigh and right thigh are exchanged, "
            "or the sensors believed on left shank and right shank are exchanged",
        ),
        (
            {LT: LS, LS: LT, RT: RS, RS: RT},
            "the sensors believed on left thigh and left shank are exchanged "
            "and the sensors believed on right thigh and right shank are exchanged",
        ),
    ],
)
def test_an_exchange_is_said(worn: dict[Placement, SampleBlock], truth: dict[Placement, Placement], sentence: str):
    found = check_placements(believed(worn, truth), RATES)
    assert found is not None
    assert set(found.sentence.split(", or ")) == set(sentence.split(", or "))
    assert set(truth) <= set(found.placements)
    assert found.margin > 0.5


def test_three_sensors_that_moved_on_are_told_of_at_once(worn: dict[Placement, SampleBlock]):
    found = check_placements(believed(worn, {LT: LS, LS: RT, RT: LT}), RATES)
    assert found is not None
    assert found.sentence == "more than two sensors are not where they are believed to be"


def test_the_legs_as_wholes_exchanged_are_not_seen(worn: dict[Placement, SampleBlock]):
    assert check_placements(believed(worn, {LT: RT, LS: RS, RT: LT, RS: LS}), RATES) is None


def test_a_leg_with_one_sensor_is_left_out(worn: dict[Placement, SampleBlock]):
    three = believed(worn, {LT: LS, LS: LT})
    del three[RS]
    found = check_placements(three, RATES)
    assert found is not None
    assert found.placements == (LT, LS)
    assert check_placements({LT: worn[LT]}, RATES) is None


def test_samples_that_show_too_little_accuse_nobody(worn: dict[Placement, SampleBlock]):
    short = {p: b[:200] for p, b in believed(worn, {LT: LS, LS: LT}).items()}
    assert check_placements(short, RATES) is None

import dataclasses

import pytest

from legcycle_imu.cycle import Phase
from legcycle_imu.view import state
from legcycle_imu.view.state import BigView, Latency, LegState, LiveState, PhaseShare

SHOWN = [c for c in vars(state).values() if dataclasses.is_dataclass(c)]


@pytest.mark.parametrize(("number", "text"), [(None, "–"), (46.4, "46"), (-3.6, "-4")])
def test_a_number_that_is_not_known_is_a_dash(number, text):
    assert BigView("LIFT", "▲", number, "cm").text == text


def test_a_share_is_as_wide_as_its_arc():
    assert PhaseShare(Phase.LIFT, 0.30, 0.55, 170.0).share == pytest.approx(0.25)


def test_the_latency_is_the_sum_of_its_parts():
    assert Latency(0.04, 0.02).total_s == pytest.approx(0.06)


def test_states_of_a_leg_have_words_of_their_own():
    assert len({str(each) for each in LegState}) == len(LegState)


@pytest.mark.parametrize("shown", SHOWN, ids=lambda c: c.__name__)
def test_what_is_shown_cannot_be_changed_and_says_what_each_field_is(shown):
    assert shown.__dataclass_params__.frozen
    said = shown.__doc__ or ""
    if len(dataclasses.fields(shown)) > 4:
        missing = [f.name for f in dataclasses.fields(shown) if f.name not in said]
        assert not missing


def test_a_state_with_arrays_is_compared_by_identity():
    assert LiveState.__eq__ is object.__eq__

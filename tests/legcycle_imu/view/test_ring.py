from itertools import pairwise
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legcycle_imu.cycle import CYCLE, Phase
from legcycle_imu.view.ring import hand, phase_shares
from tests.legcycle_imu.view.made import stride

DURATIONS = st.lists(st.floats(0.02, 0.4), min_size=4, max_size=4)


def of(durations: list[float]):
    named = {f"{rule.phase}_s": duration for rule, duration in zip(CYCLE, durations, strict=True)}
    return phase_shares(stride(**named, stride_time_s=sum(durations)))


@given(DURATIONS)
def test_the_arcs_fill_the_ring_in_the_cycles_order(durations):
    shares = of(durations)
    assert [share.phase for share in shares] == [rule.phase for rule in CYCLE]
    assert shares[0].start == 0.0
    assert shares[-1].end == pytest.approx(1.0)
    assert all(a.end == b.start for a, b in pairwise(shares))
    assert [share.duration_ms for share in shares] == pytest.approx([1e3 * d for d in durations])


@given(DURATIONS, st.sampled_from([rule.phase for rule in CYCLE]), st.floats(-0.1, 3.0))
def test_the_hand_stays_in_the_arc_of_its_phase(durations, phase, since_s):
    arc = next(share for share in of(durations) if share.phase is phase)
    where = hand(of(durations), phase, since_s)
    assert where is not None
    assert arc.start <= where <= arc.end + 1e-12


def test_the_hand_goes_through_its_arc_in_the_phases_time():
    shares = of([0.2, 0.2, 0.1, 0.1])
    assert hand(shares, Phase.LIFT, 0.05) == pytest.approx(shares[1].start + shares[1].share / 4)
    assert hand(shares, Phase.LIFT, 9.0) == shares[1].end


def test_walking_fast_a_phase_may_take_no_time():
    shares = of([0.4, 0.2, 0.2, 0.0])
    assert hand(shares, Phase.PLACE, 0.0) == pytest.approx(1.0)


@pytest.mark.parametrize("rule", CYCLE, ids=lambda rule: rule.phase)
def test_a_stride_with_a_phase_that_is_not_known_has_no_ring(rule):
    assert phase_shares(stride(**{f"{rule.phase}_s": nan})) == ()


def test_without_a_stride_or_a_phase_there_is_no_hand():
    assert phase_shares(None) == ()
    assert hand((), Phase.LIFT, 0.1) is None
    assert hand(of([0.2, 0.2, 0.1, 0.1]), Phase.UNKNOWN, 0.1) is None

import itertools
from math import pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.samples import Side
from legcycle_imu.simulation import Script, Section, SectionKind
from legcycle_imu.simulation.script import Track, full_turn, running_script, smooth

STAND, LIFTS, RUN, WALK, CHANGE = (
    SectionKind.STAND,
    SectionKind.KNEE_LIFTS,
    SectionKind.RUN,
    SectionKind.WALK,
    SectionKind.TRANSITION,
)
WALK_RUN_WALK = Script(
    (
        Section(STAND, 3),
        Section(CHANGE, 1.5),
        Section(WALK, 6, 1.5),
        Section(CHANGE, 1.5),
        Section(RUN, 6, 3.2),
        Section(CHANGE, 2),
        Section(WALK, 6, 1.9),
        Section(CHANGE, 1),
        Section(STAND, 2),
    )
)


def test_the_usual_run_has_the_shared_timeline() -> None:
    rows = [(str(s.kind), a, b) for s, a, b in running_script(3.5, 30.0).timeline()]
    assert rows == [
        ("stand", 0.0, 5.0),
        ("march", 5.0, 17.0),
        ("stand", 17.0, 19.0),
        ("transition", 19.0, 20.0),
        ("run", 20.0, 50.0),
        ("transition", 50.0, 51.0),
        ("stand", 51.0, 54.0),
    ]


def test_without_preamble_there_is_the_run_alone() -> None:
    script = running_script(3.5, 30.0, preamble=False)
    assert [s.kind for s in script.sections] == [RUN]
    assert (script.presence()(np.linspace(-0.3, 30.3, 7)) == 1.0).all()


def test_fast_runs_take_longer_to_reach() -> None:
    assert running_script(9.0, 5.0).sections[3].duration_s > 2.0


def test_ten_knee_lifts_alternate_and_start_left() -> None:
    lifts = running_script(3.5, 5.0).knee_lifts()
    assert [lift.side for lift in lifts] == [Side.LEFT, Side.RIGHT] * 5
    assert lifts[0].start_s == 5.0
    assert lifts[-1].end_s == pytest.approx(17.0)
    assert all(a.end_s == b.start_s for a, b in itertools.pairwise(lifts))


def test_a_knee_lift_rises_to_one_and_returns() -> None:
    lift = running_script(3.5, 5.0).knee_lifts()[0]
    assert lift.bump(np.array([lift.start_s, 0.5 * (lift.start_s + lift.end_s), lift.end_s])).tolist() == [0, 1, 0]


def test_one_knee_alone_is_lifted_where_a_section_names_it() -> None:
    script = Script((Section(STAND, 1.0), Section(LIFTS, 1.2, side=Side.RIGHT), Section(LIFTS, 2.4, side=Side.LEFT)))
    lifts = script.knee_lifts()
    assert [lift.side for lift in lifts] == [Side.RIGHT, Side.LEFT, Side.LEFT]
    np.testing.assert_allclose([lift.start_s for lift in lifts], [1.0, 2.2, 3.4])


def test_speed_gait_and_presence_follow_the_sections() -> None:
    at = np.array([1.0, 7.0, 15.0, 23.0, 28.0])
    np.testing.assert_allclose(WALK_RUN_WALK.speed()(at), [0, 1.5, 3.2, 1.9, 0])
    np.testing.assert_allclose(WALK_RUN_WALK.presence()(at), [0, 1, 1, 1, 0])
    np.testing.assert_allclose(WALK_RUN_WALK.run_share()(at), [0, 0, 1, 0, 0])


def test_a_start_is_at_full_amplitude_after_a_second_and_at_full_speed_at_its_end() -> None:
    script = Script(
        (Section(STAND, 2), Section(CHANGE, 3), Section(RUN, 5, 9.0), Section(CHANGE, 2), Section(STAND, 2))
    )
    assert script.presence()(np.array([2.0, 3.0, 5.0, 10.0, 11.0, 12.0])).tolist() == [0, 1, 1, 1, 1, 0]
    assert script.speed()(np.array([2.0, 5.0, 12.0])).tolist() == [0, 9, 0]


def test_a_transition_at_either_end_comes_from_and_leads_to_standing() -> None:
    script = Script((Section(CHANGE, 2), Section(RUN, 3, 4.0), Section(CHANGE, 2)))
    assert script.speed()(np.array([0.0, 2.5, 7.0])).tolist() == [0, 4, 0]
    assert script.presence()(np.array([0.0, 2.5, 7.0])).tolist() == [0, 1, 0]


def test_heading_turns_by_the_sections_turns() -> None:
    script = Script((Section(RUN, 4, 3.0, turn=full_turn(0.5)), Section(RUN, 4, 3.0)))
    np.testing.assert_allclose(script.heading()(np.array([0.0, 2.0, 4.0, 8.0])), [0, pi / 2, pi, pi])


@settings(max_examples=40, derandomize=True)
@given(
    st.lists(
        st.tuples(st.sampled_from([STAND, LIFTS, RUN, WALK, CHANGE]), st.floats(0.5, 6.0), st.floats(0.5, 9.5)),
        min_size=1,
        max_size=6,
    )
)
def test_tracks_of_any_script_stay_in_range_and_never_jump_on_a_transition(
    rows: list[tuple[SectionKind, float, float]],
) -> None:
    script = Script(tuple(Section(k, d, v if k in (RUN, WALK) else 0.0) for k, d, v in rows))
    time = np.arange(0.0, script.duration_s, 0.01)
    for track, most in ((script.speed(), 9.5), (script.presence(), 1.0), (script.run_share(), 1.0)):
        value = track(time)
        assert np.isfinite(value).all()
        assert value.min() >= 0.0
        assert value.max() <= most
    assert script.timeline()[-1][2] == pytest.approx(script.duration_s)


def test_a_track_is_smooth_to_its_second_derivative() -> None:
    track, step = Track(np.array([0.0, 1.0, 2.0]), np.array([0.0, 3.0, 3.0])), 1e-4
    curve = track(np.arange(-0.5, 2.5, step))
    assert np.abs(np.diff(curve, 3)).max() / step**3 < 3 * 60 + 1


def test_smooth_goes_from_nought_to_one() -> None:
    assert smooth(np.array([0.0, 0.5, 1.0])).tolist() == [0.0, 0.5, 1.0]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Section(RUN, 0.0, 3.0),
        lambda: Section(RUN, 5.0),
        lambda: Section(STAND, 5.0, 2.0),
        lambda: Section(RUN, float("nan"), 3.0),
        lambda: Section(STAND, 5.0, side=Side.LEFT),
        lambda: Script(()),
    ],
)
def test_nonsense_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match="expected"):
        wrong()

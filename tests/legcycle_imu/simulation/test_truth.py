import numpy as np
import pytest

from firmware_bridge.samples import Side
from legcycle_imu.simulation import Script, Section, SectionKind, draw_runner
from legcycle_imu.simulation.motion import Motion, draw_noise, motions
from legcycle_imu.simulation.script import running_script
from legcycle_imu.simulation.shapes import running
from legcycle_imu.simulation.truth import Contacts, Timing, contacts_of, draw_timing, marks_of

RUNNER = draw_runner(21)
SCRIPT = running_script(4.0, 10.0)
TIMING = draw_timing(SCRIPT.duration_s, np.random.default_rng(2))
NO_TIMING = Timing({side: np.zeros((200, 3)) for side in Side})


def pieces(piece_s: float, script: Script = SCRIPT) -> list[Motion]:
    return list(motions(script, RUNNER, draw_noise(script, np.random.default_rng(1)), piece_s))


@pytest.mark.parametrize("side", Side)
def test_pieces_give_each_mark_once(side: Side) -> None:
    whole = marks_of(pieces(100.0)[0], side, RUNNER, TIMING)
    parts = [marks_of(piece, side, RUNNER, TIMING) for piece in pieces(2.7)]
    for name in ("contacts", "toe_offs", "shank_low", "thigh_high", "thigh_low", "knee_high"):
        joined = np.concatenate([getattr(part, name).time for part in parts])
        np.testing.assert_allclose(joined, getattr(whole, name).time, atol=1e-9)


def test_contact_is_where_the_landmark_phase_is_whole_but_for_the_runner_s_own_lag() -> None:
    motion = pieces(100.0)[0]
    leg = motion.legs[Side.LEFT]
    contacts = contacts_of(motion, Side.LEFT, RUNNER, NO_TIMING)
    phase = np.interp(contacts.time, motion.time, leg.run_phase)
    np.testing.assert_allclose(phase - np.round(phase), RUNNER.legs[Side.LEFT].contact_lag / 0.7, atol=1e-6)


def test_toe_off_is_at_the_landmark() -> None:
    motion = pieces(100.0)[0]
    offs = marks_of(motion, Side.LEFT, RUNNER, NO_TIMING).toe_offs
    phase = np.interp(offs.time, motion.time, motion.legs[Side.LEFT].run_phase) % 1.0
    np.testing.assert_allclose(phase, running().landmarks[0] + RUNNER.legs[Side.LEFT].toe_off_lag / 0.7, atol=1e-6)


def test_turns_are_where_the_rate_is_zero() -> None:
    motion = pieces(100.0)[0]
    marks, leg = marks_of(motion, Side.RIGHT, RUNNER, TIMING), motion.legs[Side.RIGHT]
    for turns, curve in ((marks.shank_low, leg.shank), (marks.thigh_high, leg.thigh)):
        rate = np.interp(turns.time, motion.time, np.gradient(curve, motion.time))
        running_now = (turns.time > 20.5) & (turns.time < 30.0)
        assert np.degrees(np.abs(rate[running_now])).max() < 0.2
        assert np.abs(np.interp(turns.time, motion.time, curve) - turns.value)[running_now].max() < 2e-5


def test_nothing_touches_the_ground_while_standing() -> None:
    marks = marks_of(pieces(100.0)[0], Side.LEFT, RUNNER, TIMING)
    assert marks.contacts.time.min() > 19.0
    assert marks.contacts.time.max() < SCRIPT.duration_s - 3.0
    assert marks.contacts.pure_run[3:-3].all()


def test_walking_and_running_are_told_apart() -> None:
    script = Script(
        (
            Section(SectionKind.WALK, 5, 1.4),
            Section(SectionKind.TRANSITION, 2),
            Section(SectionKind.RUN, 5, 3.0),
        )
    )
    contacts = contacts_of(pieces(100.0, script)[0], Side.LEFT, RUNNER, NO_TIMING)
    assert contacts.pure_walk[contacts.time < 5.0].all()
    assert contacts.pure_run[contacts.time > 7.0].all()
    between = (contacts.time > 5.05) & (contacts.time < 5.9)
    assert not (contacts.pure_run | contacts.pure_walk)[between].any()


def test_joined_contacts_are_in_the_order_of_time() -> None:
    at = np.array([2.0, 1.0])
    both = Contacts.join([Contacts(at[:1], *([at[:1]] * 6)), Contacts(at[1:], *([at[1:]] * 6))])
    assert both.time.tolist() == both.draw.tolist() == [1.0, 2.0]

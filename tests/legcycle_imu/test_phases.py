import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.samples import Side
from legcycle_imu.cycle import CYCLE, EventKind, Phase
from legcycle_imu.events import Detection
from legcycle_imu.phases import NO_PEAK, OUT_OF_ORDER, WALK, PhaseMachine

CONTACT, TOE_OFF, LIFT, DRIVE = EventKind
ORDER = [CONTACT, TOE_OFF, LIFT, DRIVE]


def detections(*kinds: EventKind | None, walking: bool = False) -> list[Detection]:
    """One every tenth of a second, known 20 ms later."""
    return [Detection(0.1 * k + 0.02, 0.1 * k, kind, walking) for k, kind in enumerate(kinds)]


def passed(found: list[Detection]):
    machine = PhaseMachine(Side.LEFT)
    return machine, [pair for detection in found for pair in machine.push(detection)]


def test_two_strides_give_every_event_and_every_phase():
    machine, pairs = passed(detections(*ORDER, *ORDER, CONTACT))
    assert [event.kind for event, _ in pairs] == [*ORDER, *ORDER, CONTACT]
    assert [span.phase for _, span in pairs if span] == [rule.phase for rule in CYCLE] * 2
    assert pairs[0][1] is None
    assert machine.phase is Phase.PUSH
    for event, span in pairs[1:]:
        assert (span.end, span.t_known) == (event.t, event.t_known)
        assert span.end - span.start == pytest.approx(0.1)


def test_it_knows_nothing_before_the_first_contact():
    machine, pairs = passed(detections(TOE_OFF, LIFT, DRIVE))
    assert not pairs
    assert machine.phase is Phase.UNKNOWN


def test_the_peak_of_the_thigh_may_be_known_before_that_of_the_heel():
    heel, knee = Detection(0.33, 0.25, LIFT), Detection(0.31, 0.28, DRIVE)
    _, pairs = passed([*detections(CONTACT, TOE_OFF), knee, heel])
    assert [event.kind for event, _ in pairs] == ORDER
    assert pairs[-1][0].t_known == 0.33
    assert pairs[-1][0].t == 0.28


def test_a_peak_of_the_thigh_before_that_of_the_heel_is_none():
    _, pairs = passed([*detections(CONTACT, TOE_OFF), Detection(0.21, 0.2, DRIVE), Detection(0.33, 0.25, LIFT)])
    assert [event.kind for event, _ in pairs] == ORDER[:3]


def test_walking_the_thigh_may_not_turn_before_contact():
    _, pairs = passed(detections(CONTACT, TOE_OFF, LIFT, CONTACT, walking=True))
    *_, (peak, drive), (contact, place) = pairs
    assert (peak.kind, peak.t) == (DRIVE, contact.t)
    assert NO_PEAK in peak.flags and WALK in contact.flags
    assert drive.phase is Phase.DRIVE
    assert place.end == place.start


@pytest.mark.parametrize("before", [(CONTACT,), (CONTACT, TOE_OFF)])
def test_a_contact_out_of_turn_is_taken_and_flagged(before: tuple[EventKind, ...]):
    machine, pairs = passed(detections(*before, CONTACT, TOE_OFF))
    contact, span = pairs[len(before)]
    assert OUT_OF_ORDER in contact.flags
    assert span is None
    assert machine.phase is Phase.LIFT


def test_what_does_not_fit_makes_it_unknown_until_the_next_contact():
    machine, pairs = passed(detections(CONTACT, LIFT))
    assert [event.kind for event, _ in pairs] == [CONTACT]
    assert machine.phase is Phase.UNKNOWN


def test_a_lost_thread_is_unknown():
    machine, pairs = passed(detections(CONTACT, TOE_OFF, None, LIFT))
    assert len(pairs) == 2
    assert machine.phase is Phase.UNKNOWN


def test_an_event_before_the_last_one_is_no_event():
    _, pairs = passed([Detection(0.1, 0.1, CONTACT), Detection(0.2, 0.05, TOE_OFF)])
    assert len(pairs) == 1


@given(st.lists(st.sampled_from([*EventKind, None]), max_size=30), st.booleans())
def test_whatever_comes_phases_join_and_follow_the_cycle(kinds: list[EventKind | None], walking: bool):
    _, pairs = passed(detections(*kinds, walking=walking))
    ends = {rule.phase: rule.ends for rule in CYCLE}
    for event, span in pairs:
        if span is not None:
            assert ends[span.phase] is event.kind
            assert span.start <= span.end == event.t
    contacts = [event for event, _ in pairs if event.kind is CONTACT]
    assert len(contacts) == kinds.count(CONTACT)

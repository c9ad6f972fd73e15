from threading import Event
from time import monotonic

from hypothesis import given
from hypothesis import strategies as st

from legcycle_imu.doctor import Check, Finding, Result, State, examine

FINE = Finding(State.OK, "It is fine.")


def raises(error: BaseException):
    def look() -> Finding:
        raise error

    return look


@given(st.lists(st.sampled_from([*State, None]), max_size=12))
def test_every_check_has_its_result_in_its_place(states):
    checks, expected = [], []
    for number, state in enumerate(states):
        name = f"check {number}"
        if state is None:
            checks.append(Check(name, raises(KeyError("\n a  b"))))
            expected.append((name, State.ATTENTION))
        else:
            checks.append(Check(name, lambda state=state: Finding(state, "So it is.", "Do it.")))
            expected.append((name, state))
    assert [(result.name, result.state) for result in examine(checks)] == expected


def test_a_check_that_fails_is_a_finding_in_one_line():
    (result,) = examine([Check("x", raises(SystemExit("out\nof order")))])
    assert result.state is State.ATTENTION
    assert "SystemExit out of order" in result.finding


def test_a_check_that_hangs_holds_up_nobody():
    never = Event()

    def hang() -> Finding:
        never.wait()
        return FINE

    begun_s = monotonic()
    try:
        results = examine([Check("stuck", hang, "Shake it."), Check("fine", lambda: FINE)], patience_s=0.2)
    finally:
        never.set()
    assert monotonic() - begun_s < 5.0
    assert results == [
        Result("stuck", State.ATTENTION, "There was no answer in time.", "Shake it."),
        Result("fine", State.OK, "It is fine.", ""),
    ]


def test_checks_are_made_side_by_side():
    first, second = Event(), Event()

    def one() -> Finding:
        first.set()
        return FINE if second.wait(5.0) else Finding(State.BROKEN, "The other did not run.")

    def other() -> Finding:
        second.set()
        return FINE if first.wait(5.0) else Finding(State.BROKEN, "The other did not run.")

    assert [result.state for result in examine([Check("one", one), Check("other", other)])] == [State.OK, State.OK]

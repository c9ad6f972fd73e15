"""Queues of wires: the earliest first, equals as they came."""

from math import inf

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.virtual.wire import Packet, Queue


def test_a_queue_keeps_equals_as_they_came() -> None:
    queue = Queue()
    for data in (b"z", b"a", b"m"):
        queue.push(Packet(1.0, data))
    queue.push(Packet(0.5, b"first"))
    assert [queue.pop().data for _ in range(4)] == [b"first", b"z", b"a", b"m"]
    assert queue.first_s == inf


@settings(max_examples=50, derandomize=True, deadline=None)
@given(times=st.lists(st.floats(0.0, 9.0)), until_s=st.floats(0.0, 10.0))
def test_what_is_ready_before_a_time_is_forgotten_and_nothing_else(times: list[float], until_s: float) -> None:
    queue = Queue()
    for at_s in times:
        queue.push(Packet(at_s, b""))
    queue.forget(until_s)
    left = []
    while queue.first_s < inf:
        left.append(queue.pop().ready_s)
    assert left == sorted(at_s for at_s in times if at_s >= until_s)

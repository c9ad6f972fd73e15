from collections.abc import Iterator
from threading import Event, current_thread

import pytest

from firmware_bridge.source import Chunk
from legcycle_imu.broadcast import Broadcast, Ended, Item, Passed, Restarted, Subscription, followed
from legcycle_imu.model import Update

WAIT_S = 20.0


def step(number: int) -> Passed:
    return Passed((Chunk(0, number, b""),), Update(), number * 1.0)


def steps(count: int) -> Iterator[Item]:
    return map(step, range(count))


def taken(subscription: Subscription) -> list[Item]:
    """All up to the end."""
    items: list[Item] = []
    while not (items and isinstance(items[-1], Ended)):
        items += subscription.wait(WAIT_S)
    return items


def test_everybody_gets_everything_in_its_order():
    with Broadcast(steps(500), lambda: None) as broadcast:
        first, second = broadcast.subscribe(), broadcast.subscribe()
        broadcast.start()

        assert taken(first) == taken(second) == [*steps(500), Ended()]


def test_a_subscriber_who_does_not_look_delays_nobody_and_is_told_how_much_it_missed():
    """The window is held up; the table of strides and the passage itself go on."""
    with Broadcast(steps(500), lambda: None) as broadcast:
        held_up, table = broadcast.subscribe(limit=10), broadcast.subscribe()
        broadcast.start()

        assert len(taken(table)) == 501
        items = held_up.take()

    assert items == [*list(steps(500))[-9:], Ended()]
    assert held_up.dropped == 491


def test_a_new_beginning_is_never_dropped():
    subscription = Subscription(limit=2)
    for item in (Restarted(), step(0), step(1), step(2)):
        subscription.put(item)

    assert subscription.take()[0] == Restarted()


def test_it_passes_in_a_thread_of_its_own():
    def threads() -> Iterator[Item]:
        names.append(current_thread().name)
        yield step(0)

    names: list[str] = []
    with Broadcast(threads(), lambda: None) as broadcast:
        subscription = broadcast.subscribe()
        broadcast.start()
        taken(subscription)

    assert names == ["passage"]


def test_what_breaks_it_off_is_told():
    def broken() -> Iterator[Item]:
        yield step(0)
        raise OSError("the cable")

    with Broadcast(broken(), lambda: None) as broadcast:
        subscription = broadcast.subscribe()
        broadcast.start()
        seen = []
        with pytest.raises(OSError, match="the cable"):
            for item in followed(subscription):
                seen.append(item)  # noqa: PERF402 - what came before counts

    assert [item for item in seen if item.chunks] == [step(0)]


def test_whoever_follows_gets_a_beat_while_nothing_passes():
    go_on = Event()

    def slow() -> Iterator[Item]:
        yield step(7)
        go_on.wait(WAIT_S)

    with Broadcast(slow(), go_on.set) as broadcast:
        subscription = broadcast.subscribe()
        broadcast.start()
        following = followed(subscription, beat_s=0.001)

        first = next(item for item in following if item.chunks)
        assert first == step(7)
        assert next(following) == Passed((), Update(), 7.0)
        go_on.set()
        assert not [item for item in following if item.chunks]


def test_closing_ends_it():
    ended = Event()

    def endless() -> Iterator[Item]:
        while not ended.wait(0.001):
            yield step(0)

    broadcast = Broadcast(endless(), ended.set)
    subscription = broadcast.subscribe(limit=5)
    broadcast.start()
    broadcast.close()

    assert isinstance(subscription.take()[-1], Ended)


def test_closing_one_that_never_began_is_harmless():
    Broadcast(steps(1), lambda: None).close()

from collections.abc import Callable, Mapping
from itertools import count

import pytest

from firmware_bridge.links.link import Enough, Found, Inbox
from firmware_bridge.links.live import LiveSource
from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.source import NO_SENSOR, Chunk, Kind, SensorFacts

THIGH, SHANK = (
    SensorFacts(Placement(Side.LEFT, segment), "imported", 200.0, 160.0, 35.0, name=segment) for segment in Segment
)


class ScriptedLink:
    """A link that posts what its script says, from the thread that starts and stops it."""

    def __init__(self, at_start: Callable[[Inbox], None], at_stop: Callable[[Inbox], None] = lambda _: None) -> None:
        self.scripts = at_start, at_stop
        self.served: Mapping[int, SensorFacts] = {}
        self.stops = 0

    def find(self, seconds: float, enough: Enough = lambda _found: False) -> list[Found]:
        return []

    def start(self, sensors: Mapping[int, SensorFacts], inbox: Inbox) -> None:
        self.served, self.inbox = sensors, inbox
        self.scripts[0](inbox)

    def stop(self) -> None:
        self.stops += 1
        self.scripts[1](self.inbox)

    def identify(self, sensor: SensorFacts) -> None:
        raise NotImplementedError


def ticking() -> Callable[[], int]:
    """A clock that goes on by 1 ns a look, from 1000."""
    ticks = count(1000)
    return lambda: next(ticks)


def speaks_and_ends(inbox: Inbox) -> None:
    inbox(0, b"one")
    inbox(0, b"why", Kind.LOST)
    inbox.end()


def test_what_links_post_comes_in_one_order_with_its_arrival():
    link = ScriptedLink(speaks_and_ends)
    with LiveSource([THIGH], [(link, [0])], clock_ns=ticking()) as source:
        chunks = [chunk for batch in source for chunk in batch]

    assert chunks == [Chunk(0, 1, b"one"), Chunk(0, 2, b"why", Kind.LOST)]
    assert link.served == {0: THIGH}
    assert link.stops == 1


def test_a_calibration_has_its_place_among_what_arrives():
    link = ScriptedLink(lambda inbox: inbox(0, b"one"), Inbox.end)
    with LiveSource([THIGH], [(link, [0])], clock_ns=ticking()) as source:
        batches = iter(source)
        first = next(batches)
        source.calibrate('{"legs": []}')
        source.end()
        rest = [chunk for batch in batches for chunk in batch]
    assert [chunk.data for chunk in first] == [b"one"]
    assert rest == [Chunk(NO_SENSOR, 2, b'{"legs": []}', Kind.CALIBRATION)]


def test_the_source_ends_when_the_last_link_does():
    early = ScriptedLink(lambda inbox: inbox.end())
    late = ScriptedLink(speaks_and_ends)
    with LiveSource([THIGH, SHANK], [(early, [1]), (late, [0])], clock_ns=ticking()) as source:
        chunks = [chunk for batch in source for chunk in batch]

    assert [chunk.data for chunk in chunks] == [b"one", b"why"]
    assert (early.served, late.served) == ({1: SHANK}, {0: THIGH})


def test_while_nothing_comes_there_is_a_heartbeat():
    with LiveSource([THIGH], [(ScriptedLink(lambda _: None), [0])]) as source:
        batches = iter(source)

        assert next(batches) == next(batches) == []


def test_what_links_post_while_they_are_stopped_is_given_too():
    link = ScriptedLink(lambda inbox: inbox(0, b"a"), lambda inbox: inbox(0, b"stopped", Kind.LOST))
    source = LiveSource([THIGH], [(link, [0])], clock_ns=ticking())
    chunks = []
    for batch in source:
        chunks += batch
        source.end()

    assert [chunk.data for chunk in chunks] == [b"a", b"stopped"]


def test_links_are_stopped_once_whatever_happens():
    link = ScriptedLink(lambda inbox: inbox(0, b"a"))

    def watched() -> None:
        with LiveSource([THIGH], [(link, [0])]) as source:
            for _ in source:
                raise RuntimeError("the window is gone")

    with pytest.raises(RuntimeError):
        watched()

    assert link.stops == 1

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from time import monotonic
from typing import Self

import numpy as np
import pytest

from firmware_bridge.choice import PLACEMENTS
from firmware_bridge.errors import LinkError, Reason
from firmware_bridge.found import Found
from firmware_bridge.intake import Intake
from firmware_bridge.links.link import Enough, Inbox
from firmware_bridge.links.live import LiveSource
from firmware_bridge.links.monikers import KINDS, Moniker, SourceKind
from firmware_bridge.links.session import find_all, open_live
from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.protocols.packets import Introduction
from firmware_bridge.replay import ReplaySource
from firmware_bridge.samples import Placement, Quality, SampleBlock
from firmware_bridge.source import Chunk, Kind, SensorFacts
from tests.firmware_bridge.links.boards import LEFT, PATIENCE_S, RIGHT, PluggedIn, board_of

LEFT_THIGH, LEFT_SHANK, RIGHT_THIGH, RIGHT_SHANK = PLACEMENTS
NOBODY: Mapping[Placement, SensorFacts] = {}


def sensor(n: int, at: Placement | None, link: str = "") -> Found:
    return Found(link or f"ble:{n}", "leglink", Introduction(0, f"{n:08X}", f"LegLink {n:04X}", at))


LEFT_LEG = [sensor(1, LEFT_THIGH), sensor(2, LEFT_SHANK)]
RIGHT_LEG = [sensor(3, RIGHT_THIGH), sensor(4, RIGHT_SHANK)]


def config(*found: Found) -> dict[Placement, SensorFacts]:
    usual = PROTOCOLS["leglink"].defaults
    return {
        f.told.placement: usual._replace(
            placement=f.told.placement, name=f.told.name or "", device=f.device, link=f.link
        )
        for f in found
        if f.told.placement
    }


class Known:
    """A link that finds what it is made for, or has a trouble."""

    def __init__(self, found: list[Found], trouble: LinkError | None = None) -> None:
        self.found = found
        self.trouble = trouble
        self.enough = False
        self.asked_s = 0.0
        self.served: dict[int, SensorFacts] = {}

    def find(self, seconds: float, enough: Enough = lambda _found: False) -> list[Found]:
        self.asked_s = seconds
        if self.trouble:
            raise self.trouble
        self.enough = enough(self.found)
        return self.found

    def start(self, sensors: Mapping[int, SensorFacts], inbox: Inbox) -> None:
        self.served = dict(sensors)
        inbox.end()

    def stop(self) -> None:
        pass

    def identify(self, sensor: SensorFacts) -> None:
        raise NotImplementedError


def kinds(**links: Known) -> dict[str, SourceKind]:
    def maker(link: Known) -> Callable[[Moniker], Known]:
        return lambda _moniker: link

    return {name: SourceKind(name, "", f"{name}:", link=maker(link)) for name, link in links.items()}


def no_radio() -> LinkError:
    return LinkError(Reason.NO_LINK, "There is no adapter.", "Buy one.")


def opened(said: list[str], wanted: Mapping[Placement, SensorFacts] = NOBODY, **links: Known) -> LiveSource:
    source = open_live([f"{name}:" for name in links], wanted, kinds(**links), 1.0, said.append)
    assert isinstance(source, LiveSource)
    with source:
        for _ in source:
            pass
    return source


def test_sensors_are_grouped_by_the_link_that_found_them():
    said: list[str] = []
    one, other = Known([LEFT_LEG[1], RIGHT_LEG[0]]), Known([RIGHT_LEG[1], LEFT_LEG[0]])
    source = opened(said, one=one, other=other)
    assert [facts.placement for facts in source.sensors] == list(PLACEMENTS)
    assert {n: f.link for n, f in one.served.items()} == {1: "ble:2", 2: "ble:3"}
    assert {n: f.link for n, f in other.served.items()} == {0: "ble:1", 3: "ble:4"}
    assert said == []


def test_the_search_ends_once_both_legs_are_found():
    whole, half = Known(LEFT_LEG + RIGHT_LEG), Known(LEFT_LEG)
    opened([], whole=whole)
    opened([], half=half)
    assert (whole.enough, half.enough) == (True, False)
    assert whole.asked_s == 1.0


def anywhere(said: list[str], wanted: Mapping[Placement, SensorFacts], link: Known) -> LiveSource:
    source = open_live(["link:"], wanted, kinds(link=link), 1.0, said.append, anywhere=True)
    assert isinstance(source, LiveSource)
    with source:
        return source


def test_sensors_of_which_nobody_knows_where_they_are_worn_are_used_where_that_is_wanted():
    said: list[str] = []
    link = Known([sensor(n, None) for n in (1, 2, 3, 4)])
    source = anywhere(said, {}, link)
    assert [facts.placement for facts in source.sensors] == list(PLACEMENTS)
    assert {facts.link for facts in source.sensors} == {"ble:1", "ble:2", "ble:3", "ble:4"}
    assert link.enough
    assert said == []


def test_then_the_search_goes_on_for_one_that_is_wanted_whatever_else_is_there():
    wanted = config(*LEFT_LEG)
    strangers = Known([sensor(n, None) for n in (6, 7, 8, 9)])
    both = Known([*LEFT_LEG, sensor(6, None)])
    anywhere([], wanted, strangers)
    anywhere([], wanted, both)
    assert (strangers.enough, both.enough) == (False, True)


def test_the_search_ends_once_all_wanted_are_found():
    half = Known(LEFT_LEG)
    opened([], config(*LEFT_LEG), half=half)
    assert half.enough


def test_what_the_links_find_together_is_enough_for_each():
    met = Barrier(2, timeout=PATIENCE_S)

    class Waiting(Known):
        def find(self, seconds: float, enough: Enough = lambda _found: False) -> list[Found]:
            enough(self.found)
            met.wait()
            self.enough = enough(self.found)
            return self.found

    one, other = Waiting(LEFT_LEG), Waiting(RIGHT_LEG)
    opened([], one=one, other=other)
    assert (one.enough, other.enough) == (True, True)


def test_a_lonely_sensor_is_left_out_and_said():
    said: list[str] = []
    source = opened(said, link=Known([*LEFT_LEG, RIGHT_LEG[0]]))
    assert [facts.placement for facts in source.sensors] == [LEFT_THIGH, LEFT_SHANK]
    assert said == ["The sensor on the right thigh has no partner on that leg; it is not used."]


def test_what_does_not_fit_is_said():
    said: list[str] = []
    opened(said, config(*LEFT_LEG, *RIGHT_LEG), link=Known([*LEFT_LEG, RIGHT_LEG[0], sensor(9, None)]))
    assert len(said) == 3
    assert "right shank (LegLink 0004) was not found" in said[0]
    assert "LegLink 0009 at ble:9 is not in the config" in said[1]
    assert "no partner" in said[2]


def test_the_trouble_of_one_link_is_said_where_another_finds_sensors():
    said: list[str] = []
    opened(said, broken=Known([], no_radio()), whole=Known(LEFT_LEG))
    assert said == ["There is no adapter. Buy one."]


@pytest.mark.parametrize("others", [{}, {"empty": Known([])}])
def test_a_trouble_is_the_error_where_nothing_is_found(others: dict[str, Known]):
    with pytest.raises(LinkError, match="There is no adapter"):
        opened([], broken=Known([], no_radio()), **others)


def test_nothing_found_is_said_with_what_was_wanted():
    with pytest.raises(LinkError, match="No sensor was found") as caught:
        opened([], config(*LEFT_LEG), empty=Known([]))
    assert caught.value.reason is Reason.NO_SENSOR
    assert "left thigh (LegLink 0001)" in caught.value.advice


@pytest.mark.parametrize("found", [[LEFT_LEG[0], RIGHT_LEG[1]], [sensor(1, None), sensor(2, None)]])
def test_what_makes_up_no_leg_is_said_with_what_was_found(found: list[Found]):
    with pytest.raises(LinkError, match="makes up no leg") as caught:
        opened([], link=Known(found))
    assert caught.value.reason is Reason.NO_SENSOR
    assert all(f"{f.told.name} at {f.link}" in caught.value.sentence for f in found)
    assert "legcycle scan --save" in caught.value.advice


@pytest.mark.parametrize(
    ("monikers", "sentence"),
    [
        ([], "No source is named"),
        (["bel:"], "'bel:' is no source"),
        (["replay:a.legcycle", "ble:"], "replayed alone"),
    ],
)
def test_sources_that_cannot_be_are_said(monikers: list[str], sentence: str):
    with pytest.raises(LinkError, match=sentence) as caught:
        open_live(monikers, NOBODY)
    assert caught.value.reason is Reason.BAD_MONIKER


def test_a_recording_has_no_sensors_to_be_found():
    with pytest.raises(LinkError, match="no sensors to be found"):
        find_all(["replay:a.legcycle"])


def test_a_recording_is_opened(monkeypatch: pytest.MonkeyPatch):
    replayed: list[Moniker] = []
    replay = object.__new__(ReplaySource)

    def open_it(moniker: Moniker) -> ReplaySource:
        replayed.append(moniker)
        return replay

    table = {"replay": SourceKind("", "file", "", KINDS["replay"].options, replay=open_it, file=True)}
    assert open_live(["replay:a,b.legcycle,speed=2"], NOBODY, table) is replay
    assert replayed == [Moniker("replay", "a,b.legcycle", {"speed": 2.0})]


def test_a_scan_gives_all_that_is_found_and_says_what_is_in_the_way():
    said: list[str] = []
    table = kinds(one=Known(LEFT_LEG), broken=Known([], no_radio()), other=Known([sensor(9, None)]))
    assert find_all(["one:", "broken:", "other:", "one:"], table, 1.0, said.append) == [*LEFT_LEG, sensor(9, None)]
    assert said == ["There is no adapter. Buy one."]


def test_an_interruption_ends_the_other_searches():
    both_look = Barrier(2, timeout=PATIENCE_S)

    class Interrupted(Known):
        def find(self, seconds: float, enough: Enough = lambda _found: False) -> list[Found]:
            both_look.wait()
            raise KeyboardInterrupt

    class Waiting(Known):
        def find(self, seconds: float, enough: Enough = lambda _found: False) -> list[Found]:
            both_look.wait()
            deadline = monotonic() + PATIENCE_S
            while not self.enough and monotonic() < deadline:
                self.enough = enough([])
            return []

    waiting = Waiting([])
    with pytest.raises(KeyboardInterrupt):
        find_all(["one:", "other:"], kinds(one=Interrupted([]), other=waiting))
    assert waiting.enough


def test_a_scan_that_finds_nothing_is_no_error():
    assert find_all(["one:"], kinds(one=Known([]))) == []


@contextmanager
def two_boards(folder: Path) -> Iterator[tuple[PluggedIn, PluggedIn]]:
    with (
        PluggedIn(board_of(*LEFT), folder / "left") as left,
        PluggedIn(board_of(*RIGHT, serials=(0xB1, 0xB2)), folder / "right") as right,
    ):
        yield left, right


class Taking:
    """Takes what a source gives through the intake, as long as the block lasts."""

    def __init__(self, source: LiveSource) -> None:
        self.intake = Intake(source.sensors)
        self.chunks: list[Chunk] = []
        self.blocks: list[list[SampleBlock]] = [[] for _ in source.sensors]
        self._source = source
        self._batches = iter(source)

    def until_each_has(self, count: int) -> None:
        """Take until each sensor has given so many samples more."""
        begin = self._counts()
        self._until(lambda: min(now - then for now, then in zip(self._counts(), begin, strict=True)) >= count)

    def until_has(self, placement: Placement, count: int) -> None:
        """Take until a sensor has given so many samples."""
        number = self._number(placement)
        self._until(lambda: self._counts()[number] >= count)

    def until_kind(self, placement: Placement, kind: Kind) -> None:
        """Take until something befalls a sensor."""
        number = self._number(placement)
        self._until(lambda: any(chunk.kind is kind for chunk in self.chunks if chunk.sensor == number))

    def _until(self, told: Callable[[], bool]) -> None:
        deadline = monotonic() + PATIENCE_S
        while not told():
            assert monotonic() < deadline, f"samples: {self._counts()}"
            self._take(next(self._batches))

    def _number(self, placement: Placement) -> int:
        return next(n for n, facts in enumerate(self._source.sensors) if facts.placement == placement)

    def _take(self, batch: list[Chunk]) -> None:
        self.chunks += batch
        for blocks, block in zip(self.blocks, self.intake.push(batch), strict=True):
            blocks.append(block)

    def _counts(self) -> list[int]:
        return [sum(map(len, blocks)) for blocks in self.blocks]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._source.end()
        for batch in self._batches:
            self._take(batch)


needs_ptys = pytest.mark.skipif(not hasattr(os, "openpty"), reason="pseudo-terminals are of POSIX systems")


@needs_ptys
def test_two_ports_of_two_nodes_become_four_sensors_that_stream(tmp_path: Path):
    said: list[str] = []
    with two_boards(tmp_path) as (left, right):
        source = open_live([left.link, right.link], NOBODY, seconds=PATIENCE_S, say=said.append)
        assert isinstance(source, LiveSource)
        with Taking(source) as taking:
            taking.until_each_has(50)
        left.unplug()
        right.unplug()
    assert [facts.placement for facts in source.sensors] == list(PLACEMENTS)
    assert [facts.device for facts in source.sensors] == ["000000A1", "000000A2", "000000B1", "000000B2"]
    assert not any(left.board.streaming + right.board.streaming)
    assert not any(count for dirt in taking.intake.dirt for count in dirt.values())
    assert said == []


@needs_ptys
def test_two_ports_go_on_after_they_were_unplugged(tmp_path: Path):
    with two_boards(tmp_path) as boards:
        source = open_live([board.link for board in boards], NOBODY, seconds=PATIENCE_S)
        assert isinstance(source, LiveSource)
        with Taking(source) as taking:
            taking.until_each_has(20)
            for board in boards:
                board.unplug()
                board.board.restart()
                board.plug()
            taking.until_each_has(20)
    kinds = [chunk.kind for chunk in taking.chunks]
    assert (kinds.count(Kind.LOST), kinds.count(Kind.CONNECTED)) == (2, 4)
    for blocks in taking.blocks:
        block = SampleBlock.join(blocks)
        assert np.all(np.diff(block.time) > 0.0)
        assert np.count_nonzero(block.quality & Quality.AFTER_GAP) == 1

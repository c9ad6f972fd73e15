"""Cables and networks: causal, in order, no byte lost, no faster than the line."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.virtual.cable import Cable, CableSettings, Network, NetworkSettings
from firmware_bridge.virtual.host import Host, HostSettings
from firmware_bridge.virtual.wire import Arrived, Happening, Left, Packet, Reached, Wire

CALM = HostSettings(stalls_per_s=0.0)
packets = st.lists(
    st.tuples(st.floats(0.0, 2.0), st.binary(min_size=1, max_size=120)).map(lambda row: Packet(*row)), max_size=25
)
cuts = st.lists(st.floats(0.0, 3.0), max_size=6).map(sorted)


def host(seed: int = 0, settings: HostSettings = CALM) -> Host:
    return Host(settings, np.random.default_rng([seed, 1]))


def cable(seed: int = 0, **settings: float) -> Cable:
    return Cable(CableSettings(**settings), host(seed), np.random.default_rng(seed))  # type: ignore[arg-type]


def network(seed: int = 0) -> Network:
    return Network(NetworkSettings(), host(seed, HostSettings(stalls_per_s=5.0)), np.random.default_rng(seed))


def run(wire: Wire, offered: Sequence[Packet], until: Sequence[float] = ()) -> list[Happening]:
    """All that happens, with packets offered only when their time has come."""
    told: list[Happening] = []
    rest = sorted(offered, key=lambda packet: packet.ready_s)
    for until_s in (*until, 100.0):
        while rest and rest[0].ready_s <= until_s:
            wire.offer(rest.pop(0))
        told += wire.advance(until_s)
    return told


def arrived(told: Sequence[Happening]) -> list[Arrived]:
    return [what for what in told if isinstance(what, Arrived)]


@pytest.mark.parametrize("make", [cable, network])
@settings(max_examples=40, derandomize=True, deadline=None)
@given(offered=packets, seed=st.integers(0, 5))
def test_everything_arrives_once_in_order_and_not_before_it_was_ready(
    make: Callable[[int], Wire], offered: list[Packet], seed: int
) -> None:
    got = arrived(run(make(seed), offered))
    inline = sorted(offered, key=lambda packet: packet.ready_s)
    assert b"".join(chunk.data for chunk in got) == b"".join(packet.data for packet in inline)
    assert [chunk.at_s for chunk in got] == sorted(chunk.at_s for chunk in got)
    ready_of_byte = [packet.ready_s for packet in inline for _ in packet.data]
    arrival_of_byte = [chunk.at_s for chunk in got for _ in chunk.data]
    assert all(a > r + CALM.floor_s for a, r in zip(arrival_of_byte, ready_of_byte, strict=True))


@pytest.mark.parametrize("make", [cable, network])
@settings(max_examples=40, derandomize=True, deadline=None)
@given(offered=packets, until=cuts, seed=st.integers(0, 5))
def test_the_stretches_in_which_it_is_advanced_change_nothing(
    make: Callable[[int], Wire], offered: list[Packet], until: list[float], seed: int
) -> None:
    assert run(make(seed), offered, until) == run(make(seed), offered)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(offered=packets, baud=st.sampled_from([9600, 115_200]))
def test_a_line_is_no_faster_than_its_baud_rate(offered: list[Packet], baud: int) -> None:
    got = arrived(run(cable(baud=baud), offered))
    first_s = min((packet.ready_s for packet in offered), default=0.0)
    bytes_by_then = np.cumsum([len(chunk.data) for chunk in got])
    assert all(chunk.at_s - first_s > n * 10 / baud for chunk, n in zip(got, bytes_by_then, strict=True))


def test_a_bridge_hands_over_full_or_when_its_timer_ends() -> None:
    long = arrived(run(cable(latency_s=0.016), [Packet(0.1, bytes(150))]))
    assert [len(chunk.data) for chunk in long] == [62, 62, 26]
    waits = []
    for seed in range(50):
        (chunk,) = arrived(run(cable(seed, latency_s=0.016), [Packet(0.1, b"s")]))
        waits.append(chunk.at_s - 0.1)
    assert 0.0003 < min(waits) < 0.003
    assert 0.012 < max(waits) < 0.024


def test_what_is_written_reaches_the_sensor_and_its_packets_are_known_to_leave() -> None:
    wire = cable()
    wire.write(Packet(0.2, b"question"))
    told = run(wire, [Packet(0.5, b"answer")])
    assert [type(what) for what in told] == [Reached, Left, Arrived]
    assert 0.2 < told[0].at_s < 0.2 + 0.016 + 0.001
    assert told[1] == Left(0.5, b"answer")


@pytest.mark.parametrize("make", [cable, network])
def test_a_reset_loses_what_was_ready_before_and_nothing_else(make: Callable[[], Wire]) -> None:
    wire = make()
    wire.offer(Packet(1.0, b"old"))
    wire.offer(Packet(3.0, b"new"))
    wire.write(Packet(1.0, b"old question"))
    wire.reset(2.0)
    told = list(wire.advance(10.0))
    assert [(type(what), what.data) for what in told] == [(Left, b"new"), (Arrived, b"new")]


def test_the_bridges_timer_begins_anew_when_it_hands_over() -> None:
    quick = HostSettings(floor_s=0.0, jitter_s=0.0, stalls_per_s=0.0)
    for seed in range(20):
        settings_ = CableSettings(baud=921_600, latency_s=0.016)
        wire = Cable(settings_, host(seed, quick), np.random.default_rng(seed))
        *_, last, rest = arrived(run(wire, [Packet(0.1, bytes(150))]))
        assert rest.at_s - last.at_s == pytest.approx(0.016, abs=1e-9)


def test_a_reset_forgets_what_the_bridge_holds() -> None:
    wire = cable(latency_s=0.016)
    wire.offer(Packet(0.1, b"abc"))
    assert arrived(list(wire.advance(0.1))) == []
    wire.reset(0.5)
    assert arrived(list(wire.advance(9.0))) == []

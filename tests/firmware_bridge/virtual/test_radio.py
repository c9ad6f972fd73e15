"""The radio: events alone carry anything, loss delays, packets and queue are bounded."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.virtual.host import Host, HostSettings
from firmware_bridge.virtual.radio import Radio, RadioSettings
from firmware_bridge.virtual.wire import Arrived, Happening, Left, Packet, Reached

INSTANT = HostSettings(floor_s=0.0, jitter_s=0.0, stalls_per_s=0.0)
"""A computer without latency: arrivals show the air alone."""
intervals = st.sampled_from([0.0075, 0.015, 0.03, 0.05])
packets = st.lists(
    st.tuples(st.floats(0.0, 1.0), st.binary(min_size=1, max_size=244)).map(lambda row: Packet(*row)), max_size=20
)


def radio(seed: int = 0, host: HostSettings = INSTANT, **settings: float) -> Radio:
    given_ = RadioSettings(**settings)  # type: ignore[arg-type]
    return Radio(given_, Host(host, np.random.default_rng([seed, 1])), np.random.default_rng(seed))


def run(wire: Radio, offered: Sequence[Packet], until: Sequence[float] = ()) -> list[Happening]:
    told: list[Happening] = []
    rest = sorted(offered, key=lambda packet: packet.ready_s)
    for until_s in (*until, 100.0):
        while rest and rest[0].ready_s <= until_s:
            wire.offer(rest.pop(0))
        told += wire.advance(until_s)
    return told


def arrived(told: Sequence[Happening]) -> list[Arrived]:
    return [what for what in told if isinstance(what, Arrived)]


def regular(count: int, period_s: float, size: int = 96) -> list[Packet]:
    return [Packet(1.0 + k * period_s, k.to_bytes(4, "little") + bytes(size - 4)) for k in range(count)]


def latencies(offered: Sequence[Packet], got: Sequence[Arrived]) -> np.ndarray:
    ready = {packet.data: packet.ready_s for packet in offered}
    return np.array([chunk.at_s - ready[chunk.data] for chunk in got])


@settings(max_examples=50, derandomize=True, deadline=None)
@given(offered=packets, interval_s=intervals, loss=st.sampled_from([0.0, 0.3]), seed=st.integers(0, 5))
def test_everything_arrives_once_in_order_and_after_it_was_ready(
    offered: list[Packet], interval_s: float, loss: float, seed: int
) -> None:
    got = arrived(run(radio(seed, HostSettings(), interval_s=interval_s, loss=loss, queue_packets=99), offered))
    inline = sorted(offered, key=lambda packet: packet.ready_s)
    assert [chunk.data for chunk in got] == [packet.data for packet in inline]
    assert [chunk.at_s for chunk in got] == sorted(chunk.at_s for chunk in got)
    air_s = 8e-6 * 17
    assert all(c.at_s >= p.ready_s + air_s + INSTANT.floor_s for c, p in zip(got, inline, strict=True))


@settings(max_examples=50, derandomize=True, deadline=None)
@given(offered=packets, cuts=st.lists(st.floats(0.0, 1.5), max_size=6).map(sorted), seed=st.integers(0, 5))
def test_the_stretches_in_which_it_is_advanced_change_nothing(
    offered: list[Packet], cuts: list[float], seed: int
) -> None:
    assert run(radio(seed, loss=0.2), offered, cuts) == run(radio(seed, loss=0.2), offered)


@pytest.mark.parametrize("interval_s", [0.0075, 0.015, 0.03, 0.05])
def test_nothing_moves_between_events(interval_s: float) -> None:
    offered = regular(200, 0.1371)
    got = arrived(run(radio(interval_s=interval_s, loss=0.0), offered))
    air_s = 8e-6 * (17 + 96) + 230e-6
    phase = np.array([chunk.at_s - air_s for chunk in got]) / interval_s % 1.0
    turned = np.exp(2j * np.pi * phase)
    assert np.ptp(np.angle(turned / turned[0])) < 1e-6
    late = latencies(offered, got) - air_s
    assert 0.0 < late.min() < 0.2 * interval_s
    assert 0.8 * interval_s < late.max() < interval_s
    assert late.mean() == pytest.approx(interval_s / 2, rel=0.2)


def test_a_repetition_delays_by_an_event_and_loses_nothing() -> None:
    offered = regular(2000, 0.035)
    clean = latencies(offered, arrived(run(radio(interval_s=0.015, loss=0.0), offered)))
    lossy = arrived(run(radio(interval_s=0.015, loss=0.2), offered))
    assert len(lossy) == 2000
    extra = np.rint((latencies(offered, lossy) - clean) / 0.015)
    assert np.mean(extra == 0) == pytest.approx(0.8, abs=0.05)
    assert np.mean(extra == 1) == pytest.approx(0.16, abs=0.04)


@pytest.mark.parametrize(("interval_s", "per_event"), [(0.05, 2), (0.03, 3), (0.015, 1)])
def test_packets_an_event_bound_the_rate_and_the_queue_overflows(interval_s: float, per_event: int) -> None:
    offered = regular(2000, 0.002)
    wire = radio(interval_s=interval_s, packets_per_event=per_event, loss=0.0, queue_packets=20)
    got = arrived(run(wire, offered))
    times = np.array([chunk.at_s for chunk in got])
    inside = times[(times > 1.5) & (times < 4.5)]
    assert len(inside) / 3.0 == pytest.approx(per_event / interval_s, rel=0.03)
    assert len(got) + wire.overflown == 2000
    assert latencies(offered, got).max() < (20 / per_event + 2) * interval_s


def test_an_answer_leaves_at_a_later_event_than_that_which_brought_the_question() -> None:
    wire = radio(interval_s=0.03, loss=0.0)
    wire.write(Packet(1.0, b"question"))
    times = {}
    for what in wire.advance(5.0):
        times[type(what)] = what.at_s
        if isinstance(what, Reached):
            wire.offer(Packet(what.at_s, b"answer"))
    assert 1.0 < times[Reached] < 1.031
    assert times[Arrived] - times[Reached] == pytest.approx(0.03, abs=0.001)
    assert 0.0 <= times[Left] - times[Arrived] <= 0.0002


def test_writes_go_one_an_event_in_their_order_and_wait_for_it() -> None:
    wire = radio(interval_s=0.05, loss=0.0)
    for name in (b"a", b"b", b"c"):
        wire.write(Packet(2.0, name))
    reached = [what for what in wire.advance(9.0) if isinstance(what, Reached)]
    assert [what.data for what in reached] == [b"a", b"b", b"c"]
    assert np.diff([what.at_s for what in reached]) == pytest.approx([0.05, 0.05])


def test_a_stack_that_waits_for_the_acknowledgement_tells_an_interval_later() -> None:
    told = run(radio(interval_s=0.03, loss=0.0, acknowledged_next_event=True), regular(20, 0.1))
    left = np.array([what.at_s for what in told if isinstance(what, Left)])
    late = left - [what.at_s for what in arrived(told)]
    assert np.all((late > 0.028) & (late < 0.0302))


def test_a_write_that_is_lost_on_the_air_is_repeated_at_the_next_event() -> None:
    wire = radio(interval_s=0.05, loss=0.5)
    for k in range(200):
        wire.write(Packet(2.0, b"%d" % k))
    reached = [what for what in wire.advance(99.0) if isinstance(what, Reached)]
    assert [what.data for what in reached] == [b"%d" % k for k in range(200)]
    events = np.rint(np.diff([what.at_s for what in reached]) / 0.05)
    assert events.min() == 1
    assert events.mean() == pytest.approx(2.0, abs=0.3)


def test_an_acknowledgement_comes_at_once_where_more_follows_in_the_event() -> None:
    wire = radio(interval_s=0.03, loss=0.0, acknowledged_next_event=True)
    told = run(wire, [Packet(1.0, b"first"), Packet(1.0, b"last")])
    left = {what.data: what.at_s for what in told if isinstance(what, Left)}
    late = {what.data: left[what.data] - what.at_s for what in arrived(told)}
    assert 0.0 <= late[b"first"] <= 0.0002
    assert late[b"last"] > 0.028


def test_a_reset_begins_events_at_another_phase_and_forgets_what_was_ready() -> None:
    wire = radio(interval_s=0.05, loss=0.0)
    for packet in regular(2, 0.01):
        wire.offer(packet)
    wire.offer(Packet(4.0, b"new"))
    wire.reset(3.0)
    (chunk,) = arrived(list(wire.advance(9.0)))
    assert chunk.data == b"new"
    assert 4.0 < chunk.at_s < 4.051


@pytest.mark.parametrize("bad", [{"interval_s": 0.0}, {"loss": 1.0}, {"packets_per_event": 0}])
def test_settings_that_no_radio_has_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected an interval"):
        RadioSettings(**bad)  # type: ignore[arg-type]

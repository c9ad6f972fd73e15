from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.protocols.leglink import DEFAULTS, LegLinkDecoder
from firmware_bridge.protocols.leglink_node import STATUS_S, Hardware, LegLinkNode
from firmware_bridge.protocols.leglink_packets import (
    LARGEST_BATCH,
    LARGEST_PACKET,
    PLACES,
    SAMPLE,
    Capability,
    Command,
    Data,
    Event,
    EventCode,
    Info,
    Order,
    State,
    Status,
    Time,
    TimeSent,
    command,
    pack,
    unpack,
)
from firmware_bridge.protocols.packets import Introduction, Readings, Report
from firmware_bridge.samples import Quality, SampleBlock

FACTS = DEFAULTS._replace(node=1, placement=PLACES[1])
STEP_S = 0.005


def still(time):
    """Samples of a node that stands: acc 1 g upwards, gyr 0."""
    n = len(time)
    return SampleBlock(
        np.asarray(time, float), np.zeros((n, 3)), np.tile([0.0, 9.80665, 0.0], (n, 1)), np.zeros(n, "u1")
    )


def samples(start_s, n):
    return still(start_s + np.arange(n) * STEP_S)


def wires(packets):
    return [unpack(packet)[0] for packet in packets]


def of(kind, packets):
    return [wire for wire in wires(packets) if isinstance(wire, kind)]


def started(n=0, **kwargs):
    node = LegLinkNode(FACTS, **kwargs)
    node.received(command(Order.START, small=n, number=200), 0.0)
    return node


def test_a_node_streams_only_between_start_and_stop():
    node = LegLinkNode(FACTS)
    assert node.push(samples(0.0, 70)) == []
    (info,) = wires(node.received(command(Order.START, small=7, number=200), 0.35))
    assert isinstance(info, Info)
    assert node.streaming
    assert len(of(Data, node.push(samples(0.35, 70)))) == 10
    (status,) = wires(node.received(command(Order.STOP), 0.7))
    assert (status.state, status.next_sequence, status.samples) == (0, 10, 70)
    assert node.push(samples(0.7, 70)) == []


def test_samples_from_before_a_start_are_never_sent():
    node = started()
    node.push(samples(0.0, 5))
    node.received(command(Order.STOP), 0.025)
    node.received(command(Order.START), 1.0)
    (data,) = of(Data, node.push(samples(1.0, 7)))
    assert (data.t_us, data.n) == (1_000_000, 7)


def test_the_sequence_goes_on_over_a_stop_and_wraps():
    node = started()
    node._sequence = 65535
    assert [data.sequence for data in of(Data, node.push(samples(0.0, 14)))] == [65535, 0]
    node.received(command(Order.STOP), 1.0)
    node.received(command(Order.START), 2.0)
    assert [data.sequence for data in of(Data, node.push(samples(2.0, 7)))] == [1]


@pytest.mark.parametrize(("asked", "n"), [(0, 7), (1, 1), (5, 5), (19, 19), (20, LARGEST_BATCH), (255, LARGEST_BATCH)])
def test_samples_a_packet_as_asked_but_never_more_than_fit(asked, n):
    node = started(asked)
    packets = node.push(samples(0.0, 40))
    assert {data.n for data in of(Data, packets)} == {n}
    assert unpack(node.info())[0].batch == n
    assert max(map(len, packets)) <= LARGEST_PACKET


@given(st.lists(st.integers(0, 60), max_size=8), st.integers(1, 19))
def test_packets_are_the_same_for_any_cutting(cuts, n):
    gappy = np.delete(np.arange(80) * STEP_S, [20, 21, 33])
    whole, (one, other) = still(gappy), (started(n), started(n))
    parts = [whole[slice(*ends)] for ends in pairwise([0, *sorted(cuts), 77])]
    assert [packet for part in parts for packet in one.push(part)] == other.push(whole)


def test_a_gap_ends_a_packet():
    time = np.delete(np.arange(20) * STEP_S, [9, 10])
    first, second, third = of(Data, started().push(still(time)))
    assert (first.n, second.n, third.n) == (7, 2, 7)
    assert third.t_us == 55_000


def test_a_clock_that_begins_anew_ends_a_packet():
    time = [*(100 + np.arange(4) * STEP_S), *(np.arange(7) * STEP_S)]
    assert [(data.t_us, data.n) for data in of(Data, started().push(still(time)))] == [(100_000_000, 4), (0, 7)]


def test_the_period_is_as_measured():
    (data,) = of(Data, started().push(still(np.arange(7) * STEP_S * 1.01)))
    assert data.dt_us == 5050


@pytest.mark.parametrize("field", ["time", "gyr", "acc"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_sample_that_is_no_number_is_not_sent(field, value):
    block = samples(0.0, 12)
    getattr(block, field)[3] = value
    sent = of(Data, started().push(block))
    assert [data.n for data in sent] == [3, 7]
    assert sent[1].t_us == 20_000


@pytest.mark.parametrize(
    ("acc", "flag", "expected"),
    [
        (156.8, Quality.CLEAN, False),
        (156.91, Quality.CLEAN, True),
        (-156.91, Quality.CLEAN, True),
        (1e12, Quality.CLEAN, True),
        (9.8, Quality.GYR_SATURATED, True),
        (9.8, Quality.ACC_SATURATED, True),
        (9.8, Quality.AFTER_GAP, False),
    ],
)
def test_the_saturated_bit(acc, flag, expected):
    block = samples(0.0, 7)
    block.acc[2, 0] = acc
    block.quality[2] = flag
    (data,) = of(Data, started().push(block))
    assert data.node == (0x81 if expected else 0x01)


def test_a_range_smaller_than_an_i16_saturates_at_its_own_end():
    node = LegLinkNode(FACTS._replace(acc_range_m_s2=78.0))
    node.received(command(Order.START), 0.0)
    block = samples(0.0, 14)
    block.acc[9, 2] = 78.01
    assert [data.node for data in of(Data, node.push(block))] == [0x01, 0x81]


def test_numbers_are_rounded_and_clipped():
    node = LegLinkNode(FACTS._replace(acc_unit_m_s2=0.5, gyr_unit_rad_s=0.25))
    node.received(command(Order.START, small=1), 0.0)
    block = SampleBlock(np.zeros(1), np.array([[0.3, -0.4, 1e9]]), np.array([[0.8, -0.7, -1e9]]), np.zeros(1, "u1"))
    _, rest = unpack(node.push(block)[0])
    assert SAMPLE.unpack(rest) == (2, -1, -32768, 1, -2, 32767)


def test_commands_to_others_are_not_for_it():
    node = LegLinkNode(FACTS)
    assert node.received(command(Order.GET_INFO, 2), 0.0) == []
    assert node.received(command(Order.GET_INFO, 1), 0.0) == [node.info()]
    assert node.received(command(Order.GET_INFO), 0.0) == [node.info()]


@given(st.binary(max_size=260))
def test_bytes_that_are_no_command_do_nothing(data):
    node = LegLinkNode(FACTS)
    told = unpack(data)
    if not (isinstance(told, tuple) and isinstance(told[0], Command)):
        assert node.received(data, 0.0) == []


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 65535), st.binary(max_size=4))
def test_any_command_gets_an_answer_that_can_be_read(order, small, number, more):
    node = LegLinkNode(FACTS)
    answers = node.received(pack(Command(255, order, small, number), more), 1.0)
    assert all(isinstance(unpack(answer), tuple) for answer in answers)
    if order not in (Order.IDENTIFY, Order.POWER_OFF):
        assert len(answers) == 1


def test_time_is_answered_and_then_told_when_the_answer_left():
    node = LegLinkNode(FACTS)
    (answer,) = node.received(command(Order.TIME, number=513), 1.5)
    assert unpack(answer)[0] == Time(1, 513, 1_500_000)
    (after,) = node.left(answer, 1.5123456)
    assert unpack(after)[0] == TimeSent(1, 513, 1_512_346)
    assert node.left(after, 1.6) == []
    assert node.left(node.info(), 1.6) == []
    assert wires(node.sent(7, 2.0)) == [TimeSent(1, 7, 2_000_000)]


def test_instants_wrap_after_71_minutes():
    node = LegLinkNode(FACTS)
    (answer,) = wires(node.received(command(Order.TIME), 2**32 / 1e6 + 0.25))
    assert answer.t_us == 250_000


def test_identify_is_seen_and_not_answered():
    node = LegLinkNode(FACTS)
    assert node.received(command(Order.IDENTIFY, small=5), 0.0) == []
    assert node.blinks == 1


def test_a_new_number_is_answered_with_it():
    node = LegLinkNode(FACTS)
    (info,) = wires(node.received(command(Order.SET_NODE, 1, 2), 0.0))
    assert info.node == node.node == 2
    assert node.received(command(Order.GET_INFO, 1), 0.0) == []


@pytest.mark.parametrize(
    "refused",
    [
        command(Order.SET_NODE, small=127),
        command(Order.SET_NODE, small=255),
        command(Order.SET_RANGE, small=3, number=2000),
        command(Order.SET_RANGE, small=16, number=2001),
        pack(Command(255, 99, 0, 0)),
    ],
)
def test_what_cannot_be_is_refused_in_words(refused):
    node = LegLinkNode(FACTS)
    before = node.info()
    (answer,) = node.received(refused, 1.0)
    event, words = unpack(answer)
    assert event == Event(1, EventCode.REFUSED, 1_000_000)
    assert b"not possible" in words
    assert node.info() == before


def test_another_range_comes_with_its_scales_and_decodes_right():
    node, decoder = started(), LegLinkDecoder([FACTS])
    answers = node.received(command(Order.SET_RANGE, small=4, number=500), 0.0)
    (who,) = (told for packet in answers for told in decoder.push(packet))
    assert who.acc_range_m_s2 == pytest.approx(4 * 9.80665)
    assert who.gyr_range_rad_s == pytest.approx(np.radians(500))
    told = [t for packet in node.push(samples(0.0, 7)) for t in decoder.push(packet) if isinstance(t, Readings)]
    assert told[0].acc[:, 1] == pytest.approx(9.80665, abs=4 * 9.80665 / 32768)


def test_switched_off_it_is_silent_until_switched_on():
    node = started()
    assert node.received(command(Order.POWER_OFF), 1.0) == []
    assert not node.on
    assert node.push(samples(1.0, 70)) == []
    assert node.received(command(Order.GET_INFO), 2.0) == []
    assert node.sent(1, 2.0) == []
    node.restart()
    assert node.received(command(Order.GET_INFO), 0.0) == [node.info()]


def test_a_restart_forgets_the_stream_and_keeps_what_it_is():
    node = started(5)
    node.received(command(Order.SET_NODE, small=3), 0.0)
    node.push(samples(0.0, 23))
    node.dropped = 9
    node.restart()
    assert not node.streaming
    assert node.push(samples(0.0, 50)) == []
    node.received(command(Order.START), 0.0)
    data, *_ = wires(node.push(samples(0.0, 7)))
    assert (data.sequence, data.t_us, data.n, data.node) == (0, 0, 7, 3)
    assert unpack(node.status(1.0))[0].dropped == 0


def test_info_and_status_come_with_the_first_packet_and_every_ten_seconds():
    node = started()
    packets = wires(node.push(samples(0.0, round(3 * STATUS_S / STEP_S))))
    assert [type(packet) for packet in packets[:4]] == [Data, Info, Status, Data]
    at = [packet.t_us / 1e6 for packet in packets if isinstance(packet, Status)]
    assert len(at) == 3
    assert np.diff(at) == pytest.approx([STATUS_S] * 2, abs=0.04)
    assert sum(isinstance(packet, Info) for packet in packets) == 3


def test_info_and_status_come_anew_with_a_start_and_with_a_clock_that_went_back():
    node = started()
    node.push(samples(100.0, 7))
    assert not of(Status, node.push(samples(100.035, 7)))
    node.received(command(Order.START), 100.1)
    assert of(Status, node.push(samples(100.1, 7)))
    assert not of(Status, node.push(samples(100.135, 7)))
    assert of(Status, node.push(samples(0.0, 7)))
    assert not of(Status, node.push(samples(0.035, 7)))


def test_status_tells_what_is_known():
    node = started(battery=0.426)
    node.temperature_c = 31.416
    node.dropped = 3
    status = unpack(node.status(2.0))[0]
    assert status == Status(1, 43, State.STREAMING, 2_000_000, 3142, 0, 0, 3)
    assert unpack(LegLinkNode(FACTS).status(0.0))[0] == Status(1, 255, 0, 0, -32768, 0, 0, 0)


def test_the_charge_goes_with_each_packet():
    node = started(battery=0.5)
    assert of(Data, node.push(samples(0.0, 7)))[0].battery == 50
    node.battery = 7.0
    assert of(Data, node.push(samples(0.035, 7)))[0].battery == 100
    node.battery = None
    assert of(Data, node.push(samples(0.07, 7)))[0].battery == 255


def test_an_event_is_cut_to_a_packet():
    node = LegLinkNode(FACTS)
    packet = node.event(EventCode.MESSAGE, "x" * 1000, 1.0)
    assert len(packet) == LARGEST_PACKET
    (said,) = LegLinkDecoder([FACTS]).push(packet)
    assert isinstance(said, Report)
    assert set(said.text) == {"x"}


def test_what_it_says_of_itself():
    what = Hardware(0xC0FFEE, "XIAO nRF52840 Sense", "LSM6DS3TR-C", "1.2.3", Capability.TIME)
    node = LegLinkNode(FACTS, what, battery=1.0)
    info = unpack(node.info())[0]
    assert (info.board, info.imu, info.firmware, info.capabilities) == (what.board, what.imu, what.firmware, 1)
    (who, state) = LegLinkDecoder([FACTS]).push(node.info())
    assert who == Introduction(
        1,
        "00C0FFEE",
        node.name,
        PLACES[1],
        200.0,
        pytest.approx(FACTS.acc_range_m_s2),
        pytest.approx(FACTS.gyr_range_rad_s),
    )
    assert state == Report(1, 1.0)


@pytest.mark.parametrize("rate_hz", [0.0, 24.9, 4001.0, float("nan")])
def test_a_rate_that_packets_cannot_carry_is_refused(rate_hz):
    with pytest.raises(ValueError, match="expected rate_hz of 25 to 4000"):
        LegLinkNode(FACTS._replace(rate_hz=rate_hz))

import importlib.util
import json
import math
from copy import deepcopy
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.protocols.leglink import (
    COMPANY,
    CONTROL,
    DATA,
    DEFAULTS,
    INFO,
    ROW,
    SERVICE,
    LegLinkDecoder,
    LegLinkEncoder,
    recognises,
    tells,
    time_command,
)
from firmware_bridge.protocols.leglink_node import Hardware, LegLinkNode
from firmware_bridge.protocols.leglink_packets import (
    ALL_NODES,
    BATCH,
    NO_TEMPERATURE,
    PLACES,
    SAMPLE,
    Command,
    Data,
    Event,
    EventCode,
    Info,
    Order,
    Status,
    Time,
    TimeSent,
    pack,
    unpack,
)
from firmware_bridge.protocols.packets import Introduction, Readings, Report, TimeReply
from firmware_bridge.protocols.packets import TimeSent as Sent
from firmware_bridge.protocols.profiles import Advert, Read, Write
from firmware_bridge.samples import SampleBlock

FOLDER = Path(__file__).parents[2] / "data" / "leglink"
GOLDEN = json.loads((FOLDER / "golden.json").read_text(encoding="utf-8"))
KINDS = {kind.__name__: kind for kind in (Data, Status, Time, TimeSent, Info, Event, Command)}
FACTS = DEFAULTS._replace(node=2, placement=PLACES[2])
WHAT = Info(2, 255, 7, 0xBEEF, 0.01, 0.002, 160.0, 35.0, 200.0, 63, "board", "imu", "1")
SOME = Data(2, 0, 1000, 5000, 1, 255)


def block(start_s, n, rate_hz=200.0, seed=0):
    rng = np.random.default_rng(seed)
    time = start_s + np.arange(n) / rate_hz
    return SampleBlock(time, rng.uniform(-30, 30, (n, 3)), rng.uniform(-150, 150, (n, 3)), np.zeros(n, np.uint8))


def readings(packets):
    return [packet for packet in packets if isinstance(packet, Readings)]


def decoded(data, decoder=None):
    decoder = decoder or LegLinkDecoder([FACTS])
    return [told for packet in data for told in decoder.push(packet)]


def knowing(*infos):
    """A decoder of a shared line that has heard these INFO packets."""
    decoder = LegLinkDecoder([FACTS], shared=True)
    for info in infos or (WHAT,):
        decoder.push(pack(info))
    return decoder


# ---- golden vectors


def test_the_golden_file_is_what_its_script_writes(capsys, tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("make_leglink", FOLDER / "make.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.main(["--check"]) == 0
    old = tmp_path / "old.json"
    old.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(script, "GOLDEN", old)
    assert script.main(["--check"]) == 1
    assert "is not current" in capsys.readouterr().err
    assert old.read_text(encoding="utf-8") == "{}"
    assert script.main([]) == 0
    assert json.loads(old.read_text(encoding="utf-8")) == GOLDEN


def test_golden_packets_are_of_every_type_and_order_and_golden_dirt_of_every_kind():
    assert {row["kind"] for row in GOLDEN["packets"]} == set(KINDS)
    assert {row["fields"]["order"] for row in GOLDEN["packets"] if row["kind"] == "Command"} == set(Order)
    stateful = {"no_scale"}
    assert {row["why"] for row in GOLDEN["bad"] if "packet" in row} == set(LegLinkDecoder([]).dirt) - stateful


@pytest.mark.parametrize("row", GOLDEN["packets"], ids=lambda row: row["name"])
def test_golden_packets_hold_what_is_stated(row):
    told = unpack(bytes.fromhex(row["packet"]))
    assert isinstance(told, tuple)
    packet, rest = told
    assert type(packet) is KINDS[row["kind"]]
    assert packet._asdict() == row["fields"]
    assert [list(s) for s in SAMPLE.iter_unpack(rest)] == row["samples"] if "samples" in row else True
    assert rest.hex() == row.get("rest", rest.hex() if "samples" in row else "")
    assert pack(KINDS[row["kind"]](**row["fields"]), rest).hex() == row["packet"]


@pytest.mark.parametrize("row", [r for r in GOLDEN["packets"] if "si" in r], ids=lambda row: row["name"])
def test_golden_samples_in_si_units(row):
    decoder = LegLinkDecoder([FACTS._replace(node=3)])
    decoder.push(bytes.fromhex(GOLDEN["packets"][0]["packet"]))
    (told,) = readings(decoder.push(bytes.fromhex(row["packet"])))
    scale = GOLDEN["packets"][0]["fields"]
    samples = np.array(row["samples"], float)
    assert told.node == 3
    assert told.sequence == row["fields"]["sequence"]
    np.testing.assert_array_equal(told.time, row["si"]["time_s"])
    np.testing.assert_array_equal(told.acc, row["si"]["acc_m_s2"])
    np.testing.assert_array_equal(told.gyr, row["si"]["gyr_rad_s"])
    np.testing.assert_allclose(told.acc, samples[:, :3] * scale["acc_scale"], rtol=1e-12)
    np.testing.assert_allclose(told.gyr, samples[:, 3:] * scale["gyr_scale"], rtol=1e-12)


def test_the_golden_standing_sample_is_one_g():
    row = next(row for row in GOLDEN["packets"] if row["name"] == "one sample")
    assert row["samples"][0][1] == 2049
    assert row["si"]["acc_m_s2"][0][1] == pytest.approx(9.80665 * 2049 / 2048, rel=1e-4)


@pytest.mark.parametrize("row", [r for r in GOLDEN["bad"] if "packet" in r], ids=lambda row: row["why"])
def test_golden_bad_packets_are_counted_and_give_nothing(row):
    decoder = LegLinkDecoder([FACTS._replace(node=3)], shared=True)
    decoder.push(bytes.fromhex(GOLDEN["packets"][0]["packet"]))
    assert decoder.push(bytes.fromhex(row["packet"])) == []
    assert {why: n for why, n in decoder.dirt.items() if n} == {row["why"]: 1}


def test_the_golden_advertisement():
    told = GOLDEN["advertisement"]
    who, state = tells(Advert("LegLink FFEE", (SERVICE,), {told["company"]: bytes.fromhex(told["data"])}))
    assert who == Introduction(3, "00C0FFEE", "LegLink FFEE", PLACES[3])
    assert state == Report(3, 0.87)


# ---- decoder


def test_info_introduces_the_node():
    (who,) = LegLinkDecoder([]).push(pack(WHAT))
    assert who == Introduction(2, "0000BEEF", "LegLink BEEF", PLACES[2], 200.0, 160.0, 35.0)


def test_what_info_cannot_know_is_none():
    strange = WHAT._replace(node=9, serial=0, rate_hz=math.nan, acc_range=math.inf, gyr_range=-1.0)
    (who,) = LegLinkDecoder([]).push(pack(strange))
    assert who == Introduction(9, None, "LegLink 0000")


def test_scales_are_those_of_the_last_info():
    rest = SAMPLE.pack(100, 200, -300, 10, -20, 30)
    decoder = knowing()
    (first,) = decoder.push(pack(SOME, rest))
    decoder.push(pack(WHAT._replace(acc_scale=0.5, gyr_scale=0.25)))
    (second,) = decoder.push(pack(SOME, rest))
    np.testing.assert_allclose(first.acc, [[1.0, 2.0, -3.0]], rtol=1e-6)
    np.testing.assert_allclose(first.gyr, [[0.02, -0.04, 0.06]], rtol=1e-6)
    assert second.acc.tolist() == [[50.0, 100.0, -150.0]]
    assert second.gyr.tolist() == [[2.5, -5.0, 7.5]]


def test_arrays_are_contiguous_float64():
    (told,) = knowing().push(pack(SOME._replace(n=3), bytes(36)))
    for array in (told.time, told.gyr, told.acc):
        assert array.dtype == np.float64
        assert array.flags.c_contiguous


def test_the_saturated_bit_is_no_part_of_the_number():
    (told,) = knowing().push(pack(SOME._replace(node=0x82), bytes(12)))
    assert told.node == 2


def test_time_rises_within_a_packet_in_which_the_clock_begins_anew():
    (told,) = knowing().push(pack(SOME._replace(t_us=2**32 - 5000, n=3), bytes(36)))
    assert told.time.tolist() == pytest.approx([4294.962296, 4294.967296, 4294.972296], abs=1e-9)


def test_time_question_and_its_end():
    decoder = knowing()
    assert decoder.push(pack(Time(2, 9, 1_500_000))) == [TimeReply(2, 9, 1.5)]
    assert decoder.push(pack(TimeSent(2, 9, 1_512_345))) == [Sent(2, 9, 1.512345)]


def test_charge_is_reported_when_it_changes_alone():
    decoder = knowing(WHAT._replace(battery=80))
    assert readings(decoder.push(pack(SOME._replace(battery=80), bytes(12))))
    assert decoder.push(pack(SOME._replace(battery=79), bytes(12)))[1:] == [Report(2, 0.79)]
    assert decoder.push(pack(SOME._replace(battery=79), bytes(12)))[1:] == []
    assert decoder.push(pack(SOME._replace(battery=255), bytes(12)))[1:] == []
    assert decoder.push(pack(SOME._replace(battery=130), bytes(12)))[1:] == []
    assert decoder.push(pack(Status(2, 78, 1, 0, NO_TEMPERATURE, 0, 0, 0))) == [Report(2, 0.78)]


def test_the_charge_of_info_is_reported():
    assert LegLinkDecoder([FACTS]).push(pack(WHAT._replace(battery=100)))[1:] == [Report(2, 1.0)]


def test_samples_dropped_in_the_sensor_are_reported_once():
    decoder = knowing()
    assert decoder.push(pack(Status(2, 255, 1, 0, NO_TEMPERATURE, 0, 10, 0))) == []
    (said,) = decoder.push(pack(Status(2, 255, 1, 0, NO_TEMPERATURE, 0, 20, 12)))
    assert "12 samples" in said.text
    assert decoder.push(pack(Status(2, 255, 1, 0, NO_TEMPERATURE, 0, 30, 12))) == []
    assert decoder.push(pack(Status(2, 255, 1, 0, NO_TEMPERATURE, 0, 0, 0))) == []  # switched off and on
    (again,) = decoder.push(pack(Status(2, 255, 1, 0, NO_TEMPERATURE, 0, 9, 1)))
    assert "1 sample" in again.text


def test_the_temperature_of_the_chip_is_told_where_it_is_known():
    decoder = LegLinkDecoder([FACTS])
    assert decoder.push(pack(Status(2, 255, 1, 0, 2350, 0, 0, 0))) == [Report(2, temperature_c=23.5)]
    assert decoder.push(pack(Status(2, 255, 1, 0, NO_TEMPERATURE, 0, 0, 0))) == []


def test_events_are_for_people():
    decoder = knowing()
    said = decoder.push(pack(Event(2, EventCode.MESSAGE, 0), "Knöpfe\x1b".encode()))
    assert said == [Report(2, text="Knöpfe?")]
    assert decoder.push(pack(Event(2, EventCode.BUTTON, 0))) == [Report(2, text="event 1")]


def test_a_search_hears_info_of_everybody_and_nothing_else():
    decoder = LegLinkDecoder([])
    assert isinstance(decoder.push(pack(WHAT))[0], Introduction)
    assert decoder.push(pack(SOME, bytes(12))) == []
    assert decoder.dirt["unknown_node"] == 1


def test_nodes_of_one_link_are_kept_apart():
    decoder = LegLinkDecoder([FACTS._replace(node=n) for n in (0, 2)])
    decoder.push(pack(WHAT._replace(node=0, acc_scale=1.0)))
    decoder.push(pack(WHAT._replace(node=2, acc_scale=0.5)))
    one = SAMPLE.pack(1, 1, 1, 1, 1, 1)
    told = decoded([pack(SOME._replace(node=n), one) for n in (0, 2, 1)], decoder)
    assert [(r.node, r.acc[0, 0]) for r in told] == [(0, 1.0), (2, 0.5)]
    assert decoder.dirt["unknown_node"] == 1


def test_at_the_other_end_of_a_connection_is_one_sensor_whatever_its_number():
    decoder = LegLinkDecoder([FACTS])
    words = [WHAT, SOME, Time(2, 7, 0), TimeSent(2, 7, 0), Status(2, 50, 1, 0, 0, 0, 0, 0), Event(2, 1, 0)]
    bodies = [SAMPLE.pack(1, 1, 1, 1, 1, 1) if word is SOME else b"" for word in words]
    for number in (2, 1, 126):
        told = decoded([pack(w._replace(node=number), b) for w, b in zip(words, bodies, strict=True)], decoder)
        assert {packet.node for packet in told} == {FACTS.node}
        assert [type(packet) for packet in told if not isinstance(packet, Report)] == [
            Introduction,
            Readings,
            TimeReply,
            Sent,
        ]
        assert told[0].placement == PLACES.get(number)  # where it is worn, its own number says
    assert not any(decoder.dirt.values())


DIRTY = {
    "bad_version": b"\x21" + bytes(23),
    "bad_type": b"\x19" + bytes(23),
    "bad_length": pack(SOME, bytes(12))[:-1],
    "bad_period": pack(SOME._replace(dt_us=0), bytes(12)),
    "unknown_node": pack(SOME._replace(node=1), bytes(12)),
}


@pytest.mark.parametrize("why", DIRTY)
def test_each_kind_of_dirt_is_counted_alone(why):
    decoder = knowing()
    assert decoder.push(DIRTY[why]) == []
    assert {kind: n for kind, n in decoder.dirt.items() if n} == {why: 1}
    assert readings(decoder.push(pack(SOME, bytes(12))))


def test_data_before_info_is_counted():
    decoder = LegLinkDecoder([FACTS])
    assert decoder.push(pack(SOME, bytes(12))) == []
    assert decoder.dirt["no_scale"] == 1
    decoder.push(pack(WHAT))
    assert len(decoder.push(pack(SOME, bytes(12)))) == 1


@pytest.mark.parametrize("scale", [math.nan, math.inf, -math.inf, 0.0, -0.01, 1.5, 1e30])
@pytest.mark.parametrize("field", ["acc_scale", "gyr_scale"])
def test_scales_that_cannot_be_are_counted_and_the_old_ones_stand(field, scale):
    decoder = knowing()
    assert decoder.push(pack(WHAT._replace(**{field: scale}))) == []
    assert decoder.dirt["bad_scale"] == 1
    (told,) = decoder.push(pack(SOME, SAMPLE.pack(1, 1, 1, 1, 1, 1)))
    assert (told.acc[0, 0], told.gyr[0, 0]) == pytest.approx((0.01, 0.002), rel=1e-6)


def test_the_echo_of_a_command_is_no_packet_of_a_node():
    decoder = knowing()
    assert decoder.push(time_command(1)) == []
    assert decoder.dirt["bad_type"] == 1


def test_flush_gives_nothing_and_forgets_no_scale():
    decoder = knowing()
    assert decoder.flush() == []
    assert decoder.push(pack(SOME, bytes(12)))


def test_random_and_mutated_packets_never_raise_and_give_finite_samples():
    rng = np.random.default_rng(1)
    good = [pack(SOME._replace(n=7), bytes(range(84))), pack(WHAT), pack(Time(2, 1, 2)), pack(Status(2, *[0] * 7))]
    decoder = knowing()
    for _ in range(4000):
        data = bytearray(good[rng.integers(len(good))] if rng.random() < 0.7 else rng.bytes(rng.integers(0, 260)))
        for _ in range(rng.integers(0, 4) if data else 0):
            data[rng.integers(len(data))] = rng.integers(256)
        for told in readings(decoder.push(bytes(data[: rng.integers(1, 300)]))):
            assert told.node == 2
            assert np.isfinite(told.acc).all()
            assert np.isfinite(told.gyr).all()
            assert (np.diff(told.time) > 0).all()
    assert all(decoder.dirt[why] for why in DIRTY if why != "bad_period")
    assert readings(decoder.push(pack(SOME, bytes(12))))


def test_what_a_decoder_keeps_is_bounded():
    decoder = knowing()
    for node in range(256):
        decoder.push(pack(WHAT._replace(node=node)))
        decoder.push(pack(Status(node, 50, 0, 0, 0, 0, 0, 1)))
    kept = sum(len(state) for state in vars(decoder).values() if isinstance(state, (set, dict)))
    assert kept < 300


def test_a_copy_continues_identically():
    packets = LegLinkEncoder(FACTS).push(block(0.0, 100))
    decoder = LegLinkDecoder([FACTS])
    decoded(packets[:5], decoder)
    twin = deepcopy(decoder)
    assert repr(decoded(packets[5:], decoder)) == repr(decoded(packets[5:], twin))


# ---- encoder and round trip


@given(st.floats(0, 10_000), st.integers(7, 60), st.sampled_from([50.0, 104.0, 200.0, 400.0]), st.integers(0, 99))
def test_samples_survive_the_round_trip_to_half_a_unit(start_s, n, rate_hz, seed):
    facts = FACTS._replace(rate_hz=rate_hz)
    sent = block(start_s, n, rate_hz, seed)
    got = readings(decoded(LegLinkEncoder(facts).push(sent)))
    whole = n // BATCH * BATCH
    acc, gyr = np.concatenate([r.acc for r in got]), np.concatenate([r.gyr for r in got])
    assert len(acc) == whole
    # half a unit, and the rounding of the scale to an f32
    assert np.abs(acc - sent.acc[:whole]).max() <= facts.acc_unit_m_s2 * 0.51
    assert np.abs(gyr - sent.gyr[:whole]).max() <= facts.gyr_unit_rad_s * 0.51
    time = np.concatenate([r.time for r in got]).reshape(-1, BATCH)
    starts = sent.time[:whole:BATCH] % ROW.wrap_s
    assert np.minimum(np.abs(time[:, 0] - starts), ROW.wrap_s - np.abs(time[:, 0] - starts)).max() < 1e-6
    assert np.abs(np.diff(time, axis=1) - 1 / rate_hz).max() < 1e-6
    assert [r.sequence for r in got] == list(range(len(got)))


@given(st.lists(st.integers(0, 100), max_size=6))
def test_the_encoder_gives_the_same_for_any_cutting(cuts):
    whole = block(3.0, 100)
    parts = [whole[slice(*ends)] for ends in pairwise([0, *sorted(cuts), 100])]
    encoder = LegLinkEncoder(FACTS)
    assert [packet for part in parts for packet in encoder.push(part)] == LegLinkEncoder(FACTS).push(whole)


def test_the_encoder_begins_with_info():
    packets = LegLinkEncoder(FACTS).push(SampleBlock.empty())
    assert [type(unpack(packet)[0]) for packet in packets] == [Info]


def test_values_beyond_the_range_are_clipped_and_told():
    samples = block(0.0, BATCH)
    samples.acc[:] = 0.0
    samples.gyr[:] = 0.0
    samples.acc[3] = [1e9, -1e9, 0.0]
    packets = LegLinkEncoder(FACTS).push(samples)
    data = packets[1]
    assert data[1] == 0x82
    assert SAMPLE.unpack_from(data, 12 + 3 * 12) == (32767, -32768, 0, 0, 0, 0)


def test_the_clock_wraps_in_the_packets_as_the_row_says():
    before, after = readings(decoded(LegLinkEncoder(FACTS).push(block(ROW.wrap_s - 0.0175, 14))))
    assert before.time[0] == pytest.approx(ROW.wrap_s - 0.0175, abs=2e-6)
    assert after.time[0] == pytest.approx(0.0175, abs=2e-6)


# ---- profile


def test_the_row():
    assert PROTOCOLS["leglink"] is ROW
    assert ROW.whole
    assert ROW.samples_a_packet == BATCH == 7
    assert ROW.wrap_s == pytest.approx(71.6 * 60, rel=1e-3)
    assert ROW.defaults.protocol == "leglink"
    assert PLACES[ROW.defaults.node] == ROW.defaults.placement
    assert ROW.defaults.acc_range_m_s2 == pytest.approx(156.9, abs=0.1)
    assert ROW.defaults.gyr_unit_rad_s == pytest.approx(math.radians(1 / 16.384), rel=1e-6)
    assert ROW.ble.notify == (DATA,)


@pytest.mark.parametrize("interval_ms", [7.5, 15.0, 30.0, 50.0])
def test_packets_meet_all_phases_of_a_connection_interval(interval_ms):
    period_ms = BATCH / DEFAULTS.rate_hz * 1e3
    phases = {round(k * period_ms % interval_ms, 3) for k in range(200)}
    assert len(phases) >= 3


def test_recognised_by_service_or_name():
    assert recognises(Advert("", (SERVICE,), {}))
    assert recognises(Advert("LegLink 00FF", (), {}))
    assert not recognises(Advert("LegLinkish", (), {}))
    assert not recognises(Advert("WT901", ("0000ffe5-0000-1000-8000-00805f9a34fb",), {COMPANY: b"\x01\x00\x00"}))


def test_an_advertisement_tells_what_the_node_is():
    node = LegLinkNode(FACTS, Hardware(serial=0xBEEF), battery=0.5)
    said = tells(Advert(node.name, (SERVICE,), {COMPANY: node.manufacturer_data()}))
    assert said == [Introduction(2, "0000BEEF", "LegLink BEEF", PLACES[2]), Report(2, 0.5)]


def test_an_advertisement_without_serial_charge_name_or_place():
    (who,) = tells(Advert("", (), {COMPANY: bytes([1, 77, 255, 0, 0, 0, 0])}))
    assert who == Introduction(77, None, "LegLink 0000")


@pytest.mark.parametrize("data", [b"", b"\x01\x00\x64\x01\x00\x00", b"\x02\x00\x64\x01\x00\x00\x00"])
def test_manufacturer_data_of_others_tell_nothing(data):
    assert tells(Advert("LegLink", (), {COMPANY: data})) == []
    assert tells(Advert("LegLink", (), {})) == []


def test_the_conversation_reads_info_then_starts():
    read, write = ROW.ble.conversation.start(FACTS)
    assert read == Read(INFO)
    assert isinstance(write, Write)
    assert write.characteristic == CONTROL
    assert unpack(write.data)[0] == Command(ALL_NODES, Order.START, 7, 200)


def test_the_conversation_stops_blinks_and_asks_the_time():
    talk = ROW.ble.conversation
    (stop,), (blink,), (ask,) = talk.stop(FACTS), talk.identify(FACTS), talk.poll(FACTS, 0x1F007)
    assert unpack(stop.data)[0].order == Order.STOP
    assert unpack(blink.data)[0].order == Order.IDENTIFY
    assert unpack(ask.data)[0] == Command(ALL_NODES, Order.TIME, 0, 0xF007)
    assert not ask.response
    assert {stop.characteristic, blink.characteristic, ask.characteristic} == {CONTROL}
    assert 0 < talk.poll_s <= 1

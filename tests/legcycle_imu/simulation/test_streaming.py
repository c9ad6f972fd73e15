"""The simulated runner as streaming sensors: every protocol, every fault, the same bytes for the same seed."""

from collections.abc import Sequence
from itertools import islice

import numpy as np
import pytest

from calibration.guidance import Guidance
from calibration.routine import Routine
from firmware_bridge.choice import choose
from firmware_bridge.intake import Intake
from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.protocols.packets import Introduction, Readings
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from firmware_bridge.source import Chunk, Kind, SensorFacts
from firmware_bridge.virtual import Faults, exchanged
from legcycle_imu.simulation import ErrorModel, draw_runner, draw_sensors, simulate
from legcycle_imu.simulation.script import SectionKind
from legcycle_imu.simulation.streaming import (
    CLOCK_PPM,
    StreamingRun,
    StreamingSettings,
    asked_of,
    at_true_times,
    guided_start,
    placement_of,
    standing_start,
)

STREAMED = [name for name, row in PROTOCOLS.items() if row.ble or row.serial or row.udp]
LEFT_THIGH = Placement(Side.LEFT, Segment.THIGH)


def sensors_of(run: StreamingRun) -> list[SensorFacts]:
    return choose(run.found(), {}).sensors


def first(seconds: float, **settings: object) -> tuple[list[SensorFacts], list[Chunk]]:
    """The sensors and the entries of the first seconds of an endless run."""
    run = StreamingRun(StreamingSettings(**settings))  # type: ignore[arg-type]
    sensors, got = sensors_of(run), []
    for chunk in run.entries(dict(enumerate(sensors))):
        if chunk.arrival_ns > seconds * 1e9:
            break
        got.append(chunk)
    return sensors, got


def taken(sensors: Sequence[SensorFacts], chunks: Sequence[Chunk]) -> list[SampleBlock]:
    intake = Intake(sensors)
    return [SampleBlock.join(list(parts)) for parts in zip(intake.push(chunks), intake.flush(), strict=True)]


def test_a_search_finds_four_sensors_that_say_where_they_are_worn() -> None:
    run = StreamingRun(StreamingSettings())
    found = run.found()
    assert len({sensor.device for sensor in found}) == 4
    assert [sensor.link for sensor in found] == [
        "sim:left-thigh",
        "sim:left-shank",
        "sim:right-thigh",
        "sim:right-shank",
    ]
    assert all(sensor.told.name and sensor.told.name.startswith("LegLink ") for sensor in found)
    choice = choose(found, {})
    assert [placement_of(facts) for facts in choice.sensors] == [facts.placement for facts in choice.sensors]
    assert choice.notices == []


def test_all_sensors_stream_within_two_seconds() -> None:
    sensors, chunks = first(2.0)
    assert all(len(block) > 1.0 * facts.rate_hz for facts, block in zip(sensors, taken(sensors, chunks), strict=True))


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    assert first(3.0, seed=5) == first(3.0, seed=5)
    assert first(3.0, seed=5)[1] != first(3.0, seed=6)[1]


def test_a_sensor_streams_the_same_whichever_others_are_listened_to() -> None:
    run = StreamingRun(StreamingSettings(duration_s=0.1))
    sensors = sensors_of(run)
    alone = list(islice(run.entries({7: sensors[1]}), 300))
    all_four = [chunk for chunk in run.entries(dict(enumerate(sensors))) if chunk.sensor == 1]
    assert [chunk._replace(sensor=1) for chunk in alone] == all_four[:300]


def test_entries_are_in_the_order_of_arrival_and_a_run_of_a_duration_ends() -> None:
    run = StreamingRun(StreamingSettings(duration_s=1.0))
    arrivals = [chunk.arrival_ns for chunk in run.entries(dict(enumerate(sensors_of(run))))]
    assert arrivals == sorted(arrivals)
    whole_s = standing_start(3.0, 1.0).duration_s
    assert whole_s - 0.1 < 1e-9 * arrivals[-1] < whole_s + 0.2


@pytest.mark.parametrize("protocol", STREAMED)
def test_every_protocol_streams_at_its_usual_rate(protocol: str) -> None:
    sensors, chunks = first(4.0, protocol=protocol)
    assert {facts.protocol for facts in sensors} == {protocol}
    for facts, block in zip(sensors, taken(sensors, chunks), strict=True):
        assert facts.rate_hz == PROTOCOLS[protocol].defaults.rate_hz
        assert len(block) > 2.5 * facts.rate_hz
        standing = np.linalg.norm(block.acc, axis=1)
        assert standing.mean() == pytest.approx(9.81, abs=0.5)


def test_what_arrives_is_what_the_simulation_measured() -> None:
    sensors, chunks = first(12.0, duration_s=1.0)
    block = taken(sensors, chunks)[0]
    setups = draw_sensors(0, model=ErrorModel(clock_ppm=CLOCK_PPM))
    true = simulate(standing_start(3.0, 1.0), draw_runner(0), setups, 0).samples[LEFT_THIGH]
    acc_step, gyr_step = 16 * 9.80665 / 32768, np.radians(2000) / 32768
    start = int(np.flatnonzero(np.abs(true.acc - block.acc[0]).max(axis=1) < acc_step)[0])
    same = true[start : start + len(block)]
    assert np.abs(block.acc - same.acc).max() < acc_step
    assert np.abs(block.gyr - same.gyr).max() < gyr_step
    late = block.time - at_true_times(same, setups[0]).time
    assert np.abs(late[-200:]).max() < 0.003


def test_a_chosen_rate_is_streamed_and_told() -> None:
    sensors, chunks = first(3.0, rate_hz=100.0)
    assert {facts.rate_hz for facts in sensors} == {100.0}
    assert np.median(np.diff(taken(sensors, chunks)[2].time)) == pytest.approx(0.01, rel=0.01)


def test_swapped_sensors_claim_each_others_places() -> None:
    sensors, plain = first(3.0)
    swapped_sensors, swapped = first(3.0, faults=Faults(swap=exchanged("left")))
    assert swapped_sensors == sensors
    usual, other = taken(sensors, plain), taken(sensors, swapped)
    for claimed, worn in ((0, 1), (1, 0), (2, 2), (3, 3)):
        assert other[claimed].acc.mean(axis=0) == pytest.approx(usual[worn].acc.mean(axis=0), abs=0.05)
    assert np.abs(usual[0].acc.mean(axis=0) - usual[1].acc.mean(axis=0)).max() > 0.5


def test_a_narrow_range_is_told_and_kept() -> None:
    sensors, chunks = first(2.0, faults=Faults(saturate_m_s2=5.0))
    assert {facts.acc_range_m_s2 for facts in sensors} == {5.0}
    assert all(np.abs(block.acc).max() == pytest.approx(5.0, rel=1e-3) for block in taken(sensors, chunks))
    decoder = PROTOCOLS["leglink"].decoder(sensors[:1])
    heard = [c.data for c in chunks if c.sensor == 0 and c.kind in {Kind.RECEIVED, Kind.INFO}]
    packets = [packet for data in heard for packet in decoder.push(data)]
    ranges = {p.acc_range_m_s2 for p in packets if isinstance(p, Introduction)}
    assert ranges == {5.0}
    assert any(isinstance(p, Readings) for p in packets)


def test_losses_and_disconnections_are_seen_as_what_they_are() -> None:
    faults = Faults(drop=0.1, disconnect_every_s=2.0, disconnect_for_s=0.5)
    sensors, chunks = first(9.0, faults=faults)
    lost = [chunk.sensor for chunk in chunks if chunk.kind is Kind.LOST]
    assert lost == [0, 1, 2, 3]
    intake = Intake(sensors)
    intake.push(chunks)
    for statistics in intake.statistics:
        assert statistics.restarts == 0
        assert statistics.missing / (statistics.received + statistics.missing) == pytest.approx(0.16, abs=0.08)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"protocol": "imported"}, "expected a protocol out of leglink, .* got 'imported'"),
        ({"protocol": "morse"}, "got 'morse'"),
        ({"rate_hz": 123.0}, "expected a rate of leglink out of .*200.* Hz, got 123"),
        ({"protocol": "dot", "rate_hz": 120.0}, "expected a rate of dot out of .*60 Hz, got 120"),
        ({"duration_s": 0.0}, "expected a duration above 0 s, got 0"),
        ({"speed_m_s": 20.0}, "expected a speed from 1 to 12 m/s, got 20"),
        ({"interval_s": 0.0}, "expected an interval from 7.5 to 4000 ms, got 0"),
    ],
)
def test_what_cannot_be_streamed_is_refused_in_a_sentence(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        StreamingSettings(**settings)  # type: ignore[arg-type]


def test_a_sensor_of_another_link_is_refused() -> None:
    with pytest.raises(ValueError, match="expected the link of a simulated sensor, got 'ble:AA'"):
        placement_of(PROTOCOLS["leglink"].defaults._replace(link="ble:AA"))


def guided(limit_s: float, **settings: object) -> tuple[Guidance, float]:
    """What the guided calibration says of a runner who does what it asks for, and the stream time at which it did."""
    run = StreamingRun(StreamingSettings(guided=True, duration_s=20.0, **settings))  # type: ignore[arg-type]
    sensors = sensors_of(run)
    intake, routine, begun = Intake(sensors), Routine(sensors), np.inf
    for chunk in run.entries(dict(enumerate(sensors))):
        blocks = intake.push([chunk])
        times = [float(block.time[0]) for block in blocks if len(block)]
        begun = min([begun, *times])
        guidance = routine.push(blocks)
        if times and (guidance.done or times[0] > limit_s):
            return guidance, times[0] - begun
    return routine.flush(), np.inf


@pytest.mark.parametrize("seed", range(3))
def test_a_guided_runner_is_calibrated_in_well_under_a_minute(seed: int) -> None:
    guidance, took_s = guided(60.0, seed=seed, rate_hz=100.0)
    assert guidance.done, guidance
    assert took_s < 30.0
    assert not guidance.notices


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(40))
def test_many_guided_runners_are_calibrated(seed: int) -> None:
    guidance, took_s = guided(60.0, seed=seed)
    assert guidance.done, guidance
    assert took_s < 45.0


@pytest.mark.parametrize("swap", [*Side, *Segment])
def test_a_guided_runner_answers_twice_where_sensors_are_exchanged(swap: str) -> None:
    faults = Faults(swap=exchanged(swap))
    guidance, took_s = guided(60.0, rate_hz=100.0, faults=faults)
    assert guidance.outcome is not None, guidance
    assert took_s < 45.0
    assert set(guidance.outcome.corrected.values()) == set(faults.swap or ())
    assert "exchanged" in guidance.notices[0]


def test_a_guided_runner_lifts_the_knees_that_are_asked_for_and_then_runs() -> None:
    script = guided_start(4.0, 10.0, asked_of(Faults(swap=exchanged("thigh"))))
    assert [lift.side for lift in script.knee_lifts()] == [Side.RIGHT, Side.RIGHT, Side.LEFT]
    assert [part.kind for part in script.sections[-4:-1]] == [
        SectionKind.TRANSITION,
        SectionKind.RUN,
        SectionKind.TRANSITION,
    ]
    assert script.speed()(np.array([script.duration_s - 8.0]))[0] == 4.0

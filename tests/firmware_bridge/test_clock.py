import copy
from collections import deque
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.clock import ClockSettings, SensorClock, line_under
from firmware_bridge.protocols.packets import Readings, TimeReply, TimeSent
from firmware_bridge.protocols.row import ClockKind

RATE_HZ = 200.0
PERIOD_S = 1.0 / RATE_HZ
BATCH = 5
PPM = 1e-6
WRAP_S = 2**32 * 1e-6
OFFSET_S = 1234.5
"""What the sensor's clock shows when the session begins."""


def readings(first_s: float | None, count: int = BATCH, period_s: float = PERIOD_S) -> Readings:
    time = None if first_s is None else first_s + period_s * np.arange(count)
    return Readings(0, time, np.zeros((count, 3)), np.zeros((count, 3)))


class Sensor:
    """A sensor whose packets arrive late by so much, and what its clock on the session's side makes of them."""

    def __init__(self, clock: SensorClock, ppm: float = 0.0, wrap_s: float = inf) -> None:
        self.clock, self.rate, self.wrap_s = clock, 1.0 + ppm * PPM, wrap_s
        self.true: list[np.ndarray] = []
        self.given: list[np.ndarray] = []
        self.begun: list[bool] = []

    def device_s(self, true_s: float) -> float:
        return (OFFSET_S + true_s * self.rate) % self.wrap_s if self.wrap_s < inf else OFFSET_S + true_s * self.rate

    def packet(self, true_s: float, delay_s: float, *, stamped: bool = True) -> None:
        """A packet whose first sample was measured at a true time; it can leave when its last one was."""
        true = true_s + PERIOD_S * np.arange(BATCH)
        sent = readings(self.device_s(true_s) if stamped else None, BATCH, PERIOD_S * self.rate)
        time, begins = self.clock.stamp(sent, round((true[-1] + delay_s) * 1e9))
        self.true.append(true)
        self.given.append(time)
        self.begun.append(begins)

    def run(self, seconds: float, delays: np.random.Generator | None, start_s: float = 0.0, **how: bool) -> None:
        for k in range(round(seconds * RATE_HZ / BATCH)):
            delay = 0.002 if delays is None else 0.002 + delays.exponential(0.010)
            self.packet(start_s + k * BATCH * PERIOD_S, delay, **how)

    @property
    def error_s(self) -> np.ndarray:
        return np.concatenate(self.given) - np.concatenate(self.true)


def device_clock(**settings: float) -> SensorClock:
    return SensorClock(ClockKind.DEVICE, RATE_HZ, WRAP_S, settings=ClockSettings(**settings))  # type: ignore[arg-type]


def test_imported_samples_keep_their_time_to_the_bit():
    packet = readings(0.1)

    time, begins = SensorClock(ClockKind.SESSION, RATE_HZ).stamp(packet, 99)

    assert time is packet.time
    assert not begins


@pytest.mark.parametrize("ppm", [-40.0, 0.0, 40.0])
def test_delays_are_not_taken_for_time(ppm):
    sensor = Sensor(device_clock(), ppm)

    sensor.run(30.0, np.random.default_rng(1))

    late = sensor.error_s[-1000:] - 0.002  # the least delay cannot be told from the offset
    assert abs(np.median(late)) < 0.0005
    assert np.ptp(late) < 0.001
    assert not any(sensor.begun[1:])


def test_time_goes_on_evenly_while_the_line_is_found():
    sensor = Sensor(device_clock(), 40.0)

    sensor.run(20.0, np.random.default_rng(2))

    steps = np.diff(np.concatenate(sensor.given))
    slew = ClockSettings().young_slew
    assert (np.abs(steps / PERIOD_S - 1.0) <= slew + 200 * PPM).all()
    settled = steps[round(12.0 * RATE_HZ) :]
    assert (np.abs(settled / PERIOD_S - 1.0) <= ClockSettings().slew + 200 * PPM).all()


def test_a_stamp_never_changes_after_its_arrival():
    first, second = Sensor(device_clock()), Sensor(device_clock())
    first.run(5.0, np.random.default_rng(3))
    second.run(10.0, np.random.default_rng(3))

    given = np.concatenate(second.given)[: len(first.given) * BATCH]
    np.testing.assert_array_equal(np.concatenate(first.given), given)


def test_an_answer_whose_leaving_is_known_tells_more_than_all_packets_that_wait():
    waiting, asked = (Sensor(device_clock()) for _ in range(2))
    for k in range(400):
        for sensor in (waiting, asked):
            sensor.packet(k * BATCH * PERIOD_S, 0.012)
        if k % 20 == 0:
            sent_s = k * BATCH * PERIOD_S + 0.001
            asked.clock.answered(TimeReply(0, k, asked.device_s(sent_s - 0.03)), round((sent_s + 0.0005) * 1e9))
            asked.clock.sent(TimeSent(0, k, asked.device_s(sent_s)))

    assert waiting.error_s[-1] == pytest.approx(0.012, abs=1e-4)
    assert asked.error_s[-1] == pytest.approx(0.0005, abs=1e-4)


def test_word_of_an_answer_that_never_came_is_passed_over():
    sensor = Sensor(device_clock())
    sensor.clock.sent(TimeSent(0, 1, 5.0))
    sensor.packet(0.0, 0.002)
    before = copy.deepcopy(sensor.clock.state)
    sensor.clock.sent(TimeSent(0, 1, 5.0))

    assert sensor.clock.state == before


def test_answers_that_are_never_followed_are_forgotten():
    clock = device_clock()
    for token in range(1000):
        clock.answered(TimeReply(0, token, 0.0), token)

    assert len(clock.state.answers) < 10


def test_a_wrapping_clock_goes_on():
    sensor = Sensor(SensorClock(ClockKind.DEVICE, RATE_HZ, 2000.0), wrap_s=2000.0)

    sensor.run(1000.0, None, start_s=0.0)

    assert abs(sensor.error_s - 0.002).max() < 1e-6
    assert sensor.clock.state.restarts == 0


def test_a_wrap_within_an_interruption_is_seen():
    sensor = Sensor(SensorClock(ClockKind.DEVICE, RATE_HZ, 2000.0), wrap_s=2000.0)
    sensor.run(2.0, None)
    sensor.clock.reconnected()
    sensor.run(2.0, None, start_s=900.0)

    assert abs(sensor.error_s - 0.002).max() < 1e-3
    assert not any(sensor.begun[1:])


@pytest.mark.parametrize("jump_s", [-1234.0, -3.0, 5.0, 1000.0])
def test_a_clock_that_begins_anew_is_found_again(jump_s):
    sensor = Sensor(device_clock())
    sensor.run(5.0, None)
    sensor.device_s = lambda true_s: OFFSET_S + jump_s + true_s  # type: ignore[method-assign]
    sensor.run(5.0, None, start_s=5.1)

    assert sensor.clock.state.restarts == 1
    assert sensor.begun.index(True, 1) == round(5.0 * RATE_HZ / BATCH)
    assert abs(sensor.error_s - 0.002).max() < 0.001
    assert (np.diff(np.concatenate(sensor.given)) > 0).all()


@pytest.mark.parametrize("wrap_s", [WRAP_S, inf])
@pytest.mark.parametrize("late_s", [0.3, 1.0, 5.0])
def test_first_packets_that_come_very_late_do_not_make_the_others_early(wrap_s, late_s):
    clock = SensorClock(ClockKind.DEVICE, RATE_HZ, wrap_s)
    step_s, errors, begun = BATCH * PERIOD_S, [], []
    for k in range(round(10.0 / step_s)):
        true_s = k * step_s + PERIOD_S * np.arange(BATCH)
        packet = readings(OFFSET_S + true_s[0])
        arrival_ns = round(max(true_s[-1] + 0.002, late_s) * 1e9)
        if clock.passes_over(packet, arrival_ns):
            continue
        time, begins = clock.stamp(packet, arrival_ns)
        errors.append((true_s[-1], time[-1] - true_s[-1]))
        begun.append(begins)

    settled = [error for true_s, error in errors if true_s > late_s + 2.5]
    assert len(settled) > (7.4 - late_s) / step_s
    assert np.abs(settled).max() < 0.003
    assert sum(begun) == 2


def test_samples_that_come_twice_or_were_overtaken_are_told():
    sensor = Sensor(device_clock())
    sensor.run(1.0, None)
    device_s = sensor.device_s(1.0 - BATCH * PERIOD_S)

    assert sensor.clock.passes_over(readings(device_s), 1_000_000_000)
    assert sensor.clock.passes_over(readings(device_s - 0.1), 1_000_000_000)
    assert not sensor.clock.passes_over(readings(device_s + BATCH * PERIOD_S), 1_000_000_000)
    assert not sensor.clock.passes_over(readings(device_s - 1000.0), 1_000_000_000)
    assert not sensor.clock.passes_over(readings(None), 1_000_000_000)


@pytest.mark.parametrize("share", [-0.02, 0.0, 0.02])
def test_samples_are_counted_where_nothing_tells_of_time(share):
    """The rate is off by up to 2 %, and has to be found from arrivals alone."""
    clock, random = SensorClock(ClockKind.NONE, RATE_HZ), np.random.default_rng(4)
    period_s, errors = PERIOD_S / (1.0 + share), []
    for k in range(round(30.0 * RATE_HZ)):
        true_s = k * period_s
        time, _ = clock.stamp(readings(None, 1), round((true_s + 0.002 + random.exponential(0.005)) * 1e9))
        errors.append(time[0] - true_s - 0.002)

    assert np.abs(errors[-2000:]).max() < 0.002
    assert clock.state.lost == 0


def test_samples_lost_by_a_sensor_that_numbers_nothing_show_in_the_delay():
    clock, random = SensorClock(ClockKind.NONE, RATE_HZ), np.random.default_rng(5)
    numbers = [k for k in range(round(20.0 * RATE_HZ)) if not 2000 <= k < 2040]
    for k in numbers:
        time, _ = clock.stamp(readings(None, 1), round((k * PERIOD_S + 0.002 + random.exponential(0.003)) * 1e9))

    assert clock.state.lost == 40
    assert time[0] == pytest.approx(numbers[-1] * PERIOD_S + 0.002, abs=0.001)


def test_counting_begins_anew_after_an_interruption():
    clock = SensorClock(ClockKind.NONE, RATE_HZ)
    clock.stamp(readings(None), 20_000_000)
    clock.reconnected()
    time, begins = clock.stamp(readings(None), 3_000_000_000)

    assert begins
    assert time[-1] == pytest.approx(3.0)


def test_coarse_stamps_are_smoothed():
    """Milliseconds, eight samples a packet, a rate 1 % off the nominal one: Movesense."""
    rate_hz, count = 208.0, 8
    clock = SensorClock(ClockKind.DEVICE, rate_hz, 2**32 * 1e-3, 1e-3)
    period_s, steps, errors, last_s = 1.01 / rate_hz, [], [], None
    for k in range(1000):
        true_s = k * count * period_s
        stamped = readings(np.floor(1e3 * (true_s + 7.0)) * 1e-3, count, 1.0 / rate_hz)
        time, _ = clock.stamp(stamped, round((true_s + (count - 1) * period_s + 0.003) * 1e9))
        errors.append(time - true_s - period_s * np.arange(count))
        if last_s is not None:
            steps += [*np.diff([last_s, *time])]
        last_s = time[-1]

    assert np.abs(np.array(steps[2000:]) - period_s).max() < 0.1e-3
    assert np.ptp(np.concatenate(errors[300:])) < 0.5e-3
    assert clock.state.restarts == 0


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.floats(0.1, 5.0), st.floats(-1.0, 1.0)), min_size=2, max_size=30), st.floats(1e-4, 1.0))
def test_the_line_lies_under_all_points_and_touches_one(steps, steepest):
    place = np.cumsum([step for step, _ in steps])
    points = deque(zip(place.tolist(), [y for _, y in steps], strict=True))

    x0, level, slope = line_under(points, steepest)

    above = [y - (level + slope * (x - x0)) for x, y in points]
    assert min(above) == pytest.approx(0.0, abs=1e-9)
    assert abs(slope) <= steepest


def test_no_line_under_the_points_is_nearer():
    random = np.random.default_rng(6)
    x = np.arange(20.0)
    y = 0.3 * x + random.exponential(1.0, 20)
    x0, level, slope = line_under(deque(zip(x.tolist(), y.tolist(), strict=True)), 10.0)

    ours = np.sum(y - level - slope * (x - x0))
    for other in np.linspace(slope - 1.0, slope + 1.0, 401):
        assert np.sum(y - other * x - np.min(y - other * x)) >= ours - 1e-9


@settings(max_examples=30, derandomize=True, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 200), st.sampled_from([ClockKind.DEVICE, ClockKind.NONE]))
def test_a_copy_of_the_state_continues_identically(seed, at, kind):
    def arrivals(start, stop):
        delays = np.random.default_rng(seed).exponential(0.02, 300)
        return [
            (k * BATCH * PERIOD_S, round((k * BATCH * PERIOD_S + 0.02 + delays[k]) * 1e9)) for k in range(start, stop)
        ]

    def stamps(clock, start, stop):
        timed = kind is ClockKind.DEVICE
        return [clock.stamp(readings(t if timed else None), a)[0].tolist() for t, a in arrivals(start, stop)]

    clock, twin = SensorClock(kind, RATE_HZ), SensorClock(kind, RATE_HZ)
    stamps(clock, 0, at)
    twin.state = copy.deepcopy(clock.state)

    assert stamps(clock, at, 300) == stamps(twin, at, 300)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.floats(0.0, 1e6), st.integers(0, 10**10), st.booleans()), min_size=1, max_size=40))
def test_whatever_stamps_come_time_rises(packets):
    clock, last_s, arrival_ns = device_clock(), -inf, 0
    for device_s, later_ns, again in packets:
        arrival_ns += later_ns
        packet = readings(device_s)
        if again:
            clock.reconnected()
        if clock.passes_over(packet, arrival_ns):
            continue
        time, _ = clock.stamp(packet, arrival_ns)
        assert np.isfinite(time).all()
        assert time[0] > last_s
        assert (np.diff(time) > 0).all()
        last_s = time[-1]

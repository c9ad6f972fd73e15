import math
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from firmware_bridge.health import Health, SensorHealth, State
from firmware_bridge.intake import Intake
from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.protocols.packets import Report
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from firmware_bridge.source import Chunk, Kind, SensorFacts
from firmware_bridge.stream import StreamStatistics

THIGH = SensorFacts(Placement(Side.LEFT, Segment.THIGH), "imported", 200.0, math.inf, math.inf)
SHANK = THIGH._replace(placement=Placement(Side.LEFT, Segment.SHANK))
G = 9.80665
RNG = np.random.default_rng(3)


def ns(seconds: float) -> int:
    return round(seconds * 1e9)


@dataclass
class Counts:
    """An intake's counts, kept by hand."""

    statistics: list[StreamStatistics] = field(default_factory=lambda: [StreamStatistics()])
    dirt: list[dict[str, int]] = field(default_factory=lambda: [{}])
    reports: list[Report | None] = field(default_factory=lambda: [None])

    def count(self, **more: int) -> None:
        now = self.statistics[0]
        self.statistics[0] = replace(now, **{name: getattr(now, name) + n for name, n in more.items()})


@dataclass
class Sensor:
    """A sensor that streams as it is told, and the health of it."""

    rate_hz: float = 200.0
    per_packet: int = 5
    delay_s: float = 0.01
    every_s: float = 0.0
    """Packets wait for the next multiple of this."""
    gyr: float = 3.0
    acc: float = 3.0
    gravity: float = G
    facts: SensorFacts = THIGH
    now_s: float = 0.0
    counts: Counts = field(default_factory=Counts)

    def __post_init__(self) -> None:
        self.health = Health([self.facts])

    def block(self) -> SampleBlock:
        time = self.now_s + np.arange(self.per_packet) / self.rate_hz
        gyr = RNG.normal(scale=self.gyr, size=(len(time), 3)) if self.gyr else np.zeros((len(time), 3))
        acc = RNG.normal(scale=self.acc, size=(len(time), 3)) if self.acc else np.zeros((len(time), 3))
        acc[:, 1] += self.gravity
        return SampleBlock(time, gyr, acc, np.zeros(len(time), np.uint8))

    def stream(self, seconds: float, lose_every: int = 0, **each: int) -> SensorHealth:
        """Stream so long; every so manieth packet is lost; count more with each packet."""
        for number in range(round(seconds * self.rate_hz / self.per_packet)):
            block = self.block()
            self.now_s += self.per_packet / self.rate_hz
            if lose_every and number % lose_every == 0:
                self.counts.count(missing=self.per_packet)
                continue
            at_s = block.time[-1] + self.delay_s
            if self.every_s:
                at_s = math.ceil(at_s / self.every_s) * self.every_s
            self.counts.count(received=self.per_packet, **each)
            self.health.push([Chunk(0, ns(at_s), b"x")], [block], self.counts)
        return self.at(self.now_s + self.delay_s)

    def event(self, kind: Kind, why: bytes = b"") -> None:
        self.health.push([Chunk(0, ns(self.now_s), why, kind)], [SampleBlock.empty()], self.counts)

    def at(self, now_s: float) -> SensorHealth:
        (health,) = self.health.at(ns(now_s))
        return health


def test_a_sensor_that_does_well():
    health = Sensor().stream(12.0)

    assert health.state is State.STREAMING
    assert health.sentence == "Streams."
    assert health.rate_hz == pytest.approx(200.0, rel=0.01)
    assert health.loss == health.saturated == health.repeated == 0.0
    assert health.latency_s == pytest.approx(0.01 + 2 / 200)
    assert health.interval_s == pytest.approx(0.025)
    assert 0.0 <= health.age_s < 0.05
    assert (health.battery, health.strangers, health.stuck, health.rest_m_s2) == (None, 0, False, None)


def test_nothing_is_known_of_a_sensor_that_has_not_been_heard():
    sensor = Sensor()

    assert sensor.at(5.0) == SensorHealth(State.WAITING, ("Has not been reached yet.",))


def test_a_connected_sensor_is_waited_for_and_then_doubted():
    sensor = Sensor(now_s=1.0)
    sensor.event(Kind.CONNECTED)

    assert sensor.at(1.5).state is sensor.at(9.0).state is State.WAITING
    assert sensor.at(1.5).sentence == "Is connected; its samples are awaited."
    assert sensor.at(9.0).sentence == "Is connected and has sent nothing for 8 s: switch it off and on."


def test_a_sensor_that_falls_silent_is_lost_and_its_age_grows():
    sensor = Sensor()
    sensor.stream(5.0)

    assert sensor.at(5.9).state is State.STREAMING
    health = sensor.at(9.0)
    assert health.state is State.LOST
    assert health.age_s == pytest.approx(4.0, abs=0.03)
    assert health.sentence.startswith("Has sent nothing for 4 s")


def test_a_link_that_breaks_says_why_at_once_and_comes_back():
    sensor = Sensor()
    sensor.stream(5.0)
    sensor.now_s += 0.02
    sensor.event(Kind.LOST, b"out of reach.")
    health = sensor.at(sensor.now_s + 2.0)
    assert (health.state, health.sentence) == (State.LOST, "Lost 2 s ago: out of reach.")

    sensor.now_s += 2.0
    sensor.event(Kind.CONNECTED)
    assert sensor.at(sensor.now_s + 0.1).state is State.WAITING

    sensor.counts.count(missing=400)
    assert sensor.stream(0.2).rate_hz is None
    health = sensor.stream(1.5)
    assert health.sent_hz == pytest.approx(200.0, rel=0.02)
    assert health.remarks == ("Loses 23% of its samples: bring it and the receiver closer together.",)
    assert sensor.stream(12.0).state is State.STREAMING


def test_a_link_that_breaks_before_the_first_sample():
    sensor = Sensor()
    sensor.event(Kind.LOST, b"is not there.")

    assert sensor.at(1.0).state is State.LOST
    assert sensor.at(1.0).sentence == "Lost 1 s ago: is not there."


def test_a_sensor_as_it_comes_from_the_factory():
    health = Sensor(rate_hz=10.0, per_packet=1).stream(4.0)

    assert health.state is State.WEAK
    assert health.sentence == "Streams at 10 Hz, 200 wanted."
    assert health.rate_hz == pytest.approx(10.0)


@pytest.mark.parametrize(("rate_hz", "weak"), [(170.0, True), (194.0, False), (206.0, False), (230.0, True)])
def test_a_rate_may_err_by_what_oscillators_err_by(rate_hz, weak):
    assert (Sensor(rate_hz=rate_hz).stream(4.0).state is State.WEAK) is weak


@pytest.mark.parametrize(("rate_hz", "weak"), [(98.0, False), (95.0, True), (106.0, True)])
def test_where_nothing_is_numbered_a_loss_shows_in_the_rate_alone(rate_hz, weak):
    facts = PROTOCOLS["witmotion"].defaults
    health = Sensor(facts=facts._replace(rate_hz=100.0), rate_hz=rate_hz, per_packet=1).stream(4.0)

    assert (health.state is State.WEAK) is weak
    assert ("lost unseen" in health.sentence) is (rate_hz == 95.0)


@pytest.mark.parametrize(("every", "weak"), [(100, False), (20, True), (4, True)])
def test_losses_are_not_taken_for_a_wrong_rate(every, weak):
    health = Sensor().stream(12.0, lose_every=every)

    assert health.loss == pytest.approx(1 / every, rel=0.1)
    assert health.sent_hz == pytest.approx(200.0, rel=0.03)
    assert health.rate_hz == pytest.approx(200.0 * (1 - 1 / every), rel=0.03)
    assert (health.state is State.WEAK) is weak
    assert health.sentence.startswith("Loses" if weak else "Streams.")


def test_losses_are_forgotten_after_ten_seconds():
    sensor = Sensor()
    assert sensor.stream(5.0, lose_every=5).state is State.WEAK
    health = sensor.stream(10.5)
    assert (health.state, health.loss) == (State.STREAMING, 0.0)


def test_losses_that_cannot_be_known_are_not_called_none():
    sensor = Sensor()
    sensor.counts.statistics[0] = StreamStatistics(loss_known=False)

    assert sensor.stream(5.0).loss is None


@pytest.mark.parametrize(("link", "every_s", "said"), [
    ("ble:C4", 0.060, True), ("ble:C4", 0.030, False), ("serial:COM3", 0.060, False), ("", 0.060, False),
])  # fmt: skip
def test_a_connection_interval_that_is_too_long(link, every_s, said):
    sensor = Sensor(facts=THIGH._replace(link=link), every_s=every_s)
    health = sensor.stream(4.0)

    assert any("Is heard every 60 ms only" in remark for remark in health.remarks) is said
    assert health.interval_s == pytest.approx(every_s, abs=0.01)


def test_packets_that_come_together_count_as_one_arrival():
    sensor = Sensor()
    for n in range(100):
        chunks = [Chunk(0, ns(n * 0.03 + k * 0.001), b"x") for k in range(3)]
        sensor.health.push(chunks, [SampleBlock.empty()], sensor.counts)

    assert sensor.at(3.0).interval_s == pytest.approx(0.03)


def test_samples_that_come_late():
    health = Sensor(delay_s=0.3).stream(4.0)

    assert health.latency_s == pytest.approx(0.31)
    assert health.remarks == ("Its samples come 0.31 s late.",)
    assert health.state is State.WEAK


def test_values_that_never_change():
    sensor = Sensor(gyr=0.0, acc=0.0)
    assert not sensor.stream(0.9).stuck
    health = sensor.stream(0.3)

    assert health.stuck
    assert health.state is State.WEAK
    assert health.sentence.startswith("Sends the same values again and again")

    sensor.acc = 1.0
    assert not sensor.stream(0.1).stuck


@pytest.mark.parametrize(
    ("gravity", "gyr", "sentence"),
    [
        (0.0, 0.01, "No movement and no gravity: impossible data."),
        (4.9, 0.01, "At rest it feels 4.9 m/s2 instead of 9.8: impossible data, or a wrong range."),
        (19.6, 0.01, "At rest it feels 19.6 m/s2 instead of 9.8: impossible data, or a wrong range."),
        (G + 0.8, 0.01, "Streams."),
        (4.9, 3.0, "Streams."),
    ],
)
def test_what_is_felt_at_rest_is_gravity(gravity, gyr, sentence):
    health = Sensor(gyr=gyr, acc=0.02, gravity=gravity).stream(2.0)

    assert health.sentence == sentence
    assert (health.rest_m_s2 is None) == (gyr > 1)


def test_saturation_and_battery_are_said_and_are_no_fault_of_the_link():
    sensor = Sensor()
    sensor.counts.reports[0] = Report(0, battery=0.12)
    health = sensor.stream(4.0, saturated=1)

    assert health.saturated == pytest.approx(0.2)
    assert health.battery == 0.12
    assert health.state is State.STREAMING
    assert health.remarks == (
        "Is at the end of its range in 20% of its samples: choose a wider range.",
        "Its battery is at 12%.",
    )


def test_a_report_without_a_battery_leaves_what_was_known():
    sensor = Sensor()
    sensor.counts.reports[0] = Report(0, battery=0.8)
    sensor.stream(0.1)
    sensor.counts.reports[0] = Report(0, text="button")

    assert sensor.stream(0.1).battery == 0.8


def test_doubled_samples_and_strangers():
    sensor = Sensor()
    sensor.counts.dirt[0] = {"stranger": 7}
    health = sensor.stream(4.0, repeated=5)

    assert health.repeated == pytest.approx(0.5)
    assert health.state is State.WEAK
    assert "7 packets on its link are of no sensor of this session; they were left out." in health.remarks
    assert "50% of its samples come twice; the second ones were left out." in health.remarks
    assert sensor.stream(11.0).state is State.STREAMING


def test_sensors_of_one_link_share_its_fate():
    facts = [f._replace(link="serial:COM3", node=n) for n, f in enumerate((THIGH, SHANK))]
    health = Health([*facts, THIGH._replace(placement=Placement(Side.RIGHT, Segment.THIGH))])
    counts = Counts([StreamStatistics()] * 3, [{}] * 3, [None] * 3)
    health.push([Chunk(0, ns(1.0), b"unplugged.", Kind.LOST)], [SampleBlock.empty()] * 3, counts)

    assert [sensor.state for sensor in health.at(ns(2.0))] == [State.LOST, State.LOST, State.WAITING]


def test_an_intake_is_what_it_takes_its_counts_from():
    sensors = [THIGH, SHANK]
    intake, health = Intake(sensors), Health(sensors)
    for n in range(100):
        time = n * 0.05 + np.arange(10) / 200
        rows = np.column_stack([time, RNG.normal(size=(10, 6))])
        chunks = [Chunk(0, ns(time[-1]), rows.astype("<f8").tobytes())]
        health.push(chunks, intake.push(chunks), intake)

    first, second = health.at(ns(5.0))
    assert first.state is State.STREAMING
    assert first.rate_hz == pytest.approx(200.0, rel=0.02)
    assert second.state is State.WAITING


def test_memory_is_bounded():
    sensor = Sensor()
    sensor.stream(15.0)
    inside = sensor.health._sensors[0]
    before = [len(inside._arrivals), len(inside._blocks), len(inside._heard_s)]
    sensor.stream(15.0)

    assert [len(inside._arrivals), len(inside._blocks), len(inside._heard_s)] == pytest.approx(before, abs=2)
    assert max(before) <= 10 * 200 / 5 + 2

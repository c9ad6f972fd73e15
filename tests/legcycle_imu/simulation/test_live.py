"""`sim:` as a link: paced by the clock it is given, into a live source, named by its moniker."""

from threading import Event

import pytest

from firmware_bridge.choice import choose
from firmware_bridge.errors import LinkError, Reason
from firmware_bridge.links.live import LiveSource
from firmware_bridge.links.monikers import KINDS, moniker_help, parse_moniker
from firmware_bridge.source import Chunk, Kind
from firmware_bridge.virtual import Faults
from legcycle_imu.simulation.handled import HandledRun
from legcycle_imu.simulation.live import SIM, SimLink, sim_link
from legcycle_imu.simulation.streaming import StreamingRun, StreamingSettings

TABLE = {**KINDS, "sim": SIM}


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now_s

    def ns(self) -> int:
        return round(self.now_s * 1e9)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds


def streamed(settings: StreamingSettings) -> tuple[Clock, list[Chunk], list[Chunk]]:
    """The clock, what a live source gives, and what the run was to give."""
    clock = Clock()
    link = SimLink(settings, clock=clock, sleep=clock.sleep)
    sensors = choose(link.find(1.0), {}).sensors
    with LiveSource(sensors, [(link, range(len(sensors)))], clock_ns=clock.ns) as source:
        got = [chunk for batch in source for chunk in batch]
    return clock, got, list(StreamingRun(settings).entries(dict(enumerate(sensors))))


def test_a_live_source_gives_every_entry_at_its_time_and_ends() -> None:
    faults = Faults(drop=0.02, jitter_s=0.01, disconnect_every_s=3.0, disconnect_for_s=1.0)
    clock, got, expected = streamed(StreamingSettings(duration_s=0.5, faults=faults))
    assert [(c.sensor, c.data, c.kind) for c in got] == [(c.sensor, c.data, c.kind) for c in expected]
    assert max(abs(a.arrival_ns - b.arrival_ns) for a, b in zip(got, expected, strict=True)) <= 1000
    assert {c.kind for c in got} == {Kind.CONNECTED, Kind.INFO, Kind.SENT, Kind.RECEIVED, Kind.LOST}
    assert min(clock.slept) > 0.0
    assert sum(clock.slept) == pytest.approx(1e-9 * expected[-1].arrival_ns, abs=1e-3)


def test_an_endless_run_stops_when_it_is_told_to() -> None:
    clock, enough = Clock(), Event()
    link = SimLink(clock=clock, sleep=clock.sleep)
    sensors = choose(link.find(1.0), {}).sensors
    source = LiveSource(sensors, [(link, range(4))], clock_ns=clock.ns)
    for batch in source:
        if any(chunk.kind is Kind.RECEIVED for chunk in batch):
            enough.set()
            source.end()
    assert enough.is_set()
    assert link._thread is not None
    assert not link._thread.is_alive()


def test_a_link_that_was_never_started_stops() -> None:
    SimLink().stop()


def test_a_stop_wakes_a_link_that_waits() -> None:
    posted = Event()

    class Inbox:
        def __call__(self, sensor: int, data: bytes, kind: Kind = Kind.RECEIVED) -> None:
            raise AssertionError("nothing is due yet")

        def end(self) -> None:
            posted.set()

    link = SimLink(clock=lambda: 0.0)
    link.start({0: choose(link.find(1.0), {}).sensors[0]}, Inbox())
    link.stop()
    assert posted.is_set()


def test_nothing_can_be_identified() -> None:
    link = SimLink()
    with pytest.raises(LinkError, match="is simulated and has no light") as caught:
        link.identify(choose(link.find(1.0), {}).sensors[0])
    assert caught.value.reason is Reason.NO_SENSOR


def test_a_moniker_without_options_is_the_default() -> None:
    assert sim_link(parse_moniker("sim:", TABLE))._run._settings == StreamingSettings()


def test_options_are_read_in_the_units_in_which_they_are_written() -> None:
    text = (
        "sim:speed_m_s=4.5,duration_s=60,rate_hz=100,seed=7,protocol=dot,interval_ms=30,"
        "drop=0.05,jitter=20,disconnect=30,away=1.5,swap=thigh,saturate=8,guided=1"
    ).replace("rate_hz=100", "rate_hz=30")
    settings = sim_link(parse_moniker(text, TABLE))._run._settings
    assert settings.speed_m_s == 4.5
    assert settings.duration_s == 60.0
    assert settings.rate_hz == 30.0
    assert settings.seed == 7
    assert settings.protocol == "dot"
    assert settings.interval_s == pytest.approx(0.03)
    assert settings.guided
    faults = settings.faults
    assert (faults.drop, faults.disconnect_every_s, faults.disconnect_for_s) == (0.05, 30.0, 1.5)
    assert faults.jitter_s == pytest.approx(0.02)
    assert faults.saturate_m_s2 == pytest.approx(8 * 9.80665)
    assert [str(place) for place in faults.swap or ()] == ["left thigh", "right thigh"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("sim:somebody", "sim: expected options alone, got 'somebody'"),
        ("sim:seed=1.5", "sim: expected a whole number as seed, got 1.5"),
        ("sim:seed=inf", "expected a whole number as seed, got inf"),
        ("sim:drop=2", "expected a share of lost packets from 0 to 1, got 2"),
        ("sim:swap=both", "expected left, right, thigh or shank to be exchanged, got 'both'"),
        ("sim:protocol=morse", "expected a protocol out of leglink"),
        ("sim:motion=dance", "expected a motion out of run, poses, got 'dance'"),
        ("sim:disconnect=1", "expected disconnections shorter than from one to the next, got 2 of 1 s"),
        ("sim:dorp=1", "sim: has no option dorp. Do you mean drop"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(LinkError, match=sentence) as caught:
        sim_link(parse_moniker(text, TABLE))
    assert caught.value.reason is Reason.BAD_MONIKER


def test_the_sensors_are_laid_and_turned_where_that_is_asked_for() -> None:
    laid, worn = (sim_link(parse_moniker(text, TABLE)) for text in ("sim:motion=poses", "sim:"))
    assert isinstance(laid._run, HandledRun)
    assert not isinstance(worn._run, HandledRun)


def test_the_help_tells_every_option() -> None:
    text = moniker_help({"sim": SIM})
    assert all(f"    {option}=" in text for option in SIM.options)

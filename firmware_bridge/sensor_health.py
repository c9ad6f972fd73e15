"""What is to be said of a sensor while it streams: numbers -> state and sentences. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from firmware_bridge.protocols import PROTOCOLS, ClockKind
from firmware_bridge.protocols.units import STANDARD_GRAVITY_M_S2
from firmware_bridge.source import Kind, SensorFacts


@dataclass(frozen=True, slots=True)
class HealthSettings:
    """Over what a sensor's health is measured, and from where on something is said of it.

    Parameters
    ----------
    rate_window_s : over which the rate is measured, s
    rate_after_s : after how long it is known, s: where packets come in bursts it errs by a burst in this time
    window_s : over which losses, delays, intervals and saturation are, s
    signal_s : over which values are looked at, s
    silent_s : a sensor that sends nothing for so long is lost, s: many packets of every protocol (10 to 125 ms each)
    patience_s : after so long without a sample a connected sensor is said to send none, s
    rate_error : share by which the rate may be off what is wanted; free-running sensors err by 3 %
    unnumbered_rate_error : the same where samples are neither numbered nor stamped, and a loss shows in nothing else
    loss : share of lost samples from which on it is said: at 200 Hz, 5 samples a packet, a packet in every other stride
    late_s : delay from which on it is said, s: a cue is to come within 150 ms of the event
    interval_s : time between arrivals over Bluetooth LE from which on it is said, s: with 1 to 3 packets a connection
        event (research on adapters), an interval of 30 ms carries 200 Hz, one above 40 ms hardly does
    saturated : share of samples with an axis at the end of its range from which on it is said
    repeated : share of samples that come twice from which on it is said
    battery : charge from which on downward it is said
    rest_gyr_rad_s, rest_spread_m_s2 : a sensor whose values stay within these is at rest (20 deg/s; 0.1 g)
    rest_share : what it may feel then, as a share of gravity; bias and scale of a whole sensor are below 0.1
    """

    rate_window_s: float = 2.0
    rate_after_s: float = 1.0
    window_s: float = 10.0
    signal_s: float = 1.0
    silent_s: float = 1.0
    patience_s: float = 3.0
    rate_error: float = 0.1
    unnumbered_rate_error: float = 0.04
    loss: float = 0.02
    late_s: float = 0.15
    interval_s: float = 0.040
    saturated: float = 0.01
    repeated: float = 0.02
    battery: float = 0.15
    rest_gyr_rad_s: float = 0.35
    rest_spread_m_s2: float = 1.0
    rest_share: tuple[float, float] = (0.8, 1.2)


class State(StrEnum):
    """How a sensor does, in a word; a display gives each a shape of its own."""

    WAITING = "waiting"
    """No sample has come since the session began or the link came up."""
    STREAMING = "streaming"
    """Samples come as they should."""
    WEAK = "weak"
    """Samples come, and something is wrong with them."""
    LOST = "lost"
    """The link broke, or nothing has come for a while."""


class SensorHealth(NamedTuple):
    """How a sensor does at one instant; None where it cannot be known.

    Attributes
    ----------
    state : in a word
    remarks : what is to be said of it, the foremost first; empty where all is well
    age_s : time since its last samples arrived, s
    rate_hz, sent_hz : samples that came, by their arrival, and these with the lost ones, Hz
    loss : share of the samples that were lost
    latency_s : time from a sample to its arrival, median, s; what delays even the fastest packet does not show in it
    interval_s : time from one arrival to the next, median, s; packets that came together count as one
    saturated : share of the samples with an axis at the end of its range
    repeated : share of the samples that came a second time
    battery : charge, 0 to 1
    strangers : packets on its link that are of no sensor of the session
    stuck : all its values have been the same for a while
    rest_m_s2 : specific force that it feels while it is at rest
    """

    state: State = State.WAITING
    remarks: tuple[str, ...] = ()
    age_s: float | None = None
    rate_hz: float | None = None
    sent_hz: float | None = None
    loss: float | None = None
    latency_s: float | None = None
    interval_s: float | None = None
    saturated: float | None = None
    repeated: float | None = None
    battery: float | None = None
    strangers: int = 0
    stuck: bool = False
    rest_m_s2: float | None = None

    @property
    def sentence(self) -> str:
        """What is foremost to be said."""
        return self.remarks[0] if self.remarks else "Streams."


class LinkEvent(NamedTuple):
    """What befell a sensor's link last: it came up or broke, so long ago, for this reason."""

    kind: Kind
    age_s: float
    why: str


def judged(health: SensorHealth, event: LinkEvent | None, facts: SensorFacts, s: HealthSettings) -> SensorHealth:
    """Give the same health with its state and what is to be said.

    Parameters
    ----------
    health : the numbers
    event : what befell the link last, or None
    facts, s : what is wanted of the sensor, and from where on something is said
    """
    if _streams(health, event, s):
        wrong, notes = list(_wrong(health, facts, s)), list(_notes(health, s))
        return health._replace(state=State.WEAK if wrong else State.STREAMING, remarks=(*wrong, *notes))
    if event is not None and event.kind == Kind.CONNECTED and (health.age_s is None or event.age_s <= health.age_s):
        return health._replace(state=State.WAITING, remarks=(_awaited(event, s),))
    if event is None and health.age_s is None:
        return health._replace(state=State.WAITING, remarks=("Has not been reached yet.",))
    return health._replace(state=State.LOST, remarks=(_lost(health, event),))


def _streams(health: SensorHealth, event: LinkEvent | None, s: HealthSettings) -> bool:
    if health.age_s is None or health.age_s > s.silent_s:
        return False
    return event is None or health.age_s < event.age_s


def _awaited(event: LinkEvent, s: HealthSettings) -> str:
    if event.age_s < s.patience_s:
        return "Is connected; its samples are awaited."
    return f"Is connected and has sent nothing for {event.age_s:.0f} s: switch it off and on."


def _lost(health: SensorHealth, event: LinkEvent | None) -> str:
    if event is not None and event.kind == Kind.LOST and (health.age_s is None or event.age_s <= health.age_s):
        return f"Lost {event.age_s:.0f} s ago{': ' + event.why if event.why else '.'}"
    return f"Has sent nothing for {health.age_s:.0f} s: is it in reach, and its battery full?"


def _wrong(health: SensorHealth, facts: SensorFacts, s: HealthSettings) -> Iterator[str]:
    """Give what is wrong with the samples or the link, the gravest first."""
    low, high = (share * STANDARD_GRAVITY_M_S2 for share in s.rest_share)
    if health.rest_m_s2 is not None and not low <= health.rest_m_s2 <= high:
        yield (
            "No movement and no gravity: impossible data."
            if health.rest_m_s2 < 0.1 * STANDARD_GRAVITY_M_S2
            else f"At rest it feels {health.rest_m_s2:.1f} m/s2 instead of 9.8: impossible data, or a wrong range."
        )
    if health.stuck:
        yield "Sends the same values again and again: switch it off and on."
    yield from _rate(health, facts, s)
    if health.loss is not None and health.loss >= s.loss:
        yield f"Loses {health.loss:.0%} of its samples: bring it and the receiver closer together."
    if health.strangers:
        yield f"{health.strangers} packets on its link are of no sensor of this session; they were left out."
    if health.repeated is not None and health.repeated >= s.repeated:
        yield f"{health.repeated:.0%} of its samples come twice; the second ones were left out."
    yield from _interval(health, facts, s)
    if health.latency_s is not None and health.latency_s >= s.late_s:
        yield f"Its samples come {health.latency_s:.2f} s late."


def _rate(health: SensorHealth, facts: SensorFacts, s: HealthSettings) -> Iterator[str]:
    numbered = PROTOCOLS[facts.protocol].clock is not ClockKind.NONE
    most = (s.rate_error if numbered else s.unnumbered_rate_error) * facts.rate_hz
    if health.sent_hz is None or abs(health.sent_hz - facts.rate_hz) <= most:
        return
    unseen = not numbered and 0.5 * facts.rate_hz < health.sent_hz < facts.rate_hz
    why = ": samples are lost unseen; ask for a lower rate." if unseen else "."
    yield f"Streams at {health.sent_hz:.0f} Hz, {facts.rate_hz:.0f} wanted{why}"


def _interval(health: SensorHealth, facts: SensorFacts, s: HealthSettings) -> Iterator[str]:
    packet_s = PROTOCOLS[facts.protocol].samples_a_packet / facts.rate_hz
    if not facts.link.startswith("ble:") or health.interval_s is None:
        return
    if health.interval_s > max(s.interval_s, 1.5 * packet_s):
        yield f"Is heard every {1000 * health.interval_s:.0f} ms only: its connection interval is too long."


def _notes(health: SensorHealth, s: HealthSettings) -> Iterator[str]:
    """Give what is no fault of the link."""
    if health.saturated is not None and health.saturated >= s.saturated:
        yield f"Is at the end of its range in {health.saturated:.0%} of its samples: choose a wider range."
    if health.battery is not None and health.battery <= s.battery:
        yield f"Its battery is at {health.battery:.0%}."

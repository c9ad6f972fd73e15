"""All that a live view shows at one instant, as data.

`LiveState` is the whole; what draws it decides nothing and computes nothing. What is not known is None, and NaN
in arrays and in values of strides: it is drawn grey or left blank, never as the last value. States are told by
shape and word (`Mark`); a colour may go with them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from firmware_bridge.recorder_state import Condition
from firmware_bridge.samples import Floats, Placement, Side
from firmware_bridge.sensor_health import State
from legcycle_imu.cycle import Phase
from legcycle_imu.personal_band import Band
from legcycle_imu.summary import Hits, Symmetry

if TYPE_CHECKING:
    from legcycle_imu.view.calibration import CalibrationView
    from legcycle_imu.view.drill import DrillPage

Point = tuple[float, float]
"""x forward, y up, from the hip, in lengths of the leg (thigh and shank together)."""


class Mark(NamedTuple):
    """A state as it is told: a sign ("✔", "▲", "✖", "–", "●", "○") and a word."""

    shape: str
    word: str


class Span(NamedTuple):
    """A stretch of session time, [start, end), s."""

    start: float
    end: float


class Scale(NamedTuple):
    """Fixed ends of a metric's axis, and how near the target is close, in the metric's unit as shown."""

    low: float
    high: float
    close: float


class LegState(StrEnum):
    """What can be shown of a leg; its value is the word."""

    NO_DATA = "no data"
    """Nothing has come yet, or a sensor of this leg is silent: all that is of now is None."""
    ALIGNING = "aligning"
    """Samples come; how the sensors sit is not known yet, so there are no angles."""
    POOR = "poor calibration"
    """All is shown as in `LIVE`; its numbers are uncertain, and the sentence says what to do."""
    LIVE = "live"
    """All is well. Standing still, the phase is unknown."""

    @property
    def seen(self) -> bool:
        """Whether there are angles of now."""
        return self in (LegState.LIVE, LegState.POOR)


class Stick(NamedTuple):
    """A leg as two rods and a heel, each point (x forward, y up) in lengths of the leg. The hip is (0, 0)."""

    hip: Point
    knee: Point
    ankle: Point
    heel: Point


@dataclass(frozen=True, slots=True)
class Ghost:
    """The leg at the instant at which a metric was read last: peak heel lift or peak knee drive.

    Parameters
    ----------
    phase : LIFT or DRIVE, the phase that ended at that instant
    t_s : when it was, session time
    stick : the leg then
    value, unit : the metric then, as shown ("cm", "%" of the shank's length, or "°"); value None where not known
    text : both as words, "-4.2 cm"; "–" where not known
    mark : against the target; None where there is none
    line_y : height of the target's line then: knee height and what is aimed at above it; None for DRIVE
    """

    phase: Phase
    t_s: float
    stick: Stick
    value: float | None
    unit: str
    text: str
    mark: Mark | None
    line_y: float | None


class PhaseShare(NamedTuple):
    """One phase of the last whole stride: an arc of the ring.

    Attributes
    ----------
    phase : PUSH, LIFT, DRIVE, PLACE in this order
    start, end : where its arc lies, shares of the stride, 0 to 1
    duration_ms : how long it was
    """

    phase: Phase
    start: float
    end: float
    duration_ms: float

    @property
    def share(self) -> float:
        """Share of the stride, 0 to 1."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class LegView:
    """One leg now.

    Parameters
    ----------
    side : which leg
    state : what can be shown
    sentence : why, and what to do; "" where nothing is to be said
    phase : phase now; UNKNOWN where the leg is not running or not seen
    coach : what the coach says for that phase; "" where unknown
    stick : the leg now; None where there are no angles of now
    knee_y : height of the own knee now, for the horizontal line
    line_y : height of the lift target's line now (level with `knee_y` for "back of the knee"); None where the
        target is not a height, or not known
    drive_deg : target of the knee drive, deg to the vertical; None where there is none
    drive_ray : from the hip to the end of the target's ray, somewhat beyond the knee; None where there is none
    ghosts : last peak heel lift, last peak knee drive; only those within the last stride's time
    shares : the four phases of the last whole stride, in the cycle's order; empty where not known
    hand : where the leg is on the ring, 0 to 1 from initial contact; None where unknown
    """

    side: Side
    state: LegState
    sentence: str
    phase: Phase
    coach: str
    stick: Stick | None
    knee_y: float | None
    line_y: float | None
    drive_deg: float | None
    drive_ray: tuple[Point, Point] | None
    ghosts: tuple[Ghost, ...]
    shares: tuple[PhaseShare, ...]
    hand: float | None


class PhaseBand(NamedTuple):
    """A leg in one phase over [start, end), s, within the time shown; the last one ends now."""

    phase: Phase
    start: float
    end: float


@dataclass(frozen=True, slots=True, eq=False)
class LegCurves:
    """Angles of one leg on the grid of `Curves.time_s`.

    Parameters
    ----------
    thigh_deg, shank_deg, knee_deg : (n,) deg; thigh and shank to the vertical, knee flexion; NaN where not known
    gaps : where an angle is missing between the first ones and now, in order
    phases : phases in order, without overlap; where none is, the phase is unknown
    """

    thigh_deg: Floats
    shank_deg: Floats
    knee_deg: Floats
    gaps: tuple[Span, ...]
    phases: tuple[PhaseBand, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Angles of the last seconds.

    Parameters
    ----------
    start_s, end_s : ends of the time axis; `end_s` is now, their distance never changes
    time_s : (n,) grid of whole multiples of its step, s; n never changes
    low_deg, high_deg : fixed ends of the axis of angles
    legs : side -> its curves, for every side that is measured
    """

    start_s: float
    end_s: float
    time_s: Floats
    low_deg: float
    high_deg: float
    legs: Mapping[Side, LegCurves]


class Dot(NamedTuple):
    """One stride in a history.

    Attributes
    ----------
    stride : its number in the stride table, from 0 for each leg
    t_s : its initial contact, s
    value : in the unit as shown; NaN where not known
    hit : whether the target was reached; None where nothing is held against one
    mark : the same as shape and word
    counted : False for walking, gaps and the like: drawn hollow, part of no rate and no band
    """

    stride: int
    t_s: float
    value: float
    hit: bool | None
    mark: Mark
    counted: bool


@dataclass(frozen=True, slots=True)
class SideHistory:
    """One metric of one leg over its last strides.

    Parameters
    ----------
    dots : up to 20, oldest first
    latest : value of the last stride while the leg is seen, else None: never the last value of a lost leg
    text : the same in words with its unit; "–" where None
    target : the last stride's target, in the unit as shown; None where there is none
    band : personal band over the last good strides, in the unit as shown; None while too few are known
    hits : of the dots, how many reached the target and how many were held against one
    distance : how far the last stride was from its target, in words: "3.2° to go"; "" where not known
    trend : whether the last 10 strides lie higher or lower than the 10 before; None where not by more than they scatter
    """

    dots: tuple[Dot, ...]
    latest: float | None
    text: str
    target: float | None
    band: Band | None
    hits: Hits
    distance: str = ""
    trend: Mark | None = None


@dataclass(frozen=True, slots=True)
class History:
    """One metric over the last strides of every leg.

    Parameters
    ----------
    phase : the phase at whose end it is read
    metric : column of the stride table; heel lift is in % of the shank's length where no length is known
    name, unit : as shown: "heel lift", "cm"
    scale : fixed ends of the axis, in the unit as shown
    larger_is_better : on which side of the target the good one is; None where none is better
    legs : side -> its strides, for every side that is measured
    norm : what other runners do at this cadence, in the unit as shown: "norm 43 ± 5"; "" where not known
    """

    phase: Phase
    metric: str
    name: str
    unit: str
    scale: Scale
    larger_is_better: bool | None
    legs: Mapping[Side, SideHistory]
    norm: str = ""


@dataclass(frozen=True, slots=True)
class Balance:
    """Left against right: means of one metric over the last good strides of each leg, in the unit as shown.

    Parameters
    ----------
    metric, name, unit : which
    left, right : means; None where not known
    symmetry : 200 (L - R) / (L + R) with its interval, %; None while fewer than 8 strides a side are known
    text : in words: "L 44 R 48 (Δ 4)"
    mark : "✔ even" where the difference is within its uncertainty, that of the legs' zeros included, else
        "▲ left more" or "▲ right more"; "–" where not known
    """

    metric: str
    name: str
    unit: str
    left: float | None
    right: float | None
    symmetry: Symmetry | None
    text: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Cue:
    """The one thing to think of.

    Parameters
    ----------
    phase : which phase it is about; UNKNOWN where there is nothing to say yet
    side : which leg; None for both
    mark : how that phase does
    sentence : what to do, as a picture outside of the body; or what is waited for
    hits : how often the target was reached lately
    distance : how far it is from the target, in the median, in words: "3.2° to go"; "" where not known
    """

    phase: Phase
    side: Side | None
    mark: Mark
    sentence: str
    hits: Hits
    distance: str = ""


@dataclass(frozen=True, slots=True)
class BigView:
    """What is read from 30 m: one word, one shape, one number; number None where not known."""

    word: str
    shape: str
    number: float | None
    unit: str

    @property
    def text(self) -> str:
        """The number as it is shown, without decimals; "–" where not known."""
        return "–" if self.number is None else f"{self.number:.0f}"


@dataclass(frozen=True, slots=True)
class SensorChip:
    """One sensor.

    Parameters
    ----------
    placement : where it is worn
    label : the same in two letters: "LT" is the left thigh
    name : what a person calls it
    state : how it does
    mark : the same as shape and word
    here : its samples come
    rate_hz, loss, battery, age_s : samples a second, share that was lost and charge (0 to 1), time since its last
        samples; None where not known
    sentence : what is foremost to be said of it
    text : the numbers in one line: "200 Hz · loss 0.1 % · battery 87 % · 0.0 s"
    """

    placement: Placement
    label: str
    name: str
    state: State
    mark: Mark
    here: bool
    rate_hz: float | None
    loss: float | None
    battery: float | None
    age_s: float | None
    sentence: str
    text: str


@dataclass(frozen=True, slots=True)
class RecorderChip:
    """The recorder.

    Parameters
    ----------
    condition : how it goes
    mark : the same as shape and word
    elapsed_s, bytes, lag_s : since its start; certain on the disk; age of what waits
    lost : entries that are neither on the disk nor in memory
    alarm : something is wrong
    sentence : what is to be said
    text : time and size in words: "0:01:03 · 3.1 MB"
    """

    condition: Condition
    mark: Mark
    elapsed_s: float
    bytes: int
    lag_s: float
    lost: int
    alarm: bool
    sentence: str
    text: str


@dataclass(frozen=True, slots=True)
class Latency:
    """Medians over the last events, s.

    Parameters
    ----------
    detection_s : from an event to the sample that decided it (t_known - t): the method's own delay
    delivery_s : from that sample's time to its arrival here (arrival - t_known): link, buffers, clock
    """

    detection_s: float
    delivery_s: float

    @property
    def total_s(self) -> float:
        """From an event to when the view knew it."""
        return self.detection_s + self.delivery_s


@dataclass(frozen=True, slots=True, eq=False)
class LiveState:
    """All that is to be seen at one instant.

    Parameters
    ----------
    now_s : session time
    legs : side -> the leg, for every side that is measured, left first
    curves : angles of the last seconds
    histories : heel lift, knee drive, hip extension, contact time, placement, in this order
    cadence_spm : steps per minute over the last strides; None where nobody runs
    balances : left against right; empty where one leg is measured
    cue : the one thing to think of
    big : the same for a display that is read from afar
    sensors : in the session's order
    recorder : None where nothing is recorded
    coverage : share of the strides' time, since the start, in which data was there, 0 to 1; None before a stride
    latency : None before an event
    strides : rows of the stride table so far, both legs together
    calibration : the guided calibration; None while there is none
    drill : the drill that is done; None where there is none
    """

    now_s: float
    legs: Mapping[Side, LegView]
    curves: Curves
    histories: tuple[History, ...]
    cadence_spm: float | None
    balances: tuple[Balance, ...]
    cue: Cue
    big: BigView
    sensors: tuple[SensorChip, ...]
    recorder: RecorderChip | None
    coverage: float | None
    latency: Latency | None
    strides: int
    calibration: "CalibrationView | None" = None
    drill: "DrillPage | None" = None

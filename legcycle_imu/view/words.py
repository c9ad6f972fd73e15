"""Words, signs and units in which a view says what it shows; shared by the window and the terminal."""

from math import isfinite, isnan
from typing import NamedTuple

from firmware_bridge.recorder_state import Condition
from firmware_bridge.sensor_health import State
from legcycle_imu.cycle import CYCLE
from legcycle_imu.norms import covers, usual
from legcycle_imu.runner import LegGeometry
from legcycle_imu.targets import Verdict
from legcycle_imu.view.state import LegState, Mark, Scale

NOT_KNOWN = "–"
LOST_S = 1.5
"""A leg whose last event is longer ago than any stride is doing something else; a sensor that has sent nothing for
so long has nothing to say of now, s."""
COACH = {rule.phase: rule.coach for rule in CYCLE}
"""What the coach says for each phase."""

SENSOR_SHAPE = {State.STREAMING: "●", State.WEAK: "▲", State.LOST: "✖", State.WAITING: "○"}
"""A state is told by shape and word, never by colour alone."""
HERE = frozenset({State.STREAMING, State.WEAK})
"""Samples come."""
RECORDER_SHAPE = {Condition.RECORDING: "●", Condition.WAITING: "▲", Condition.FAILING: "✖"}
LEG_SHAPE = {LegState.LIVE: "●", LegState.POOR: "▲", LegState.ALIGNING: "○", LegState.NO_DATA: NOT_KNOWN}


class Metric(NamedTuple):
    """How a column of the stride table is shown.

    Attributes
    ----------
    name, unit : in words; the unit follows the number
    scale : fixed ends of its axis and what is close to its target, in the unit as shown
    factor, decimals : from the column's unit to the shown one, and how exactly it is shown
    larger_is_better : None where neither is better
    """

    name: str
    unit: str
    scale: Scale
    factor: float = 1.0
    decimals: int = 1
    larger_is_better: bool | None = True

    def text(self, value: float | None) -> str:
        """Give a value, in the unit as shown, with its unit."""
        return NOT_KNOWN if value is None or isnan(value) else f"{value:.{self.decimals}f}{self.unit}"


METRICS: dict[str, Metric] = {
    "heel_lift_cm": Metric("heel lift", " cm", Scale(-20.0, 30.0, 3.0)),
    "heel_lift_pct": Metric("heel lift", " %", Scale(-50.0, 75.0, 7.0)),
    "peak_knee_flexion_deg": Metric("knee bend", "°", Scale(60.0, 150.0, 5.0)),
    "knee_drive_deg": Metric("knee drive", "°", Scale(0.0, 80.0, 5.0)),
    "hip_extension_deg": Metric("hip extension", "°", Scale(0.0, 45.0, 3.0)),
    "peak_hip_extension_deg": Metric("hip extension", "°", Scale(0.0, 45.0, 3.0)),
    "contact_time_s": Metric("contact", " ms", Scale(80.0, 380.0, 10.0), 1e3, 0, larger_is_better=None),
    "placement_cm": Metric("placement", " cm", Scale(0.0, 45.0, 3.0), larger_is_better=False),
    "shank_at_contact_deg": Metric("shank at contact", "°", Scale(-10.0, 30.0, 2.0), larger_is_better=False),
}
"""Metrics that are shown, by their column."""

OK = Mark("✔", "OK")
CLOSE = Mark("▲", "close")


def mark(verdict: Verdict) -> Mark:
    """Give shape and word of a verdict."""
    if verdict.hit is None:
        return Mark(NOT_KNOWN, "no target" if isnan(verdict.target) else "not known")
    return OK if verdict.hit else missed(verdict.metric, verdict.distance)


def missed(metric: str, distance: float) -> Mark:
    """Give shape and word of a miss by so much."""
    how = METRICS[metric]
    if distance > -how.scale.close:
        return CLOSE
    return Mark("✖", "far" if how.larger_is_better is False else "low")


def distance(verdict: Verdict) -> str:
    """Give how far a stride is from its target: "3.2° to go", "1.5 cm above"; "" where there is none."""
    return distance_of(verdict.metric, verdict.distance, reached=verdict.hit is True)


def distance_of(metric: str, distance: float, *, reached: bool) -> str:
    """Give a distance from a target in words; see `legcycle_imu.targets.Verdict` for its sign."""
    if isnan(distance):
        return ""
    how = METRICS[metric]
    beyond = "below" if how.larger_is_better is False else "above"
    return f"{how.text(abs(how.factor * distance))} {beyond if reached else 'to go'}"


def norm(metric: str, cadence_spm: float | None, geometry: LegGeometry) -> str:
    """Give what other runners do at a cadence, in the unit as shown: "norm 43 ± 5"; "" where nobody knows."""
    if cadence_spm is None or not covers(cadence_spm):
        return ""
    known, how = usual(metric, cadence_spm, geometry), METRICS[metric]
    return f"norm {how.factor * known.mean:.0f} ± {how.factor * known.sd:.0f}" if known.known else ""


def percent(share: float | None, decimals: int = 1) -> str:
    """Give a share in percent."""
    return NOT_KNOWN if share is None or not isfinite(share) else f"{100.0 * share:.{decimals}f} %"


def without_numbers(words: str) -> str:
    """Give what words say apart from their numbers, which may change all the time."""
    return "".join(sign for sign in words if not sign.isdigit())


def elapsed(seconds: float) -> str:
    """Give a duration as h:mm:ss."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"

"""Names and units of every figure in the report, and what flags mean; what the live view has, it has from there."""

from math import isnan

from legcycle_imu.cycle import Phase
from legcycle_imu.view.state import Scale
from legcycle_imu.view.words import METRICS, NOT_KNOWN, Metric

_NO_SCALE = Scale(0.0, 1.0, 0.0)


def _duration(name: str) -> Metric:
    return Metric(name, " ms", _NO_SCALE, 1e3, 0, larger_is_better=None)


FIGURES: dict[str, Metric] = {
    "cadence_spm": Metric("cadence", " steps/min", _NO_SCALE, larger_is_better=None),
    "stride_time_s": _duration("stride time"),
    "contact_time_s": _duration("contact time"),
    "flight_time_s": _duration("flight time"),
    "push_s": _duration("push"),
    "lift_s": _duration("lift"),
    "drive_s": _duration("drive"),
    "place_s": _duration("place"),
    "hip_extension_deg": METRICS["hip_extension_deg"]._replace(name="hip extension at toe-off"),
    "peak_hip_extension_deg": METRICS["peak_hip_extension_deg"]._replace(name="largest hip extension"),
    "heel_lift_cm": METRICS["heel_lift_cm"],
    "heel_lift_pct": METRICS["heel_lift_pct"]._replace(name="heel lift by shank length"),
    "knee_drive_deg": METRICS["knee_drive_deg"],
    "placement_cm": METRICS["placement_cm"],
    "shank_at_contact_deg": METRICS["shank_at_contact_deg"],
    "peak_knee_flexion_deg": METRICS["peak_knee_flexion_deg"]._replace(name="largest knee flexion"),
}
"""Every column of the stride table that has a mean, in the order in which a person reads them."""

PHASE_METRICS: dict[Phase, str] = {
    Phase.PUSH: "hip extension: how far the thigh is behind the vertical at toe-off",
    Phase.LIFT: "heel lift: how far the heel is above its own knee",
    Phase.DRIVE: "knee drive: how far the thigh is in front of the vertical",
    Phase.PLACE: "placement: how far the ankle is ahead of the hip at initial contact",
}
"""What each phase's own figure is."""

FLAGS: dict[str, str] = {
    "gap": "samples are missing in it, for longer than can be filled",
    "saturated": "a sensor was at the end of its range",
    "inferred": "an event was not seen, but inferred from its neighbours",
    "out_of_order": "an event is missing or not in its order",
    "no_peak": "the thigh did not turn back before contact",
    "low_lift": "the heel was hardly lifted",
    "walk": "walking",
    "drill": "a drill on the spot",
    "virtual": "without contact",
    "recalibrated": "another calibration began to hold during it",
    "turned": "a sensor had turned round the leg",
    "tilted": "a sensor had tilted: its angles are off",
}
"""What a flag of a stride says."""


def number(value: float, decimals: int = 0, *, sign: bool = False) -> str:
    """Give a number with a true minus, and on request with a plus; "–" where it is not known."""
    if isnan(value):
        return NOT_KNOWN
    text = f"{abs(value):.{decimals}f}"
    if not float(text):
        return text
    return ("−" if value < 0.0 else "+" if sign else "") + text


def value(metric: str, of: float) -> str:
    """Give a value as it is shown, with its unit."""
    return NOT_KNOWN if isnan(of) else f"{_shown(metric, of)}{FIGURES[metric].unit}"


def signed(metric: str, of: float) -> str:
    """Give a difference as it is shown, with its sign and unit."""
    return NOT_KNOWN if isnan(of) else f"{_shown(metric, of, sign=True)}{FIGURES[metric].unit}"


def spread(metric: str, mean: float, sd: float) -> str:
    """Give mean and standard deviation as they are shown."""
    if isnan(mean) or isnan(sd):
        return value(metric, mean)
    return f"{_shown(metric, mean)} ± {_shown(metric, sd)}{FIGURES[metric].unit}"


def percent(of: float, decimals: int = 0) -> str:
    """Give a percentage."""
    return NOT_KNOWN if isnan(of) else f"{number(of, decimals)} %"


def clock(seconds: float) -> str:
    """Give a time of the session as m:ss."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _shown(metric: str, of: float, *, sign: bool = False) -> str:
    how = FIGURES[metric]
    return number(of * how.factor, how.decimals, sign=sign)

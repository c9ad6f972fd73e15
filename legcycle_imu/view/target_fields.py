"""Targets as a person reads and types them: each threshold as a text, and texts as targets again."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from legcycle_imu.config_keys import converted
from legcycle_imu.norms import NORMS, SPEED_M_S
from legcycle_imu.targets import Lift, Place, Preset, Targets, Thresholds
from legcycle_imu.view.words import METRICS

OWN_USUAL = "own usual"
"""What stands for a threshold of running under the preset `baseline`."""


class Field(NamedTuple):
    """One threshold.

    Attributes
    ----------
    key : its name in the config file
    name : what a person calls it
    unit : of a number
    choices : words that it can be beside a number
    """

    key: str
    name: str
    unit: str
    choices: tuple[str, ...] = ()


LIFTS = tuple(each.replace("_", " ") for each in Lift)
RUNNING = (
    Field("lift", "Heel lift", " cm", LIFTS),
    Field("drive_deg", "Knee drive", "°"),
    Field("place", "Placement", " cm", tuple(Place)),
)
"""Thresholds of running strides; editing one makes the preset `custom`."""
STANDING = (
    Field("drill_lift", "Heel lift in a drill", " cm", LIFTS),
    Field("drill_drive_deg", "Knee drive in a drill", "°"),
)
"""Thresholds of drills on the spot, which hold under every preset."""
MEANING = {
    Preset.METHOD: "The coach's figures.",
    Preset.DRILL: "The standing drill's figures, for every stride.",
    Preset.BASELINE: "No worse than your own last 20 strides.",
    Preset.CUSTOM: "Every threshold as it is set here.",
}


def texts_of(targets: Targets) -> dict[str, str]:
    """Give each threshold in force as a text, by its key: "back of knee", "8 cm", "50°"."""
    own = targets.preset is Preset.BASELINE
    running = targets.running._asdict()
    texts = {field.key: OWN_USUAL if own else _text(field, running[field.key]) for field in RUNNING}
    return texts | {field.key: _text(field, getattr(targets, field.key)) for field in STANDING}


def edited(targets: Targets, texts: Mapping[str, str]) -> Targets:
    """Give the targets that these texts mean.

    Parameters
    ----------
    targets : in force; what the texts do not change stays
    texts : by key, see `texts_of`

    Raises
    ------
    ValueError
        one sentence, if a text means no threshold
    """
    before = texts_of(targets)
    changed = [field for field in (*RUNNING, *STANDING) if texts[field.key].strip() != before[field.key]]
    if not changed:
        return targets
    keys = {field.key: _value(field, texts[field.key]) for field in changed}
    try:
        read = converted(keys, Targets, "")
    except ValueError as error:
        raise ValueError(_sentence(str(error))) from error
    found = {key: getattr(read, key) for key in keys}
    standing = {field.key: found.get(field.key, getattr(targets, field.key)) for field in STANDING}
    running = {field.key: found[field.key] for field in RUNNING if field.key in found}
    held = Targets(targets.preset, targets.lift, targets.drive_deg, targets.place, **standing)
    return held.with_thresholds(Thresholds(**(targets.running._asdict() | running))) if running else held


def norms_in_words() -> str:
    """Give what runners do at the speeds that were measured."""
    speeds = " / ".join(f"{speed:g}" for speed in SPEED_M_S)
    rows = (_norm(metric) for metric in ("heel_lift_cm", "knee_drive_deg", "placement_cm"))
    return f"Norms at {speeds} m/s: {', '.join(rows)}. What others do, no targets."


def _norm(metric: str) -> str:
    means = " / ".join(f"{mean:.0f}" for mean in NORMS[metric].mean)
    return f"{METRICS[metric].name} {means}{METRICS[metric].unit}"


def _text(field: Field, threshold: Lift | Place | float) -> str:
    return threshold.replace("_", " ") if isinstance(threshold, str) else f"{threshold:g}{field.unit}"


def _value(field: Field, text: str) -> str | float:
    bare = text.strip().lower()
    number = bare.removesuffix("deg").removesuffix(field.unit.strip()).strip().replace(",", ".")
    try:
        return float(number)
    except ValueError:
        return bare.replace(" ", "_")


def _sentence(error: str) -> str:
    """Put the names that a person reads for those of the config file."""
    said = error.removeprefix(": ")
    for field in (*RUNNING, *STANDING):
        said = re.sub(rf"^{field.key}(?=:)|(?<=^expected ){field.key}\b", field.name.lower(), said)
    return f"{said[0].upper()}{said[1:].replace('_', ' ')}."

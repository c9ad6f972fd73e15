"""What `scan` and `identify` have in common: where sensors are looked for, for how long, and how they are named."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from firmware_bridge.found import Found
    from firmware_bridge.samples import Placement
    from legcycle_imu.config import Config

Seconds = Annotated[
    float, typer.Option("--seconds", min=0.5, max=600.0, metavar="S", help="How long to look for sensors.")
]
SEARCH_S = 8.0
"""As long as `record` looks for sensors, s (`firmware_bridge.links.session.FIND_S`)."""


def places(found: "Sequence[Found]", sources: Sequence[str], config: "Config") -> "list[Placement | None]":
    """Give where each sensor is worn: as the config has it, else as it tells itself; None where neither says."""
    from firmware_bridge.choice import choose

    chosen = choose(found, config.sensors_of(sources)).sensors
    known = {(facts.link, facts.node): facts.placement for facts in chosen}
    return [known.get((sensor.link, sensor.told.node), sensor.told.placement) for sensor in found]

"""`legcycle calibrate --intrinsic NAME`: what one sensor makes of gravity and of turns, in a person's hands."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from legcycle_imu.cli.console import busy, say, stdout
from legcycle_imu.cli.searching import SEARCH_S
from legcycle_imu.cli.session import ended_by_interrupt
from legcycle_imu.cli.watching import FRAME_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calibration.intrinsic_guidance import IntrinsicGuidance
    from calibration.intrinsic_routine import IntrinsicRoutine
    from calibration.intrinsic_store import IntrinsicStore
    from calibration.model import IntrinsicCalibration
    from firmware_bridge.found import Found
    from firmware_bridge.links.live import LiveSource
    from firmware_bridge.samples import Placement
    from firmware_bridge.source import Chunk, SensorFacts

QUIET_S = 3.0
"""A sensor that has sent nothing for so long is said to, s."""

Show = Callable[["IntrinsicGuidance", str], None]
"""Shows what the routine says, and what is wrong with the link."""


def calibrate_intrinsic(
    name: str,
    source: Sequence[str] | None = None,
    *,
    turns: bool = True,
    seconds: float = SEARCH_S,
    store: "IntrinsicStore | None" = None,
) -> None:
    """Guide a person through the intrinsic calibration of one sensor, and keep it.

    That one sensor streams and no other; it need not belong to a leg. Ctrl-C ends it with what is there: nine poses are
    enough, and turns that are missing are done without.

    Parameters
    ----------
    name : where the sensor is worn, its name or its device, as for `legcycle identify`
    source : where it is looked for; those of the config file by default
    turns : ask for turns on a table, too, for the scale of the gyroscope
    seconds : how long it is looked for, s
    store : where the calibration is kept; that of this user by default

    Raises
    ------
    LegcycleError : the sensor was not found, what it gave is no calibration, or that cannot be kept
    """
    from calibration.intrinsic_routine import IntrinsicRoutine
    from calibration.intrinsic_store import IntrinsicStore
    from firmware_bridge.links.live import LiveSource
    from legcycle_imu.cli.identify import found_one
    from legcycle_imu.config import load_config

    config = load_config()
    sources = source or config.sources
    with busy(f"looking for {name}", worth_saying=True):
        link, found = found_one(name, sources, seconds, config)
    facts = facts_of(found, config.sensors_of(sources))
    say(f"{facts.name or facts.device}: {facts.protocol}, {facts.rate_hz:g} Hz")
    routine = IntrinsicRoutine(facts, turns=turns)
    with (
        LiveSource([facts], [(link, [0])]) as sensor,
        ended_by_interrupt(sensor.end),
        _screen(live=sys.stdout.isatty()) as show,
    ):
        outcome = guided(routine, sensor, show)
    path = (store or IntrinsicStore()).save(outcome)
    _tell(outcome)
    say(f"kept in {path}")


def guided(
    routine: "IntrinsicRoutine", sensor: "LiveSource", show: Show, clock: Callable[[], float] = time.monotonic
) -> "IntrinsicCalibration":
    """Let a sensor's samples pass through the routine until it is done; give the calibration, dated.

    Raises
    ------
    LegcycleError : the stream ended before there was one
    """
    from datetime import UTC, datetime

    from msgspec.structs import replace

    from firmware_bridge.intake import Intake

    intake, link = Intake(sensor.sensors), _LinkWatch(clock)
    guidance = routine.guidance()
    for batch in sensor:
        (block,) = intake.push(batch)
        guidance = routine.push(block)
        show(guidance, link.push(batch, len(block)))
        if guidance.done:
            break
    outcome = guidance.outcome or routine.flush().outcome
    if outcome is None:
        raise _unfinished(routine.guidance())
    (report,) = intake.reports
    warm = None if report is None else report.temperature_c
    return replace(outcome, made=datetime.now(UTC).isoformat(timespec="seconds"), temperature_c=warm)


def facts_of(found: "Found", wanted: "Mapping[Placement, SensorFacts]") -> "SensorFacts":
    """Give what must be known to decode one sensor, wherever it is worn: what it tells, the config, the usual.

    Raises
    ------
    LegcycleError : it cannot be used, with why
    """
    from firmware_bridge.choice import PLACEMENTS, choose, meant
    from firmware_bridge.errors import LinkError, Reason
    from firmware_bridge.protocols import PROTOCOLS

    place = meant(found, wanted) or found.told.placement or PLACEMENTS[0]
    stated = wanted.get(place) if meant(found, wanted) else None
    if stated is None and found.protocol in PROTOCOLS:
        usual = PROTOCOLS[found.protocol].defaults
        stated = usual._replace(placement=place, device=found.device, link=found.link, node=found.told.node)
    choice = choose([found], {} if stated is None else {place: stated})
    if not choice.sensors:
        raise LinkError(
            Reason.NO_SENSOR, (choice.strangers + choice.notices)[0], "Name another sensor, or set the config right."
        )
    return choice.sensors[0]


class _LinkWatch:
    """What is wrong with the link, a sentence; "" where nothing is."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._heard_s = clock()
        self._lost = ""

    def push(self, batch: "Sequence[Chunk]", samples: int) -> str:
        from firmware_bridge.source import Kind

        for chunk in batch:
            if chunk.kind is Kind.LOST:
                self._lost = f"The link is lost: {chunk.data.decode(errors='replace')}."
        if samples:
            self._heard_s, self._lost = self._clock(), ""
        if self._lost or self._clock() - self._heard_s < QUIET_S:
            return self._lost
        return "Nothing comes from the sensor; is it switched on, charged and near?"


@contextmanager
def _screen(*, live: bool) -> Iterator[Show]:
    """Give what shows guidance: a picture on a terminal, elsewhere a line for each thing that is new."""
    from legcycle_imu.terminal_intrinsic import IntrinsicLines, intrinsic_view

    if not live:
        lines = IntrinsicLines()

        def write(guidance: "IntrinsicGuidance", link: str) -> None:
            for line in lines.push(guidance, link):
                say(line)

        yield write
        return
    from rich.live import Live

    with Live(console=stdout(), refresh_per_second=1.0 / FRAME_S) as picture:
        yield lambda guidance, link: picture.update(intrinsic_view(guidance, link))


def _tell(calibration: "IntrinsicCalibration") -> None:
    from legcycle_imu.terminal_intrinsic import result_lines

    for line in result_lines(calibration):
        sys.stdout.write(f"{line}\n")


def _unfinished(guidance: "IntrinsicGuidance") -> Exception:
    from firmware_bridge.errors import LegcycleError, Reason

    sentence = f"The sensor is not calibrated: {len(guidance.covered)} of 12 poses are there."
    trouble = guidance.trouble
    advice = "Begin again." if trouble is None else f"{trouble.reason} {trouble.advice}"
    return LegcycleError(Reason.BAD_SIGNAL, sentence, advice)

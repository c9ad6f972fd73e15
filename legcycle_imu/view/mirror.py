"""The legs as a calibration that is not taken yet shows them, to be held against how the person moves."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from calibration.guidance import Outcome
from calibration.model import SegmentCalibration, to_segment_frame
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from firmware_bridge.source import SensorFacts
from legcycle_imu.orientation import Orientation
from legcycle_imu.runner import LegGeometry
from legcycle_imu.view.recent_angles import RecentAngles
from legcycle_imu.view.state import Stick
from legcycle_imu.view.stick import in_legs, stick
from legcycle_imu.view.words import LOST_S

KEPT_S = 4.0
"""Samples before the calibration from which the vertical is found, so that the legs stand there at once, s."""
MEMORY_S = 1.0
"""Thigh and shank are drawn at one instant; their sensors deliver by turns, s."""


class Seen:
    """One segment as a calibration shows it.

    Parameters
    ----------
    placement, rate_hz : where its sensor is worn, and its nominal rate
    calibration : how the sensor sits
    """

    def __init__(self, placement: Placement, rate_hz: float, calibration: SegmentCalibration) -> None:
        self.placement = placement
        self.angles = RecentAngles(rate_hz, MEMORY_S)
        self._calibration = calibration
        self._orientation = Orientation(placement, rate_hz, calibration.gyr_bias_sd_rad_s)

    def push(self, block: SampleBlock) -> None:
        """Take the next samples, in the sensor's frame."""
        self.angles.push(self._orientation.push(to_segment_frame(block, self._calibration)))


@dataclass(slots=True)
class MirrorState:
    """What is remembered: the last samples of each sensor; the calibration that is shown, and what came of it."""

    kept: list[deque[SampleBlock]]
    outcome: Outcome | None = None
    seen: dict[int, Seen] = field(default_factory=dict)


class Mirror:
    """The legs by a calibration that is being looked at.

    Parameters
    ----------
    sensors : the session's sensors
    geometry : the runner's lengths
    """

    def __init__(self, sensors: Sequence[SensorFacts], geometry: LegGeometry | None = None) -> None:
        self._sensors = tuple(sensors)
        self._unit_leg = in_legs(geometry or LegGeometry())
        self.restart()

    def restart(self) -> None:
        """Forget everything."""
        self.state = MirrorState([deque() for _ in self._sensors])

    def push(self, samples: Sequence[SampleBlock]) -> None:
        """Take the next samples, a block a sensor in the session's order, in the sensors' frames."""
        for number, block in enumerate(samples):
            if len(block):
                self._keep(number, block)
                if number in self.state.seen:
                    self.state.seen[number].push(block)

    def show(self, outcome: Outcome | None) -> None:
        """Show the legs by a calibration from now on; None where there is none."""
        if outcome is self.state.outcome:
            return
        self.state = MirrorState(self.state.kept, outcome)
        for number, placement in (outcome.placements if outcome else {}).items():
            leg = outcome.calibration.leg(placement.side) if outcome else None
            if leg is not None:
                self.state.seen[number] = self._begun(number, placement, leg[placement.segment])

    def legs(self, now_s: float) -> dict[Side, Stick | None]:
        """Give the legs of the calibration as they are now, left first; None for one that is not seen now."""
        outcome = self.state.outcome
        sides = () if outcome is None else (side for side in Side if outcome.calibration.leg(side))
        return {side: self._leg(side, now_s) for side in sides}

    def _begun(self, number: int, placement: Placement, calibration: SegmentCalibration) -> Seen:
        seen = Seen(placement, self._sensors[number].rate_hz, calibration)
        for block in self.state.kept[number]:
            seen.push(block)
        return seen

    def _keep(self, number: int, block: SampleBlock) -> None:
        kept = self.state.kept[number]
        kept.append(block)
        while kept[0].time.item(-1) < block.time.item(-1) - KEPT_S:
            kept.popleft()

    def _leg(self, side: Side, now_s: float) -> Stick | None:
        angles = {seen.placement: seen.angles for seen in self.state.seen.values()}
        thigh, shank = (angles.get(Placement(side, segment)) for segment in Segment)
        if thigh is None or shank is None:
            return None
        latest = min(thigh.latest_known, shank.latest_known)
        if now_s - latest > LOST_S:
            return None
        return stick(thigh.at(latest), shank.at(latest), self._unit_leg)

"""The last strides of every leg, metric by metric: values, hits, target and personal band."""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from math import isnan

from firmware_bridge.samples import Side
from legcycle_imu.cycle import Phase
from legcycle_imu.model import Stride
from legcycle_imu.personal_band import Band, PersonalBand
from legcycle_imu.runner import LegGeometry
from legcycle_imu.summary import Hits
from legcycle_imu.targets import Preset, Targets, Verdict
from legcycle_imu.view.state import Dot, History, Mark, SideHistory
from legcycle_imu.view.stick import lift_metric
from legcycle_imu.view.trend import trend
from legcycle_imu.view.words import METRICS, NOT_KNOWN, distance, mark

STRIDES = 20
"""Strides that are shown; as many as the personal band covers."""
LEFT_OUT = Mark(NOT_KNOWN, "left out")
NO_TARGET = Mark(NOT_KNOWN, "no target")


def shown_metrics(targets: Targets, geometry: LegGeometry) -> tuple[tuple[Phase, str], ...]:
    """Give the metrics that are shown, each with its phase: the foremost of a phase first."""
    own = targets.preset is Preset.BASELINE
    return (
        (Phase.LIFT, lift_metric(targets, geometry)),
        (Phase.DRIVE, "knee_drive_deg"),
        (Phase.PUSH, "peak_hip_extension_deg" if own else "hip_extension_deg"),
        (Phase.PUSH, "contact_time_s"),
        (Phase.PLACE, "shank_at_contact_deg" if isnan(geometry.leg_m) else "placement_cm"),
    )


class MetricHistory:
    """One metric of every leg over its last strides.

    Parameters
    ----------
    phase, metric : see `shown_metrics`
    sides : legs that are measured
    """

    def __init__(self, phase: Phase, metric: str, sides: Iterable[Side]) -> None:
        self.phase = phase
        self.metric = metric
        self._legs = {side: _Leg(metric, side) for side in sides}

    def push(self, stride: Stride, verdicts: Iterable[Verdict]) -> None:
        """Take a stride and what it comes to against the targets."""
        self._legs[stride.side].push(stride, tuple(verdicts))

    def view(self, seen: Iterable[Side], norm: str = "") -> History:
        """Give what is shown, beside a norm in words; only legs that are seen have a value of now."""
        how, seen = METRICS[self.metric], set(seen)
        legs = {side: leg.shown() if side in seen else leg.unseen() for side, leg in self._legs.items()}
        return History(self.phase, self.metric, how.name, how.unit.strip(), how.scale, how.larger_is_better, legs, norm)


class _Leg:
    def __init__(self, metric: str, side: Side) -> None:
        self._metric = metric
        self._how = METRICS[metric]
        self._band = PersonalBand(side, metric)
        self._dots: deque[Dot] = deque(maxlen=STRIDES)
        self._target: float | None = None
        self._distance = ""
        self._made: SideHistory | None = None

    def push(self, stride: Stride, verdicts: tuple[Verdict, ...]) -> None:
        verdict = next((v for v in verdicts if v.metric == self._metric), None)
        value = getattr(stride, self._metric) * self._how.factor
        counted = bool(verdicts)
        said = mark(verdict) if verdict else NO_TARGET if counted else LEFT_OUT
        hit = verdict.hit if verdict else None
        self._dots.append(Dot(stride.stride, stride.initial_contact_s, value, hit, said, counted))
        self._band.push(stride)
        self._distance = distance(verdict) if verdict else ""
        if verdict:
            self._target = None if isnan(verdict.target) else verdict.target * self._how.factor
        self._made = None

    def shown(self) -> SideHistory:
        if self._made is None:
            self._made = self._make()
        return self._made

    def unseen(self) -> SideHistory:
        return replace(self.shown(), latest=None, text=NOT_KNOWN, distance="", trend=None)

    def _make(self) -> SideHistory:
        value = self._dots[-1].value if self._dots else None
        latest = None if value is None or isnan(value) else value
        judged = [dot.hit for dot in self._dots if dot.hit is not None]
        hits = Hits(sum(judged), len(judged))
        return SideHistory(
            tuple(self._dots),
            latest,
            self._how.text(latest),
            self._target,
            self._shown_band(),
            hits,
            self._distance,
            trend(self._band.state.recent),
        )

    def _shown_band(self) -> Band | None:
        band = self._band.band()
        return None if isnan(band.median) else Band(*(edge * self._how.factor for edge in band))

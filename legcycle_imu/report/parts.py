"""A run in parts: laps that were marked, and bouts of running with pauses between them."""

import re
from collections.abc import Iterable, Sequence
from math import inf, nan
from typing import NamedTuple

from legcycle_imu.cycle import Phase
from legcycle_imu.model import Stride
from legcycle_imu.personal_band import DRILL, is_good
from legcycle_imu.report.results import statistics
from legcycle_imu.report.session import Mark, Session
from legcycle_imu.summary import Statistics
from legcycle_imu.targets import Verdict

PAUSE_S = 3.0
"""Longer without a running stride is a pause: four strides of slow running."""
PART_METRICS = (
    "cadence_spm",
    "contact_time_s",
    "peak_hip_extension_deg",
    "heel_lift_cm",
    "knee_drive_deg",
    "placement_cm",
)
"""What is given of each part, both legs together."""
LAP = re.compile(r"lap (\d+)")
"""A mark that begins a lap."""
NOT_RUNNING = DRILL | {"walk"}
FEWEST = 4
"""Fewer strides, of both legs, are no bout: a stumble while standing."""


class Part(NamedTuple):
    """One lap or bout.

    Attributes
    ----------
    name : "lap 2", "bout 3"
    start_s, end_s : from the first contact to the last
    strides : good running strides, of both legs
    metrics : column of the stride table -> both legs' strides
    lift, drive : share of the judged strides that reached the target, %; NaN where none was judged
    """

    name: str
    start_s: float
    end_s: float
    strides: int
    metrics: dict[str, Statistics]
    lift_pct: float
    drive_pct: float

    @property
    def duration_s(self) -> float:
        """How long it lasted."""
        return self.end_s - self.start_s


def laps(session: Session, verdicts: Sequence[Verdict]) -> tuple[Part, ...]:
    """Give the laps: from each mark "lap N" to the next, and what was before the first; none where none was marked."""
    begins = [(mark.t_s, mark.text) for mark in session.marks if LAP.fullmatch(mark.text)]
    if not begins:
        return ()
    starts = [(-inf, "before the first lap"), *begins]
    ends = [t_s for t_s, _ in begins] + [inf]
    running = _in_time(session.running)
    groups = [
        (name, [s for s in running if start <= s.initial_contact_s < end])
        for (start, name), end in zip(starts, ends, strict=True)
    ]
    return tuple(_part(name, strides, verdicts) for name, strides in groups if strides)


def bouts(session: Session, verdicts: Sequence[Verdict]) -> tuple[Part, ...]:
    """Give the bouts of running; a pause is more than 3 s without a running stride, good or doubtful."""
    groups: list[list[Stride]] = []
    reached_s = -inf
    for stride in _in_time(s for s in session.strides if not s.flags & NOT_RUNNING):
        if stride.initial_contact_s - reached_s > PAUSE_S:
            groups.append([])
        groups[-1].append(stride)
        reached_s = stride.next_initial_contact_s
    good = ([stride for stride in group if is_good(stride)] for group in groups)
    whole = (group for group in good if len(group) >= FEWEST)
    return tuple(_part(f"bout {number}", group, verdicts) for number, group in enumerate(whole, start=1))


def other_marks(session: Session) -> tuple[Mark, ...]:
    """Give the marks that begin no lap."""
    return tuple(mark for mark in session.marks if not LAP.fullmatch(mark.text))


def _in_time(strides: Iterable[Stride]) -> list[Stride]:
    return sorted(strides, key=lambda s: s.initial_contact_s)


def _part(name: str, strides: list[Stride], verdicts: Sequence[Verdict]) -> Part:
    inside = {(stride.side, stride.stride) for stride in strides}
    of_part = [verdict for verdict in verdicts if (verdict.side, verdict.stride) in inside]
    return Part(
        name,
        strides[0].initial_contact_s,
        max(stride.next_initial_contact_s for stride in strides),
        len(strides),
        {metric: statistics(getattr(stride, metric) for stride in strides) for metric in PART_METRICS},
        _reached_pct(of_part, Phase.LIFT),
        _reached_pct(of_part, Phase.DRIVE),
    )


def _reached_pct(verdicts: Sequence[Verdict], phase: Phase) -> float:
    hits = [verdict.hit for verdict in verdicts if verdict.phase is phase and verdict.hit is not None]
    return 100.0 * sum(hits) / len(hits) if hits else nan

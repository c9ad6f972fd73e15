"""Recorded running with force-plate truth: import, analyse, compare. Needs LEGCYCLE_RUNNING_DATA."""

import csv
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest

from firmware_bridge.csv_import import import_csv
from firmware_bridge.recording_format import Runner
from firmware_bridge.replay import ReplaySource
from firmware_bridge.samples import Floats, Placement, Segment, Side
from firmware_bridge.source import Chunk
from legcycle_imu.cycle import EventKind
from legcycle_imu.model import Stride
from legcycle_imu.pipeline import Pipeline
from legcycle_imu.runner import Runner as Lengths

DATA = os.environ.get("LEGCYCLE_RUNNING_DATA")
pytestmark = pytest.mark.skipif(DATA is None, reason="LEGCYCLE_RUNNING_DATA does not name the recorded running")

TRIALS = ("RBDS005_T25", "RBDS012_T35", "RBDS022_T45")
MATCH_S = 0.080
EDGE_S = 0.2
LIMITS_S = {
    EventKind.INITIAL_CONTACT: 0.0065,
    EventKind.TOE_OFF: 0.0065,
    EventKind.PEAK_HEEL_LIFT: 0.002,
    EventKind.PEAK_KNEE_DRIVE: 0.004,
}
"""Largest mean absolute errors over all recordings; runners have offsets of their own, and three are few."""
FEW = 1.5
"""The mean error over three trials may be so many times that over all."""
METRICS = {
    "contact_time_s": 0.0095,
    "knee_drive_deg": 2.6,
    "hip_extension_deg": 3.0,
    "heel_lift_cm": 2.5,
    "placement_cm": 2.2,
}


@dataclass
class Trial:
    """One trial: its folder, and a recording made of its files."""

    folder: Path
    recording: Path

    @cached_property
    def meta(self) -> dict:
        return json.loads((self.folder / "meta.json").read_text(encoding="utf-8"))

    @property
    def lengths(self) -> tuple[float, float, float]:
        return tuple(self.meta[name] for name in ("height_m", "thigh_length_m", "shank_length_m"))

    def sections(self, *kinds: str) -> list[tuple[float, float]]:
        return [(s["start_s"], s["end_s"]) for s in self.meta["timeline"] if s["section"] in kinds]

    def rows(self, name: str) -> list[dict[str, str]]:
        with (self.folder / name).open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def true_times(self, side: Side, kind: EventKind) -> Floats:
        rows = self.rows("truth_events.csv")
        return np.array([float(r["time_s"]) for r in rows if (r["side"], r["event"]) == (side, kind)])

    @cached_property
    def chunks(self) -> list[Chunk]:
        with ReplaySource(self.recording) as source:
            return [chunk for batch in source for chunk in batch]

    def strides(self, chunks: list[Chunk]) -> list[Stride]:
        with ReplaySource(self.recording) as source:
            pipeline = Pipeline(source.sensors, Lengths("", *self.lengths).geometry)
        return [*pipeline.push(chunks).strides, *pipeline.flush().strides]

    @cached_property
    def found(self) -> list[Stride]:
        return self.strides(self.chunks)


def imported(name: str, destination: Path) -> Trial:
    folder = Path(str(DATA)) / name
    made = Trial(folder, destination / f"{name}.legcycle")
    files = {Placement(side, s): folder / f"{side}_{s}.csv.gz" for side in Side for s in Segment}
    import_csv(files, made.recording, runner=Runner(name, *made.lengths))
    return made


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Trial]:
    folder = tmp_path_factory.mktemp("recorded")
    return {name: imported(name, folder) for name in TRIALS}


@pytest.fixture(params=TRIALS)
def trial(request: pytest.FixtureRequest, trials: dict[str, Trial]) -> Trial:
    return trials[request.param]


def event_times(strides: list[Stride], side: Side, kind: EventKind) -> Floats:
    mine = [s for s in strides if s.side is side and "walk" not in s.flags]
    times = {getattr(s, f"{kind}_s") for s in mine}
    if kind is EventKind.INITIAL_CONTACT:
        times |= {s.next_initial_contact_s for s in mine}
    return np.array(sorted(t for t in times if not np.isnan(t)))


def matched(found: Floats, true: Floats) -> tuple[Floats, int, int]:
    """Errors of matched events, events missed, events invented, where true ones are told."""
    inside = found[(found > true[0] - MATCH_S) & (found < true[-1] + MATCH_S)]
    nearest = np.abs(inside[:, None] - true[None, :])
    pairs = [(k, int(row.argmin())) for k, row in enumerate(nearest) if row.min() <= MATCH_S]
    unique = {j: k for k, j in pairs}
    errors = np.array([inside[k] - true[j] for j, k in unique.items()])
    return errors, len(true) - len(unique), len(inside) - len(unique)


@pytest.mark.parametrize("kind", EventKind)
@pytest.mark.parametrize("side", Side)
def test_every_event_is_found_once(trial: Trial, side: Side, kind: EventKind):
    _, missed, invented = matched(event_times(trial.found, side, kind), trial.true_times(side, kind))
    assert (missed, invented) == (0, 0)


def mean_error_s(trials: Iterable[Trial], kind: EventKind) -> float:
    errors = [
        matched(event_times(trial.found, side, kind), trial.true_times(side, kind))[0]
        for trial in trials
        for side in Side
    ]
    return float(np.abs(np.concatenate(errors)).mean())


@pytest.mark.parametrize("kind", EventKind)
def test_events_of_three_trials_are_near_the_truth(trials: dict[str, Trial], kind: EventKind):
    assert mean_error_s(trials.values(), kind) < FEW * LIMITS_S[kind]


@pytest.mark.soak
def test_events_of_all_trials_are_within_the_limits(tmp_path: Path):
    names = sorted(path.parent.name for path in Path(str(DATA)).glob("*/meta.json"))
    every = [imported(name, tmp_path) for name in names]
    errors = {kind: mean_error_s(every, kind) for kind in EventKind}
    assert not {kind: error for kind, error in errors.items() if error > LIMITS_S[kind]}


def test_phases_are_in_order_in_every_stride(trial: Trial):
    names = [f"{kind}_s" for kind in EventKind]
    ran = [s for s in trial.found if "walk" not in s.flags]
    assert len(ran) > 60
    for stride in ran:
        instants = [getattr(stride, name) for name in (*names, "next_initial_contact_s")]
        assert instants == sorted(instants)
        assert not np.isnan(instants).any()
        assert "out_of_order" not in stride.flags


def test_standing_and_knee_lifts_give_no_stride(trial: Trial):
    still = [(a + EDGE_S, b - EDGE_S) for a, b in trial.sections("stand", "march")]
    assert still
    assert not [s for s in trial.found for a, b in still if a <= s.initial_contact_s < b]


@pytest.mark.parametrize("name", METRICS)
def test_metrics_of_three_trials_are_near_the_truth(trials: dict[str, Trial], name: str):
    errors = []
    for trial in trials.values():
        for row in trial.rows("truth_strides.csv"):
            start, mine = float(row["initial_contact_s"]), [s for s in trial.found if s.side == row["side"]]
            nearest = min(mine, key=lambda s: abs(s.initial_contact_s - start))
            if row[name] and abs(nearest.initial_contact_s - start) < MATCH_S:
                errors.append(getattr(nearest, name) - float(row[name]))
    assert len(errors) > 200
    assert np.abs(errors).mean() < FEW * METRICS[name]


def test_running_alone_is_enough(trial: Trial):
    ((start, end),) = trial.sections("run")
    cut = [c for c in trial.chunks if start + EDGE_S <= c.arrival_ns * 1e-9 < end]
    strides = trial.strides(cut)
    hits = wrong = 0
    for side in Side:
        for kind in EventKind:
            true = trial.true_times(side, kind)
            inside = true[(true > start + 1.5) & (true < end - 1.0)]
            errors, missed, invented = matched(event_times(strides, side, kind), inside)
            hits, wrong = hits + len(errors), wrong + missed + invented
    assert 2 * hits / (2 * hits + wrong) >= 0.99

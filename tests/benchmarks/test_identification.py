import os
from pathlib import Path

import numpy as np
import pytest

from benchmarks.identification import HEAD, Leg, Verdict, exchanges, fitted, legs_of, recorded, row, sides, unprompted
from benchmarks.trials import DATA_VARIABLE, trials

DATA = os.environ.get(DATA_VARIABLE)
needs_data = pytest.mark.skipif(DATA is None, reason=f"{DATA_VARIABLE} does not name the recorded running")


def test_a_row_counts_verdicts_and_reasons():
    made = row("x", [(Verdict.RIGHT, 2.0, ""), (Verdict.REFUSED, 0.0, "why"), (Verdict.REFUSED, 0.0, "why")])
    assert made == ["x", "3", "33.3 %", "66.7 %", "0.0 %", "2.00 / 2.00 / 2.00", "why: 2"]
    assert len(made) == len(HEAD)


def legs(mirrored: bool) -> list[Leg]:
    """Six runners of two legs that mirror each other, or do not, each with something of its own."""
    rng = np.random.default_rng(3)
    mean = rng.standard_normal((6, 3)) + 1j * rng.standard_normal((6, 3))
    found = []
    for runner in range(6):
        for sign in (1.0, -1.0):
            own = 0.2 * (rng.standard_normal((6, 3)) + 1j * rng.standard_normal((6, 3)))
            found.append(Leg(str(runner), sign, (sign if mirrored else 1.0) * mean + own))
    return found


def test_legs_that_mirror_each_other_are_told_apart():
    assert {verdict for verdict, _, _ in sides(legs(mirrored=True))} == {Verdict.RIGHT}
    assert fitted(legs(mirrored=True)).shape == (6, 3)


def test_legs_that_do_not_are_not():
    right = [verdict for verdict, _, _ in sides(legs(mirrored=False))].count(Verdict.RIGHT)
    assert right <= 6


@needs_data
@pytest.mark.soak
def test_all_recordings_are_told_right(tmp_path: Path):
    assert DATA is not None
    runs = [recorded(trial) for trial in trials(Path(DATA).resolve(), tmp_path)]
    for made in unprompted(runs):
        verdict = Verdict.REFUSED if "wrong" in made[0] else Verdict.RIGHT
        assert made[2 + list(Verdict).index(verdict)] == "100.0 %", made
    for made in exchanges(runs):
        assert made[2] == "100.0 %", made
    assert {verdict for verdict, _, _ in sides([leg for run in runs for leg in legs_of(run)])} == {Verdict.RIGHT}

"""A small share of what `benchmarks.alignment` draws, and the whole of it as a soak test."""

from functools import cache

import numpy as np
import pytest

from benchmarks.alignment import FAR_DEG, Case, Error, draw
from benchmarks.alignment_troubles import TROUBLES, meet, trouble_row
from firmware_bridge.samples import Segment

STOOD = [Case.JOG, Case.LIFTS, Case.BOTH]


@cache
def errors(case: Case, runners: int) -> list[Error]:
    found = [leg for seed in range(runners) for leg in draw(seed, case)]
    assert not [leg for leg in found if isinstance(leg, str)]
    return [error for leg in found if not isinstance(leg, str) for error in leg]


def judge(case: Case, runners: int, median_deg: float, most_deg: float) -> None:
    every = errors(case, runners)
    assert np.mean([e.right for e in every]) >= 0.999
    assert not [e for e in every if e.axis > FAR_DEG and not e.said]
    for segment in Segment:
        mine = [e for e in every if e.segment is segment]
        for name in ("axis", "frontal"):
            sizes = np.abs([getattr(e, name) for e in mine])
            assert np.median(sizes) <= median_deg, (segment, name)
            assert np.percentile(sizes, 95) <= most_deg, (segment, name)


@pytest.mark.parametrize("case", STOOD)
def test_the_axis_is_found_on_a_few_runners(case: Case):
    judge(case, 4, 3.5, 7.0)  # eight legs a segment say no more


def test_running_alone_is_less_sure_but_never_wrong():
    judge(Case.RUN, 4, 5.0, 9.0)


@pytest.mark.soak
@pytest.mark.parametrize("case", STOOD)
def test_the_axis_is_found_on_a_thousand_runners(case: Case):
    judge(case, 1000, 2.0, 4.0)


@pytest.mark.parametrize("number", range(len(TROUBLES)), ids=[t.name for t in TROUBLES])
def test_no_trouble_is_met_in_silence(number: int):
    row = trouble_row(TROUBLES[number], meet(number, 1))
    assert row[5] == "0", row


@pytest.mark.soak
def test_what_cannot_be_aligned_is_refused_with_what_to_do():
    for number, trouble in enumerate(TROUBLES):
        if trouble.misplaced:
            for said in meet(number, 2):
                assert isinstance(said, str)
                assert any(word in said for word in ("swap", "see which", "put one", "it takes")), said

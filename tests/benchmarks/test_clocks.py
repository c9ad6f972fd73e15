"""The benchmark of clocks: it knows the truth, measures what it says, and the clocks of LegLink are good enough."""

from math import inf

import numpy as np
import pytest

from benchmarks import clocks
from firmware_bridge.protocols import PROTOCOLS

CASES = {case.title: case for case in clocks.cases()}
ACCEPTED_MS = {"LegLink, radio 7.5 ms": 1.0, "LegLink, radio 15 ms": 1.0, "LegLink, radio 30 ms": 2.0}
"""Same-leg clock error after 10 s of streaming, median."""


def test_every_protocol_that_can_be_streamed_has_a_case() -> None:
    streamed = {name for name, row in PROTOCOLS.items() if row.ble or row.serial or row.udp}
    assert {case.protocol for case in CASES.values()} == streamed


def test_samples_carry_their_number_and_their_true_time_is_known() -> None:
    session = clocks.Session(CASES["LegLink, radio 15 ms"], 0)
    block = session._samples(1, 5.0)
    number = np.rint(block.gyr[:, 0] / session.facts[1].gyr_unit_rad_s).astype(int)
    assert number.tolist() == list(range(len(block)))
    assert block.time == pytest.approx(session.true_s(1, number), abs=1e-9)
    assert block.time[0] == pytest.approx(clocks.CONNECTS_S[1], abs=1e-6)
    assert np.diff(block.time) == pytest.approx(1 / (200.0 * (1 + 1e-6 * session.clocks[1].ppm)), abs=1e-9)
    assert len(session._samples(1, 5.0)) == 0


def test_differences_are_those_of_one_instant() -> None:
    true = np.arange(0.0, 70.0, 0.01)
    later = true[true >= 0.5]
    errors = [(true, 0.003 + 1e-5 * true), (later, np.full(len(later), 0.001))]
    found = clocks.differences(errors, (10.0, 60.0))
    assert len(found) == 500
    assert found[0] == pytest.approx(0.002 + 1e-5 * 10.5)
    assert found[-1] == pytest.approx(0.002 + 1e-5 * 60.4)


def test_a_row_pools_the_sessions() -> None:
    windows = dict.fromkeys(clocks.WINDOWS_S, (np.array([0.001, 0.003]), np.array([0.01])))
    row = clocks.row_of(CASES["LegLink, radio 15 ms"], [windows, windows])
    assert row == ["LegLink, radio 15 ms", "2", "2.00 / 3.00", "2.00 / 3.00", "2.00 / 3.00", "10.00 / 10.00"]
    assert len(row) == len(clocks.HEAD)


@pytest.mark.parametrize("title", ACCEPTED_MS)
def test_the_clocks_of_one_leg_agree(title: str) -> None:
    results = [clocks.run((CASES[title], seed)) for seed in range(2)]
    at_10, by_arrival = (np.concatenate([result["at 10 s"][k] for result in results]) for k in (0, 1))
    assert 1e3 * np.median(at_10) <= ACCEPTED_MS[title]
    assert np.median(at_10) < np.percentile(by_arrival, 95)


@pytest.mark.soak
@pytest.mark.parametrize("title", ACCEPTED_MS)
def test_the_clocks_of_one_leg_agree_in_many_sessions(title: str) -> None:
    results = [clocks.run((CASES[title], seed)) for seed in range(clocks.DRAWS)]
    for window, (begin, _end) in clocks.WINDOWS_S.items():
        if begin >= 9.0:
            pooled = np.concatenate([result[window][0] for result in results])
            assert 1e3 * np.median(pooled) <= ACCEPTED_MS.get(title, inf)

"""The computer: never early, late by its floor and jitter, and by its stalls on all links alike."""

import numpy as np
import pytest

from firmware_bridge.virtual.host import STALLS_KEPT, Host, HostSettings

CALM = HostSettings(stalls_per_s=0.0)


def host(settings: HostSettings = CALM) -> Host:
    return Host(settings, np.random.default_rng([0, 1]))


def test_the_computer_is_late_by_at_least_its_floor_and_on_average_by_its_jitter() -> None:
    rng, computer = np.random.default_rng(0), host()
    late = np.array([computer.told_s(float(t), rng) - t for t in range(4000)])
    assert late.min() >= CALM.floor_s
    assert late.mean() == pytest.approx(CALM.floor_s + CALM.jitter_s, rel=0.1)


def test_a_stall_holds_up_all_links_until_its_end() -> None:
    busy = host(HostSettings(jitter_s=0.0, stalls_per_s=2.0))
    rngs = [np.random.default_rng(k) for k in range(2)]
    instants = np.arange(0.0, 20.0, 0.001).tolist()
    one, other = ([busy.told_s(t, rng) for t in instants] for rng in rngs)
    assert one == other
    late = np.array(one) - instants
    held = late > 0.001
    assert 0.03 < held.mean() < 0.15  # 2 a second, 40 ms each
    assert late.max() < 0.13  # seldom two together
    assert np.all(np.diff(one) >= 0)


def test_the_computer_remembers_a_bounded_number_of_stalls() -> None:
    busy, rng = host(HostSettings(stalls_per_s=1.0)), np.random.default_rng(0)
    for t in range(0, 20_000, 10):
        busy.told_s(float(t), rng)
    assert len(busy._begins) == len(busy._ends) <= 2 * STALLS_KEPT + 100


def test_of_stalls_that_reach_into_one_another_the_longest_counts() -> None:
    busy = host(HostSettings(jitter_s=0.0, stalls_per_s=1.0, stall_s=(0.01, 0.8)))
    rng = np.random.default_rng(0)
    told = [busy.told_s(t, rng) for t in np.arange(0.0, 60.0, 0.005).tolist()]
    assert told == sorted(told)

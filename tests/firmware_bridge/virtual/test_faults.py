"""Faults: as they are written, so they are."""

from math import inf, nan

import numpy as np
import pytest

from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.virtual.faults import Faults, exchanged

LEFT_THIGH, LEFT_SHANK = Placement(Side.LEFT, Segment.THIGH), Placement(Side.LEFT, Segment.SHANK)
RIGHT_THIGH, RIGHT_SHANK = Placement(Side.RIGHT, Segment.THIGH), Placement(Side.RIGHT, Segment.SHANK)


def test_nothing_goes_wrong_unless_asked() -> None:
    faults = Faults()
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    assert not faults.drops(rng)
    assert faults.late_s(rng) == 0.0
    assert rng.bit_generator.state == before
    assert faults.worn_by(LEFT_THIGH) == LEFT_THIGH
    assert faults.losses_s(0, 4) is None
    assert exchanged("") is None


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"drop": 1.5}, "expected a share of lost packets from 0 to 1, got 1.5"),
        ({"drop": nan}, "expected a share of lost packets"),
        ({"jitter_s": -0.003}, "expected a jitter of 0 ms or more, got -3"),
        ({"jitter_s": inf}, "expected a jitter"),
        ({"disconnect_every_s": 5.0, "disconnect_for_s": 6.0}, "expected disconnections shorter .* got 6 of 5 s"),
        ({"disconnect_for_s": 0.0}, "expected disconnections shorter"),
        ({"saturate_m_s2": 0.0}, "expected a full scale above 0 g, got 0"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(settings: dict[str, float], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Faults(**settings)  # type: ignore[arg-type]


def test_an_exchange_of_nothing_known_is_refused() -> None:
    with pytest.raises(ValueError, match="expected left, right, thigh or shank to be exchanged, got 'both'"):
        exchanged("both")


@pytest.mark.parametrize(
    ("text", "first", "second", "other"),
    [
        ("left", LEFT_THIGH, LEFT_SHANK, RIGHT_THIGH),
        ("right", RIGHT_THIGH, RIGHT_SHANK, LEFT_SHANK),
        ("thigh", LEFT_THIGH, RIGHT_THIGH, LEFT_SHANK),
        ("shank", LEFT_SHANK, RIGHT_SHANK, RIGHT_THIGH),
    ],
)
def test_a_swap_exchanges_two_places(text: str, first: Placement, second: Placement, other: Placement) -> None:
    faults = Faults(swap=exchanged(text))
    assert faults.worn_by(first) == second
    assert faults.worn_by(second) == first
    assert faults.worn_by(other) == other


def test_sensors_are_lost_in_turn() -> None:
    faults = Faults(disconnect_every_s=10.0)
    every = [(turn, faults.losses_s(turn, 4)) for turn in range(4)]
    losses = sorted((loss[0] + k * loss[1], turn) for turn, loss in every if loss for k in (0, 1))
    assert losses == [(10.0 * (k + 1), k % 4) for k in range(8)]


def test_the_share_of_lost_packets_is_that_asked_for() -> None:
    rng = np.random.default_rng(0)
    assert np.mean([Faults(drop=0.2).drops(rng) for _ in range(4000)]) == pytest.approx(0.2, abs=0.02)
    assert all(Faults(drop=1.0).drops(rng) for _ in range(100))


def test_jitter_is_between_nothing_and_what_was_asked_for() -> None:
    rng = np.random.default_rng(0)
    late = [Faults(jitter_s=0.02).late_s(rng) for _ in range(1000)]
    assert min(late) >= 0.0
    assert 0.018 < max(late) <= 0.02

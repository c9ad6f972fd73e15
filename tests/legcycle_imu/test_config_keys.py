from dataclasses import dataclass
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legcycle_imu.config_keys import converted, known_keys, table


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Shoe:
    size: float | None = None
    colour: Colour = Colour.RED
    pairs: int = 1
    maker: str = ""

    def __post_init__(self) -> None:
        if self.pairs < 0:
            raise ValueError(f"expected pairs of 0 or more, got {self.pairs}")


def test_keys_become_settings():
    keys = {"size": 44, "colour": "blue", "pairs": 2, "maker": "x"}
    assert converted(keys, Shoe, "[shoe]") == Shoe(44.0, Colour.BLUE, 2, "x")
    assert converted({}, Shoe, "[shoe]") == Shoe()


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"size": "big"}, "[shoe]: size: expected a number, got text"),
        ({"size": []}, "[shoe]: size: expected a number, got a list"),
        ({"pairs": 1.5}, "[shoe]: pairs: expected a whole number, got float"),
        ({"maker": True}, "[shoe]: maker: expected text, got true/false"),
        ({"maker": {}}, "[shoe]: maker: expected text, got a table"),
        ({"colour": "green"}, '[shoe]: colour: expected "red" or "blue", got \'green\''),
        ({"pairs": -1}, "[shoe]: expected pairs of 0 or more, got -1"),
    ],
)
def test_a_mistake_is_said_in_words_of_the_file(keys, sentence):
    with pytest.raises(ValueError, match="shoe") as caught:
        converted(keys, Shoe, "[shoe]")
    assert str(caught.value) == sentence


def test_a_table_is_a_table():
    assert table({"a": 1}, "[x]") == {"a": 1}
    with pytest.raises(ValueError, match=r"\[x\]: expected a table, got \[1\]"):
        table([1], "[x]")


@given(st.text(min_size=1, max_size=10))
def test_an_unknown_key_is_refused_and_a_known_one_is_not(key):
    known_keys(["size", "maker"], ("size", "maker"), "[shoe]")
    if key not in ("size", "maker"):
        with pytest.raises(ValueError, match=r"\[shoe\]: unknown key"):
            known_keys([key], ("size", "maker"), "[shoe]")


def test_what_may_be_meant_is_said():
    with pytest.raises(ValueError, match=r"unknown key sise; did you mean size\?"):
        known_keys(["sise"], ("size",), "[shoe]")

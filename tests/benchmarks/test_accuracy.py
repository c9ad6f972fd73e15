"""Tables go from the benchmarks' output into the document, and nothing else changes."""

import pytest

from benchmarks.accuracy import BENCHMARKS, DOCUMENT, PLACE, filled, parts_of

OUTPUT = "# one\n\n## Events\n\n| a |\n| --- |\n| 1 |\n\nStrides: 3.\n\n# two\n\n## Events\n\n| a |\n"
DOCUMENT_TEXT = "Before.\n\n<!-- table: running / two / Events -->\nold\n<!-- end -->\n\nAfter.\n"


def test_parts_are_found_by_the_headings_that_lead_to_them() -> None:
    parts = parts_of(OUTPUT)
    assert parts["one", "Events"] == "| a |\n| --- |\n| 1 |\n\nStrides: 3."
    assert parts["two", "Events"] == "| a |"


def test_what_stands_between_the_marks_is_replaced_and_nothing_else() -> None:
    new = filled(DOCUMENT_TEXT, {"running": OUTPUT})
    assert new == DOCUMENT_TEXT.replace("old\n", "\n| a |\n\n")
    assert filled(new, {"running": OUTPUT}) == new


def test_a_part_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="two / Events"):
        filled(DOCUMENT_TEXT, {"running": "# one\n"})


def test_the_document_asks_for_benchmarks_that_exist() -> None:
    asked = {place["path"].split(" / ")[0] for place in PLACE.finditer(DOCUMENT.read_text(encoding="utf-8"))}
    assert asked == set(BENCHMARKS)

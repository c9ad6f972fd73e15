from collections.abc import Callable
from types import ModuleType

import pytest

from firmware_bridge.protocols import leglink
from firmware_bridge.protocols.leglink_packets import ORDERS, STRUCTS, TYPES, Order, Type, layout
from firmware_bridge.protocols.leglink_serial import LegLinkSerialDecoder

SIZES = {"u8": 1, "u16": 2, "i16": 2, "u32": 4, "f32": 4, "24 bytes": 24, "16 bytes": 16}


@pytest.fixture(scope="module")
def script(load: Callable[[str], ModuleType]) -> ModuleType:
    return load("make_wire_protocol.py")


@pytest.fixture(scope="module")
def page(script: ModuleType) -> str:
    return str(script.page())


def table(page: str, heading: str) -> list[list[str]]:
    """Rows of the first table below a heading."""
    section = page.split(f"\n{heading}\n", 1)[1].split("\n#", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize("kind", Type)
def test_the_fields_of_a_packet_follow_each_other_without_a_hole(page: str, kind: Type) -> None:
    rows = table(page, f"### {kind.name}")
    end = 0
    for offset, size, _, _ in rows:
        assert int(offset) == end
        end += SIZES[size]
    assert end == STRUCTS[TYPES[kind]].size
    assert [name.strip("`") for _, _, name, _ in rows[1:]] == list(layout(TYPES[kind]))


def test_every_type_is_in_the_overview(page: str) -> None:
    assert [(row[0], row[1]) for row in table(page, "## Packets")] == [(f"`0x1{kind:X}`", kind.name) for kind in Type]


def test_every_order_is_told(page: str) -> None:
    assert set(ORDERS) == set(Order)
    assert [(row[0], row[1]) for row in table(page, "## Commands")] == [(str(int(o)), o.name) for o in Order]


def test_every_kind_of_dirt_is_told(script: ModuleType, page: str) -> None:
    kinds = list(LegLinkSerialDecoder([]).dirt)
    assert [row[0].strip("`") for row in table(page, "## What a host throws away")] == kinds
    assert set(script.DIRT) == set(kinds)


def test_the_services_are_those_of_the_code(page: str) -> None:
    rows = {name: uuid.strip("`") for name, uuid, _ in table(page, "## Bluetooth LE")[:4]}
    assert rows == {
        "service": leglink.SERVICE,
        "DATA": leglink.DATA,
        "CONTROL": leglink.CONTROL,
        "INFO": leglink.INFO,
    }


def test_nothing_is_left_to_be_filled_in(page: str) -> None:
    assert "{" not in page
    assert "}" not in page

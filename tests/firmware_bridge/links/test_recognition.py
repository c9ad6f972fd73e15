import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.links.recognition import SETTLED_S, Recognition
from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.protocols.leglink_packets import NODES, Order, command
from firmware_bridge.protocols.leglink_serial import framed_command
from firmware_bridge.protocols.packets import Introduction
from firmware_bridge.samples import SampleBlock
from tests.firmware_bridge.links.boards import LEFT, LEFT_SHANK, LEFT_THIGH, board_of

SERIAL = {name: row for name, row in PROTOCOLS.items() if row.serial}
ASK = framed_command(command(Order.GET_INFO))


def introductions() -> bytes:
    return board_of(*LEFT).says(ASK, 0.0)


def test_who_introduces_itself_is_recognised_with_all_that_it_tells():
    recognition = Recognition(SERIAL)
    recognition.push(introductions(), 1.0)
    shank, thigh = recognition.found("serial:COM3")
    assert recognition.protocol == "leglink-serial"
    assert (shank.told.placement, thigh.told.placement) == (LEFT_SHANK, LEFT_THIGH)
    assert (shank.told.device, shank.battery, shank.link) == ("000000A2", 0.8, "serial:COM3")


def test_all_is_taken_as_said_when_nothing_new_comes_for_a_while():
    recognition = Recognition(SERIAL)
    assert not recognition.settled(100.0)
    recognition.push(introductions(), 1.0)
    assert not recognition.settled(1.0 + SETTLED_S / 2)
    recognition.push(introductions(), 1.0 + SETTLED_S)
    assert recognition.settled(1.0 + 1.1 * SETTLED_S)


@pytest.mark.parametrize("protocol", sorted(SERIAL))
def test_each_protocol_is_recognised_by_its_own_stream(protocol: str):
    row = SERIAL[protocol]
    n = 60
    numbers = np.tile(np.linspace(-1.0, 1.0, n)[:, np.newaxis], 3)
    block = SampleBlock(np.arange(n) / row.defaults.rate_hz, numbers, numbers + 9.81, np.zeros(n, np.uint8))
    recognition = Recognition(SERIAL)
    for packet in row.encoder(row.defaults).push(block):
        recognition.push(packet, 0.0)
    assert recognition.protocol == protocol
    assert [found.told.node for found in recognition.found("x")] == [row.defaults.node]


@given(st.binary(max_size=400))
def test_noise_is_no_protocol(noise: bytes):
    recognition = Recognition(SERIAL)
    recognition.push(noise, 0.0)
    assert recognition.protocol is None
    expected = [("serial:COM3", None, Introduction(0))] if noise else []
    assert [found[:3] for found in recognition.found("serial:COM3")] == expected


@given(st.lists(st.integers(1, 40), max_size=20), st.integers(0, 1000))
def test_the_cuts_do_not_matter(cuts: list[int], seed: int):
    noise = random.Random(seed).randbytes(30) + b"\0"
    data = noise + introductions()
    recognition = Recognition(SERIAL)
    for length in [*cuts, len(data)]:
        recognition.push(data[:length], 0.0)
        data = data[length:]
    assert [found.told.node for found in recognition.found("x")] == sorted(NODES[at] for at in LEFT)

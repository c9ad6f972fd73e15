import numpy as np
import pytest

from firmware_bridge.links.pulse import Pulse
from firmware_bridge.protocols import PROTOCOLS, ProtocolRow, leglink
from firmware_bridge.protocols.leglink_node import LegLinkNode
from firmware_bridge.protocols.leglink_packets import LARGEST_NODE, Order, command
from firmware_bridge.samples import SampleBlock

LIVE = {name: row for name, row in PROTOCOLS.items() if row.ble or row.serial or row.udp}


def measured(row: ProtocolRow) -> SampleBlock:
    time = 1.0 + np.arange(64) / row.defaults.rate_hz
    wave = np.sin(time)[:, None] * np.ones(3)
    return SampleBlock(time, wave, 9.81 + wave, np.zeros(len(time), np.uint8))


@pytest.mark.parametrize("row", LIVE.values(), ids=LIVE)
def test_samples_are_told_of_every_protocol(row: ProtocolRow) -> None:
    block, encoder, pulse = measured(row), row.encoder(row.defaults), Pulse(row)
    step = row.samples_a_packet
    packets = [packet for k in range(0, len(block), step) for packet in encoder.push(block[k : k + step])]
    assert sum(pulse.push(packet) for packet in packets) > 5


@pytest.mark.parametrize("number", [*range(4), 8, LARGEST_NODE])
def test_of_whichever_node_they_are(number: int) -> None:
    node, pulse = LegLinkNode(leglink.DEFAULTS._replace(node=number)), Pulse(leglink.ROW)
    told = [*node.received(command(Order.START, number), 0.0), *node.push(measured(leglink.ROW))]
    assert any(pulse.push(packet) for packet in told)


def test_answers_are_no_samples() -> None:
    node, pulse = LegLinkNode(leglink.DEFAULTS), Pulse(leglink.ROW)
    orders = [command(Order.GET_INFO), command(Order.TIME, number=7), command(Order.STOP)]
    answers = [answer for order in orders for answer in node.received(order, 1.0)]
    answers += [said for answer in answers for said in node.left(answer, 1.0)]
    assert len(answers) == 4
    assert not any(pulse.push(answer) for answer in answers)
    assert not pulse.push(b"")

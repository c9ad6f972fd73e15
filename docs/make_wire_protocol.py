"""Write docs/wire-protocol.md: prose from here, tables from the records that lay out LegLink's packets.

Usage: python docs/make_wire_protocol.py [--check]

With --check nothing is written; the exit code is 1 if the committed page is not current.
"""

import struct
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from firmware_bridge.protocols import leglink, leglink_node, leglink_packets, leglink_serial
from firmware_bridge.protocols.leglink_packets import FIRST_BYTE, ORDERS, PLACES, STRUCTS, TYPES, Field, Type, layout

PAGE = Path(__file__).with_name("wire-protocol.md")
CODES = {"B": "u8", "H": "u16", "h": "i16", "I": "u32", "f": "f32"}
TEXT = """# LegLink v1: the wire protocol

Generated from the code by `python docs/make_wire_protocol.py`; do not edit.

LegLink carries the samples of inertial sensors on thighs and shanks to a host, over Bluetooth LE or a serial port. It
is this project's own, free to be used by anybody, and made so that a small microcontroller speaks it with one buffer
and no memory management. The host can tell every lost packet, when each sample was taken, and in which units it is.

All numbers are little-endian and lie without padding; floats are IEEE 754. Axes are the sensor's own, right-handed;
acc is specific force, pointing up at rest.

```text
host                                    node
 |-- GET_INFO (or reads INFO) ----------->|
 |<-------------------------------- INFO --|   scales, rate, serial number
 |-- START 200 Hz, 7 samples ------------->|
 |<-------------------------------- INFO --|   what really holds
 |<-------------------------------- DATA --|   sequence 0, 1, 2, ...
 |-- TIME token -------------------------->|   every {poll_s:g} s
 |<-------------------------------- TIME --|   when the question came
 |<--------------------------- TIME_SENT --|   when that answer left
 |<-------------------------------- DATA --|
 |<------------------------ INFO, STATUS --|   every {status_s:g} s
 |-- STOP -------------------------------->|
 |<------------------------------ STATUS --|
```

## Packets

The first byte of a packet is version << 4 | type, the version being {version}; the second is the node. No packet is
longer than {largest_packet} bytes, which a notification carries at an MTU of 247.

{overview}

{packets}

### Growth

A later revision of version 1 may add bytes at the end of any packet but DATA, whose length is exactly 12 + 12
n, and EVENT, whose sentence fills the rest; it may add types and orders. Readers pass over bytes that they do not
know and throw away types that they do not know. Whatever else changes is another version.

## Nodes

Up to 127 nodes may share a link. The number tells where a node is worn; others are free for other parts of the body.

{nodes}

In a DATA packet bit 7 of the node's byte tells that an axis of one of its samples is at the end of its range. In a
command the number {all_nodes} means every node; a node takes no notice of commands to others.

## Commands

{commands}

A rate or batch that a node does not have becomes the nearest that it has; INFO says which. An order that it does not
know, or arguments that it cannot follow, are answered by EVENT 5 with a sentence.

## Samples, and how many a packet

A batch is {batch} samples unless asked otherwise, at most {largest_batch}. Seven at 200 Hz are 35 ms: no multiple of
the usual connection intervals (7.5, 15, 30 ms), so that packets become ready at phases of the interval 2.5 to 5 ms
apart, and a short wait, by which the host sets its clock, is met again and again. A batch of 30 ms on an interval of
30 ms would wait the same unknown time for ever. One sample a packet fills more than half of the air with four
sensors; seven take about a seventh.

A packet holds samples at equal distances: where the sensor has missed one, the packet ends before it. `t_us` and
`dt_us` are of the node's crystal, not of the inertial sensor's oscillator, whose rate may be wrong by percents.
Numbers are rounded, and clipped to an i16; both scales stand in INFO and are never assumed. Usual are ±16 g (2048 a
g) and ±2000 °/s (16.384 a °/s).

What did not get out of the node before newer samples had to be kept is thrown away, oldest first, and counted in
STATUS. The sequence goes on over STOP and START; it and the clock begin at 0 at power-on.

## Time

The clock counts microseconds from power-on and begins anew after 2^32 of them, 71.6 min; the host unwraps it.

The host asks TIME with a token. The node answers TIME with the instant at which the question reached it, and then,
once its radio or UART has really sent that answer, TIME_SENT with the instant at which it left: on Bluetooth LE that
at which the radio ended sending, on a UART that just before the write. The host pairs that instant with the arrival
of TIME. In that pair there is only the computer's own latency: neither the wait for the connection event, nor the
place in the queue. A node that cannot tell sends no TIME_SENT and does not claim the capability. This is the two-step
clock of PTP (IEEE 1588).

**Not the acknowledgement.** A stack's event of a completed notification comes with the acknowledgement, which may
travel with the host's next packet, one connection interval later. The `t_us` of TIME_SENT shall be the instant at
which the radio ended sending that packet, or, where the radio tells that instead, at which the connection event began
in which it was sent; the event of the completed notification says only which answer has left. Firmware that gives the
instant of the acknowledgement makes all its samples seem early by one interval: in simulation at 30 ms by 29 ms.
Between two nodes that do so alike most of it cancels: thigh and shank are then 21 ms apart in the median 1 to 2 s
after the start, 1.0 ms at 10 s, and 0.3 ms after that, in place of 0.5, 0.15 and 0.1 ms (`benchmarks.clocks`, row
"stack tells of acknowledgement"). Where one node of a leg does so and the other does not, or their intervals differ,
the difference stays: both sensors of a leg should be of one make and one firmware.

## Bluetooth LE

| what | UUID | use |
|---|---|---|
| service | `{service}` | |
| DATA | `{data}` | notify: everything that the node says |
| CONTROL | `{control}` | write with or without response: commands, one a write |
| INFO | `{info}` | read: an INFO packet |

One notification is one packet; there is no checksum, for the link layer has one. Answers come as notifications on
DATA, in order with the samples. The standard services Device Information (0x180A) and Battery (0x180F) may stand
beside.

The advertisement names the service; the scan response holds the local name "`LegLink XXXX`", the low half of the
serial number in hexadecimal, and manufacturer data of company 0x{company:04X}:

{advertised}

A node asks for a connection interval of 15 ms (at most 30), latency 0, a supervision timeout of 4 s, an MTU of 247,
data length extension and the 2M PHY; where the MTU stays smaller it takes a smaller batch. It streams after START
alone, and ceases when the connection ends.

## Serial

A frame is COBS(packet + CRC) followed by one zero byte. The CRC is CRC-16/CCITT-FALSE (polynomial 0x1021, start
0xFFFF, not reflected; of "123456789" it is 0x29B1), low byte first. COBS leaves no zero inside a frame, so that a
zero always ends one: after lost bytes or noise the next frame but one at the latest is understood. Two zeros in a row
are legal. A frame is at most {largest_frame} bytes without its zero; what is longer is noise. Hosts put a zero before
each command.

{baud} bit/s, 8N1; USB ports do not care. Four nodes at 200 Hz need 114 kbit/s.

## What a host throws away

It throws away, counts by kind, and never stops for:

{dirt}

## Golden frames

[`tests/data/leglink/golden.json`](../tests/data/leglink/golden.json) holds packets of every type, with their serial
frames, the numbers in their fields and what these mean, and packets and frames that have to be thrown away. Any
implementation can be held to it. Some of it:

{golden}
"""
DIRT = {
    "bad_version": "another version in the first byte",
    "bad_type": "a type that is not known, or a command (the echo of a shared line)",
    "bad_length": "shorter than its fields or longer than a packet; DATA of another length than its n tells",
    "bad_period": "DATA with a dt_us of 0",
    "bad_scale": "INFO with a scale that is no positive number up to 1",
    "no_scale": "DATA of a node whose INFO has not been heard",
    "unknown_node": "on a line that nodes share: one that is not expected there; INFO is heard from everybody",
    "too_long": "serial: a frame longer than the longest",
    "bad_cobs": "serial: no COBS",
    "bad_crc": "serial: another checksum, or too short to have one",
    "cut_off": "serial: a frame without its end when the link broke",
}


def page() -> str:
    """Give the whole page."""
    return TEXT.format(
        poll_s=leglink.POLL_S,
        status_s=leglink_node.STATUS_S,
        version=leglink_packets.VERSION,
        largest_packet=leglink_packets.LARGEST_PACKET,
        overview=_overview(),
        packets="\n\n".join(map(_packet, Type)),
        nodes=_table(("node", "where"), ((str(node), str(place)) for node, place in PLACES.items())),
        all_nodes=leglink_packets.ALL_NODES,
        commands=_commands(),
        batch=leglink_packets.BATCH,
        largest_batch=leglink_packets.LARGEST_BATCH,
        service=leglink.SERVICE,
        data=leglink.DATA,
        control=leglink.CONTROL,
        info=leglink.INFO,
        company=leglink.COMPANY,
        advertised=_fields(layout(leglink_packets.Advertised), 0),
        largest_frame=leglink_serial.LARGEST_FRAME,
        baud=", ".join(map(str, leglink_serial.BAUD)),
        dirt=_table(
            ("kind", "what"), ((f"`{why}`", DIRT[why]) for why in leglink_serial.LegLinkSerialDecoder([]).dirt)
        ),
        golden=_golden(),
    )


def _overview() -> str:
    rows = (
        (f"`0x{FIRST_BYTE[TYPES[kind]]:02X}`", kind.name, _sender(kind), _length(kind), _about(TYPES[kind]))
        for kind in Type
    )
    return _table(("first byte", "name", "from", "bytes", "what"), rows)


def _sender(kind: Type) -> str:
    return "host" if kind is Type.COMMAND else "node"


def _length(kind: Type) -> str:
    more = {Type.DATA: " + 12 n", Type.EVENT: " + sentence"}
    return f"{STRUCTS[TYPES[kind]].size}{more.get(kind, '')}"


def _about(record: type) -> str:
    return (record.__doc__ or "").strip().replace("\n    ", " ")


def _packet(kind: Type) -> str:
    first = {"first byte": Field("B", f"0x{FIRST_BYTE[TYPES[kind]]:02X}")}
    return f"### {kind.name}\n\n{_fields({**first, **layout(TYPES[kind])}, 0)}"


def _fields(fields: dict[str, Field], offset: int) -> str:
    rows = []
    for name, field in fields.items():
        rows.append((str(offset), _code(field.code), f"`{name}`" if name != "first byte" else name, field.meaning))
        offset += struct.calcsize("<" + field.code)
    return _table(("offset", "type", "field", "meaning"), rows)


def _code(code: str) -> str:
    return CODES[code] if code in CODES else f"{code[:-1]} bytes"


def _commands() -> str:
    rows = (
        (str(int(order)), order.name, asked.small or "-", asked.number or "-", asked.answer)
        for order, asked in ORDERS.items()
    )
    return _table(("order", "name", "small", "number", "answer"), rows)


def _golden() -> str:
    said = (
        ("START 200 Hz, 7 samples, to all", leglink.start_command(leglink.DEFAULTS)),
        ("TIME 513, to all", leglink.time_command(513)),
        ("TIME 513 of node 3", leglink_packets.pack(leglink_packets.Time(3, 513, 3_000_250))),
        ("TIME_SENT 513 of node 3", leglink_packets.pack(leglink_packets.TimeSent(3, 513, 3_014_975))),
    )
    rows = ((name, f"`{packet.hex()}`", f"`{leglink_serial.frame(packet).hex()}`") for name, packet in said)
    return _table(("what", "packet", "frame"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(line)} |" for line in (head, *rows)]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]])


def main(arguments: list[str]) -> int:
    """Write the page, or with --check compare it."""
    text = page()
    if "--check" not in arguments:
        PAGE.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if PAGE.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{PAGE} is not current; run: python docs/make_wire_protocol.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

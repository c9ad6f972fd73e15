"""Write golden.json, the frames that any implementation of LegLink v1 can be held to.

    python tests/data/leglink/make.py [--check]

With --check nothing is written; the exit code is 1 if the committed file is not current.
"""

import json
import sys
from pathlib import Path
from typing import Any

from firmware_bridge.protocols.leglink import DEFAULTS, LegLinkDecoder
from firmware_bridge.protocols.leglink_packets import (
    ADVERTISED,
    ALL_NODES,
    SAMPLE,
    Advertised,
    Capability,
    Command,
    Data,
    Event,
    EventCode,
    Info,
    Order,
    State,
    Status,
    Time,
    TimeSent,
    Wire,
    pack,
    unpack,
)
from firmware_bridge.protocols.leglink_serial import frame
from firmware_bridge.protocols.packets import Readings

GOLDEN = Path(__file__).with_name("golden.json")
ABOUT = (
    "LegLink v1. packet: as over Bluetooth LE; frame: as over a serial port; fields: the numbers on the wire, in "
    "their order; si: what they mean with the scales of the INFO above. bad: what has to be thrown away, and why."
)
INFO = Info(
    node=3,
    battery=87,
    batch=7,
    serial=0x00C0FFEE,
    acc_scale=0.0047884033203125,
    gyr_scale=0.0010652644360825,
    acc_range=156.9064,
    gyr_range=34.906585,
    rate_hz=200.0,
    capabilities=int(~Capability(0)),
    board="XIAO nRF52840 Sense",
    imu="LSM6DS3TR-C",
    firmware="1.0.0",
)
STANDING = (12, 2049, -37, 3, -5, 8)
"""The second axis points up: 2048 units are 1 g."""
ENDS = (32767, -32768, 0, -1, 256, 13)
"""Both ends of an i16; a zero, whose byte COBS has to take out, and all ones."""
GOOD: tuple[tuple[str, Wire, bytes], ...] = (
    ("info", INFO, b""),
    ("info of a later revision, longer", INFO, b"\x00\x01\x02"),
    ("one sample", Data(3, 0, 0, 5000, 1, 255), SAMPLE.pack(*STANDING)),
    ("two samples, saturated", Data(0x83, 65535, 1_000_000, 5003, 2, 86), SAMPLE.pack(*STANDING) + SAMPLE.pack(*ENDS)),
    ("clock begins anew within", Data(3, 258, 0xFFFFFFFF - 9999, 5000, 7, 85), b"".join([SAMPLE.pack(*STANDING)] * 7)),
    ("the most samples", Data(3, 259, 2_000_000, 5000, 19, 85), b"".join([SAMPLE.pack(*ENDS)] * 19)),
    ("status", Status(3, 85, int(State.STREAMING), 3_000_000, 2537, 260, 600, 4), b""),
    ("status, nothing known", Status(3, 255, 0, 0, -32768, 0, 0, 0), b""),
    ("time", Time(3, 513, 3_000_250), b""),
    ("time sent", TimeSent(3, 513, 3_014_975), b""),
    ("button", Event(3, EventCode.BUTTON, 4_000_000), b""),
    ("message", Event(3, EventCode.MESSAGE, 4_000_000), "Knöpfe sind fest".encode()),
    ("START 200 Hz, 7 samples", Command(ALL_NODES, Order.START, 7, 200), b""),
    ("STOP", Command(3, Order.STOP, 0, 0), b""),
    ("SET_NODE 2", Command(3, Order.SET_NODE, 2, 0), b""),
    ("IDENTIFY 5 s", Command(3, Order.IDENTIFY, 5, 0), b""),
    ("TIME 513", Command(3, Order.TIME, 0, 513), b""),
    ("GET_INFO", Command(ALL_NODES, Order.GET_INFO, 0, 0), b""),
    ("SET_RANGE 16 g, 2000 deg/s", Command(3, Order.SET_RANGE, 16, 2000), b""),
    ("POWER_OFF", Command(3, Order.POWER_OFF, 0, 0), b""),
)
DATA = pack(Data(3, 1, 0, 5000, 1, 255), SAMPLE.pack(*STANDING))
BAD_PACKETS = {
    "bad_version": b"\x21" + DATA[1:],
    "bad_type": b"\x1f" + DATA[1:],
    "bad_length": DATA[:-1],
    "bad_period": pack(Data(3, 1, 0, 0, 1, 255), SAMPLE.pack(*STANDING)),
    "bad_scale": pack(INFO._replace(acc_scale=float("nan"))),
    "unknown_node": pack(Time(2, 513, 0)),
}
BAD_FRAMES = {
    "bad_crc": frame(DATA)[:-3] + b"\x55\x55\x00",
    "bad_cobs": b"\x05\x11\x03\x00",
    "too_long": frame(bytes(range(1, 251))),
}


def golden() -> dict[str, Any]:
    """Give the whole file."""
    return {
        "about": ABOUT,
        "advertisement": _advertised(Advertised(1, 3, 87, 0x00C0FFEE)),
        "packets": [_good(*row) for row in GOOD],
        "bad": [
            *(
                {"why": why, "packet": packet.hex(), "frame": frame(packet).hex()}
                for why, packet in BAD_PACKETS.items()
            ),
            *({"why": why, "frame": framed.hex()} for why, framed in BAD_FRAMES.items()),
        ],
    }


def _advertised(told: Advertised) -> dict[str, Any]:
    return {"company": 0xFFFF, "data": ADVERTISED.pack(*told).hex(), "fields": told._asdict()}


def _good(name: str, packet: Wire, rest: bytes) -> dict[str, Any]:
    data = pack(packet, rest)
    row: dict[str, Any] = {
        "name": name,
        "kind": type(packet).__name__,
        "packet": data.hex(),
        "frame": frame(data).hex(),
    }
    told = unpack(data)
    assert isinstance(told, tuple)
    row["fields"] = told[0]._asdict()
    if isinstance(packet, Data):
        row["samples"] = [list(sample) for sample in SAMPLE.iter_unpack(rest)]
        row["si"] = _si(data)
    elif rest:
        row["rest"] = rest.hex()
    return row


def _si(data: bytes) -> dict[str, Any]:
    decoder = LegLinkDecoder([DEFAULTS._replace(node=INFO.node)])
    decoder.push(pack(INFO))
    readings = next(told for told in decoder.push(data) if isinstance(told, Readings))
    assert readings.time is not None
    return {"time_s": readings.time.tolist(), "acc_m_s2": readings.acc.tolist(), "gyr_rad_s": readings.gyr.tolist()}


def main(arguments: list[str]) -> int:
    """Write the file, or with --check compare it."""
    text = json.dumps(golden(), indent=1, ensure_ascii=False) + "\n"
    if "--check" not in arguments:
        GOLDEN.write_text(text, encoding="utf-8", newline="\n")
        return 0
    if GOLDEN.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{GOLDEN} is not current; run: python tests/data/leglink/make.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Recordings of simulated sensors of every protocol, in which everything that can tell who and when is said."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from calibration.model import CalibrationSet, IntrinsicCalibration, WornSensor
from firmware_bridge.choice import choose
from firmware_bridge.protocols import PROTOCOLS, dot, movesense, ximu3
from firmware_bridge.protocols.leglink_packets import Event, Info, pack
from firmware_bridge.protocols.leglink_serial import frame
from firmware_bridge.protocols.witmotion import ANSWER
from firmware_bridge.protocols.witmotion_serial import framed
from firmware_bridge.recording import RecordingMeta, RecordingWriter, Runner
from firmware_bridge.source import NO_SENSOR, Chunk, Kind, SensorFacts
from firmware_bridge.virtual import Faults
from legcycle_imu.simulation.streaming import StreamingRun, StreamingSettings

LIVE = ("leglink", "leglink-serial", "witmotion", "witmotion-serial", "movesense", "ximu3", "dot")
NAME, PLACE, DATE = "Annabelle Petrosyan", "behind the church of Zwiesel", "2026-05-04T17:31:09+00:00"
RUNNER = Runner("a.petrosyan", 1.71, 0.40, 0.41)
SERIAL = 0x0D15EA5E
WORD = "Zorbulan"
"""Stands in names of boards and messages of sensors."""
FAULTS = Faults(drop=0.01, jitter_s=0.005, disconnect_every_s=6.0, disconnect_for_s=1.0)


def said_by(protocol: str) -> list[tuple[Kind, bytes]]:
    """What a sensor of a protocol can say of itself, and of the time of day, beside its samples."""
    word = WORD.encode()
    info = pack(Info(0, 90, 7, SERIAL, 0.0048, 0.001, 156.0, 34.0, 200.0, 0, WORD, WORD, WORD))
    event = pack(Event(0, 1, 5), word)
    identity = b"\0" * 6 + bytes([1, 2, 3]) + b"\0" * 11 + SERIAL.to_bytes(8, "little") + b"XS-T02"
    ping = b'{"ping":{"interface":"USB","name":"%s","sn":"%08X"}}\r\n' % (word, SERIAL)
    texts = [ximu3.binary(letter, 5, text=word) for letter in "NFSC"]
    said = {
        "leglink": [(Kind.INFO, info), (Kind.RECEIVED, event), (Kind.RECEIVED, word)],
        "leglink-serial": [(Kind.RECEIVED, frame(info) + frame(event)), (Kind.RECEIVED, word)],
        "witmotion": [(Kind.RECEIVED, ANSWER + b"\x7f\0" + word + b"\0" * 8), (Kind.RECEIVED, word)],
        "witmotion-serial": [(Kind.RECEIVED, framed(0x50, [26 + 5 * 256, 4 + 17 * 256, 31 + 9 * 256, SERIAL % 32768]))],
        "movesense": [(Kind.RECEIVED, movesense.RESULT + movesense.HELLO_REFERENCE + b"\xc8\0" + word)],
        "ximu3": [(Kind.RECEIVED, ping), *((Kind.RECEIVED, text) for text in texts)],
        "dot": [(Kind.INFO, dot.as_introduction(identity)), (Kind.INFO, bytes([77, 0]))],
    }
    return said[protocol]


@dataclass
class Told:
    """A recording, and all that must not be in its shared copy."""

    path: Path
    secrets: list[bytes] = field(default_factory=list)

    def left_in(self, copy: Path) -> list[bytes]:
        """The secrets that stand in a file, in whatever case."""
        data = copy.read_bytes().lower()
        return [secret for secret in self.secrets if secret.lower() in data]


def told_recording(path: Path, protocol: str, *, seconds: float = 4.0, faults: Faults = FAULTS) -> Told:
    """Record simulated sensors that tell everything."""
    rate_hz = min(
        PROTOCOLS[protocol].defaults.rate_hz, 104.0 if protocol == "movesense" else 100.0
    )  # enough, and twice as fast
    run = StreamingRun(StreamingSettings(3.5, seconds, rate_hz, 3, protocol, faults=faults))
    sensors = list(choose(run.found(), {}).sensors)
    return write_told(path, sensors, list(run.entries(dict(enumerate(sensors)))), said_by(protocol))


def write_told(path: Path, sensors: list[SensorFacts], chunks: list[Chunk], said: list[tuple[Kind, bytes]]) -> Told:
    """Write entries with what sensors, links and people say among them."""
    known = calibration_of(sensors)
    meta = RecordingMeta(tuple(sensors), RUNNER, DATE, known.to_json(), f'{{"folder": "/home/{WORD}"}}')
    with RecordingWriter(path, meta) as writer:
        writer.add_many(_among(chunks, sensors, said))
    return Told(path, [secret.encode() for secret in _texts(sensors)] + _serials(sensors))


def calibration_of(sensors: list[SensorFacts]) -> CalibrationSet:
    """Who wears what, and errors of the sensors and of one that is not there."""
    return CalibrationSet(
        (),
        sensors=tuple(WornSensor(facts.device, facts.node, *facts.placement) for facts in sensors if facts.device),
        intrinsics=(
            *(
                IntrinsicCalibration(facts.device, facts.node, DATE, acc_bias_m_s2=(0.01 * number, -0.02, 0.03))
                for number, facts in enumerate(sensors)
                if facts.device
            ),
            IntrinsicCalibration(f"{SERIAL:08X}", made=DATE),
        ),
        made=DATE,
    )


def _among(chunks: list[Chunk], sensors: list[SensorFacts], said: list[tuple[Kind, bytes]]) -> Iterator[Chunk]:
    middle = len(chunks) // 2
    yield from chunks[:middle]
    at = chunks[middle - 1].arrival_ns
    for text in ("lap 2", f"{NAME} overtakes", PLACE, "marker"):
        yield Chunk(NO_SENSOR, at, text.encode(), Kind.MARKER)
    for kind, data in said:
        yield Chunk(0, at, data, kind)
    yield Chunk(1, at, f"ble:{sensors[1].device} of {NAME}".encode(), Kind.CONNECTED)
    yield Chunk(1, at, f"{WORD} is gone".encode(), Kind.LOST)
    yield Chunk(1, at, f"{WORD}?".encode(), Kind.SENT)
    anew = msgspec.structs.replace(calibration_of(sensors), intrinsics=())
    yield Chunk(NO_SENSOR, at, anew.to_json().encode(), Kind.CALIBRATION)
    yield from chunks[middle:]


def _texts(sensors: list[SensorFacts]) -> set[str]:
    people = {NAME, PLACE, RUNNER.code, WORD, DATE, DATE[:10], "petrosyan", "church", f"{SERIAL:08X}", 'made":"2'}
    return people | {text for facts in sensors for text in (facts.name, facts.device, facts.link) if text}


def _serials(sensors: list[SensorFacts]) -> list[bytes]:
    numbers = [SERIAL, *(int(facts.device, 16) for facts in sensors if facts.device)]
    return [number.to_bytes(4, order) for number in numbers for order in ("little", "big")]

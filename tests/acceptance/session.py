"""A session that was recorded, held against what happened: samples, gaps, strides, and its tables to the byte."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from firmware_bridge.intake import Intake, links_of
from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.protocols.packets import Readings
from firmware_bridge.recording import Recording
from firmware_bridge.samples import Placement, Quality, SampleBlock, Side
from firmware_bridge.source import Chunk, Kind, SensorFacts
from firmware_bridge.stream import StreamStatistics
from legcycle_imu.model import Stride
from tests.acceptance.command import Command

GAP_S = 0.025
"""Longer steps between samples are gaps, s; up to 20 ms is filled by straight lines."""
HEIGHT_M = 1.75
MARGIN = 0.08
"""Stride times may differ from the simulated runner's by so much of them."""


@dataclass
class Session:
    """What a recording holds.

    Attributes
    ----------
    statistics, samples : by placement
    sequences : by placement, the numbers of the packets that brought samples
    lost, connected : sentences of the sensors' links, in their order
    """

    statistics: dict[Placement, StreamStatistics]
    samples: dict[Placement, SampleBlock]
    sequences: dict[Placement, list[int]]
    lost: list[str]
    connected: int
    seconds: float

    def gaps(self, placement: Placement) -> list[tuple[float, float]]:
        """Give the spans without samples of a sensor, s."""
        time = self.samples[placement].time
        at = np.flatnonzero(np.diff(time) > GAP_S)
        return list(zip(time[at].tolist(), time[at + 1].tolist(), strict=True))

    def gaps_of_leg(self, side: str) -> list[tuple[float, float]]:
        return [gap for placement in self.samples if placement.side == side for gap in self.gaps(placement)]


def session_of(path: Path) -> Session:
    with Recording.open(path) as recording:
        assert not recording.recovered
        chunks = [chunk for batch in recording.batches(5000) for chunk in batch]
        sensors = list(recording.sensors)
    intake = Intake(sensors)
    blocks = [intake.push(chunks), intake.flush()]
    samples = [SampleBlock.join([block[number] for block in blocks]) for number in range(len(sensors))]
    for block in samples:
        assert np.all(np.diff(block.time) > 0.0)
    places = [facts.placement for facts in sensors]
    lost = [chunk.data.decode() for chunk in chunks if chunk.kind is Kind.LOST]
    connected = sum(chunk.kind is Kind.CONNECTED for chunk in chunks)
    statistics = dict(zip(places, intake.statistics, strict=True))
    seconds = chunks[-1].arrival_ns * 1e-9
    sequences = sequences_of(chunks, sensors)
    return Session(statistics, dict(zip(places, samples, strict=True)), sequences, lost, connected, seconds)


def sequences_of(chunks: list[Chunk], sensors: list[SensorFacts]) -> dict[Placement, list[int]]:
    found: dict[Placement, list[int]] = {facts.placement: [] for facts in sensors}
    for link in links_of(sensors):
        places = {sensors[number].node: sensors[number].placement for number in link}
        decoder = PROTOCOLS[sensors[link[0]].protocol].decoder([sensors[number] for number in link])
        told = (chunk.data for chunk in chunks if chunk.sensor == link[0] and chunk.kind in {Kind.RECEIVED, Kind.INFO})
        for packet in (packet for data in told for packet in decoder.push(data)):
            if isinstance(packet, Readings) and packet.sequence is not None:
                found[places[packet.node]].append(packet.sequence)
    return found


def expect_no_loss(session: Session) -> None:
    """Expect every packet and every sample from the sensor's first to the last, almost as long as the session."""
    for placement, counts in session.statistics.items():
        assert (counts.missing, counts.gaps, counts.dropped, counts.restarts) == (0, 0, 0, 0), placement
        sequence = session.sequences[placement]
        assert sequence == list(range(sequence[0], sequence[0] + len(sequence)))
        time = session.samples[placement].time
        assert time[-1] - time[0] > session.seconds - 2.5


def expect_flagged_gaps(session: Session) -> None:
    """Expect the first sample after each span without samples to be marked as such."""
    for block in session.samples.values():
        after = np.flatnonzero(np.diff(block.time) > GAP_S) + 1
        assert np.all(block.quality[after] & Quality.AFTER_GAP)


def expect_true_strides(rows: list[dict[str, str]], session: Session, truth: list[Stride]) -> None:
    """Expect strides that the runner can have made, but for those with a gap in them, which say so."""
    times = [stride.stride_time_s for stride in truth]
    least, most = (1.0 - MARGIN) * min(times), (1.0 + MARGIN) * max(times)
    for row in rows:
        assert has_gap(row) or not is_broken(row, session), row
        assert not row["stride_time_s"] or least < float(row["stride_time_s"]) < most, row


def has_gap(row: dict[str, str]) -> bool:
    return "gap" in row["flags"].split("|")


def is_broken(row: dict[str, str], session: Session) -> bool:
    """Tell whether samples of the stride's leg are missing within it."""
    if not (row["initial_contact_s"] and row["next_initial_contact_s"]):
        return False
    begin, end = float(row["initial_contact_s"]), float(row["next_initial_contact_s"])
    return any(begin < gap_end and gap_begin < end for gap_begin, gap_end in session.gaps_of_leg(Side(row["side"])))


def strides_in(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def expect_same_tables(folder: Path, run: Path, table: Path) -> None:
    """Expect replay and analyse to give the stride table that live gave, to the byte."""
    for command in (["replay", run, "--speed", "max"], ["analyse", run]):
        again = folder / f"{command[0]}.csv"
        with Command(folder, *command, "--strides", again) as process:
            process.end()
        assert again.read_bytes() == table.read_bytes(), command[0]

"""A copy of a recording to be shared: the same samples to the bit, without who, when and in whose words.

The copy is a new file, written from what is chosen to stay; nothing is deleted from an old one, so nothing is left over
in it. While it is written, both are decoded, and a copy that measures something else is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calibration.model import CalibrationSet
from firmware_bridge.errors import LegcycleError, Reason
from firmware_bridge.intake import Intake
from firmware_bridge.recording import Marker, Recording, RecordingMeta, refuse_existing, whole_recording
from firmware_bridge.recording_format import marker
from firmware_bridge.samples import SampleBlock
from firmware_bridge.source import Chunk, Kind
from firmware_bridge.stripping import Links
from legcycle_imu.passage import Progress, calibration_of
from legcycle_imu.pseudonyms import Pseudonyms, has_lengths, shared_mark, shared_meta

ROWS = 8000
"""Entries that are read at once."""
ROUNDING_S = 1e-6
"""Sample times of a sensor whose clock told the date agree so far, s: a double has no more digits of the date."""
NOT_ANONYMOUS = (
    "It is not anonymous: movement itself can tell who ran. In reviewed studies 1 to 300 s of signals from worn "
    "sensors were enough to recognise a person. Share it only with the consent of whoever ran."
)


@dataclass(frozen=True, slots=True)
class Shared:
    """What a copy lacks and what it holds, a sentence each."""

    removed: tuple[str, ...]
    stays: tuple[str, ...]


def share(path: Path, target: Path, *, keep_lengths: bool = False, progress: Progress | None = None) -> Shared:
    """Write a copy of a recording to be shared; the recording stays as it is.

    Parameters
    ----------
    path : the recording
    target : file to create
    keep_lengths : keep the runner's lengths, without which there are no centimetres
    progress : called while it is copied

    Raises
    ------
    LegcycleError : the recording cannot be read, or the copy cannot be written
    """
    refuse_existing(target)
    with Recording.open(path) as recording:
        names = Pseudonyms(recording.sensors)
        known = calibration_of(str(path), recording.meta)
        meta = shared_meta(recording.meta, names, known, keep_lengths=keep_lengths)
        copy = _Copy(recording, meta, names)
        with whole_recording(target, meta) as writer:
            for entries in copy.batches(progress):
                writer.add_many(entries)
        return Shared(tuple(_removed(copy)), tuple(_stays(copy)))


class _Copy:
    """The entries of a copy, and what became of those of the recording."""

    def __init__(self, recording: Recording, meta: RecordingMeta, names: Pseudonyms) -> None:
        self.recording, self.meta = recording, meta
        self.marks = recording.markers()
        self.links = Links(recording.sensors)
        self.calibrations = int(meta.calibration is not None)
        self._names = names
        self._before, self._after = Intake(recording.sensors), Intake(meta.sensors)

    def batches(self, progress: Progress | None) -> Iterator[list[Chunk]]:
        """Yield all entries, the marks where they were set."""
        marks = list(self.marks)
        for batch in self.recording.batches(ROWS):
            stripped = [self._stripped(chunk) for chunk in batch]
            self._compare(self._before.push(batch), self._after.push(stripped))
            yield list(_marked(stripped, marks))
            if progress is not None and self.recording.duration_s > 0.0:
                share = min(batch[-1].arrival_ns * 1e-9 / self.recording.duration_s, 1.0)
                progress(share, f"copying {self.recording.path.name}")
        self._compare(self._before.flush(), self._after.flush())
        yield [_shared(mark) for mark in marks]

    def _stripped(self, chunk: Chunk) -> Chunk:
        if chunk.kind is Kind.CALIBRATION:
            self.calibrations += 1
            return chunk._replace(data=self._calibration(chunk.data))
        return self.links.strip(chunk)

    def _calibration(self, text: bytes) -> bytes:
        """Give a calibration under pseudonyms; one that cannot be read, which counts for nothing, without its bytes."""
        try:
            return self._names.calibration(CalibrationSet.from_json(text.decode())).to_json().encode()
        except ValueError:
            return b""

    def _compare(self, before: list[SampleBlock], after: list[SampleBlock]) -> None:
        shift_s = self.links.imported.shift_s
        within_s = ROUNDING_S if self.links.dated else 0.0
        if not all(_same(one, other, shift_s, within_s) for one, other in zip(before, after, strict=True)):
            raise LegcycleError(
                Reason.DAMAGED,
                f"{self.recording.path} cannot be copied without changing what it measured.",
                "Nothing was written. Please tell the makers of this program.",
            )


def _same(before: SampleBlock, after: SampleBlock, shift_s: float, within_s: float) -> bool:
    return (
        len(before) == len(after)
        and bool((np.abs(before.time - shift_s - after.time) <= within_s).all())
        and np.array_equal(before.gyr, after.gyr, equal_nan=True)
        and np.array_equal(before.acc, after.acc, equal_nan=True)
        and np.array_equal(before.quality, after.quality)
    )


def _marked(chunks: list[Chunk], marks: list[Marker]) -> Iterator[Chunk]:
    """Give entries with the marks that were set by then, which are taken out of the list."""
    for chunk in chunks:
        while marks and marks[0].arrival_ns <= chunk.arrival_ns:
            yield _shared(marks.pop(0))
        yield chunk


def _shared(mark: Marker) -> Chunk:
    return marker(mark.arrival_ns, shared_mark(mark.text))


def _removed(copy: _Copy) -> Iterator[str]:
    meta, sensors = copy.recording.meta, len(copy.meta.sensors)
    yield f"names, serial numbers and addresses of the sensors, which are sensor-1 to sensor-{sensors} now"
    if meta.started:
        yield "when it was recorded"
    if meta.runner is not None and meta.runner.code:
        yield "who ran: no code is left"
    if has_lengths(meta.runner) and not has_lengths(copy.meta.runner):
        yield (
            "the runner's lengths, for a height tells people apart: columns in centimetres stay blank, and the heel "
            "lift in percent takes usual proportions (--keep-lengths keeps them)"
        )
    if copy.calibrations:
        yield "of the calibrations, when they were made and their advice"
    if changed := sum(shared_mark(mark.text) != mark.text for mark in copy.marks):
        yield f'the words of marks, {changed} of {len(copy.marks)}: they say "mark" now'
    if copy.links.emptied:
        yield "what sensors, links and this program said beside samples: names, firmware, messages, times of day"
    if copy.links.dated:
        yield "the date in time stamps: those clocks begin elsewhere now, and times agree to a microsecond"
    if meta.settings is not None:
        yield "the settings of the analysis at the time"


def _stays(copy: _Copy) -> Iterator[str]:
    yield "every sample to the bit, and its time since the recording or its sensor began"
    yield "where each sensor was worn, its protocol, rate and range, and when its link broke"
    if copy.calibrations:
        yield "calibrations: how the sensors sat, and by how much they err, by which one may be told from others"
    if has_lengths(copy.meta.runner):
        yield "the runner's lengths, which help to tell who it was"
    if kept := list(dict.fromkeys(mark.text for mark in copy.marks if shared_mark(mark.text) == mark.text)):
        yield f"marks that say nothing of anybody: {', '.join(kept)}"

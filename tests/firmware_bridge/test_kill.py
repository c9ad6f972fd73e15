"""Recording processes that are killed, and disks that are full: what stays of a session."""

import multiprocessing
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event
from time import monotonic_ns

import pytest

from firmware_bridge.recorder import Recorder, RecorderSettings
from firmware_bridge.recorder_state import Condition
from firmware_bridge.recording import Recording, RecordingMeta
from firmware_bridge.source import Chunk

META = RecordingMeta(())
PERIOD_S = 0.00625
"""Four sensors at 200 Hz that send 5 samples at once make 160 entries a second."""
PACKET_BYTES = 80
LOSS_S = 1.0
PATIENCE_S = 60
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs the signals and limits of POSIX")


def numbered(number: int, arrival_ns: int, size: int = PACKET_BYTES) -> Chunk:
    return Chunk(number % 4, arrival_ns, number.to_bytes(4, "big") * (size // 4))


def numbers_in(path: Path) -> list[int]:
    with Recording.open(path) as recording:
        chunks = [chunk for batch in recording.batches(1000) for chunk in batch]
    numbers = [int.from_bytes(chunk.data[:4], "big") for chunk in chunks]
    assert chunks == [numbered(n, chunk.arrival_ns, len(chunk.data)) for n, chunk in zip(numbers, chunks, strict=True)]
    return numbers


def record_until_killed(path: Path, told) -> None:
    """Record in real time, and tell of every entry just before it is put: its number and when."""
    never, start_ns, number = Event(), monotonic_ns(), 0
    with Recorder(path, META) as recorder:
        while True:
            now_ns = monotonic_ns() - start_ns
            told.send((number, now_ns))
            recorder.put([numbered(number, now_ns)])
            number += 1
            never.wait(max(0.0, number * PERIOD_S - (monotonic_ns() - start_ns) * 1e-9))


def killed_at(path: Path, seconds: float) -> float:
    """Kill a recording process when it has recorded so long; give how much of the end its file lacks, s."""
    context = multiprocessing.get_context("spawn")
    heard, told = context.Pipe(duplex=False)
    process = context.Process(target=record_until_killed, args=(path, told))
    process.start()
    told.close()
    number, now_ns = -1, 0
    with suppress(EOFError):
        while now_ns < seconds * 1e9:
            assert heard.poll(PATIENCE_S)
            number, now_ns = heard.recv()
        process.kill()
        while True:
            number, now_ns = heard.recv()
    process.join()
    assert process.exitcode not in {0, 1}
    return lacking_s(path, number, now_ns)


def lacking_s(path: Path, number: int, now_ns: int) -> float:
    with Recording.open(path) as recording:
        assert recording.recovered
        arrival_ns = round(recording.duration_s * 1e9)
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()
    kept = numbers_in(path)
    assert kept == list(range(len(kept)))
    assert len(kept) <= number + 1
    return (now_ns - arrival_ns) * 1e-9


@pytest.mark.parametrize("seconds", [0.7, 1.9])
def test_a_killed_recording_lacks_less_than_a_second(tmp_path, seconds):
    assert killed_at(tmp_path / "run.legcycle", seconds) < LOSS_S


@pytest.mark.soak
def test_many_killed_recordings_lack_less_than_a_second(tmp_path):
    moments = random.Random(7)
    lacking = [killed_at(tmp_path / f"{n}.legcycle", moments.uniform(0.3, 5.0)) for n in range(50)]
    assert max(lacking) < LOSS_S


ENTRIES = 40
ENTRY_BYTES = 40_000


def record_on_a_full_disk(path: str, make_room) -> None:
    """Record more than there is room for; when the disk refuses, make room, and go on."""
    how = RecorderSettings(commit_s=0.01, retry_s=0.02, close_s=PATIENCE_S)
    pause = Event()
    with Recorder(Path(path), META, settings=how) as recorder:
        for number in range(ENTRIES):
            recorder.put([numbered(number, number, ENTRY_BYTES)])
            pause.wait(0.002)
        while recorder.state.condition is not Condition.FAILING:
            assert recorder.state.elapsed_s < PATIENCE_S
            pause.wait(0.005)
        assert "cannot be written" in recorder.state.sentence
        assert 0 < recorder.state.waiting.entries <= ENTRIES
        make_room()
    assert recorder.state.lost.entries == 0


def limited(path: Path) -> None:
    import resource  # noqa: PLC0415 - there is none on Windows

    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (ENTRIES * ENTRY_BYTES // 3, most))
    record_on_a_full_disk(path, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))


@posix
def test_a_file_that_may_not_grow_for_a_while_loses_nothing(tmp_path):
    path = tmp_path / "run.legcycle"
    process = multiprocessing.get_context("spawn").Process(target=limited, args=(path,))
    process.start()
    process.join(PATIENCE_S)

    assert process.exitcode == 0
    assert numbers_in(path) == list(range(ENTRIES))


ON_A_SMALL_DISK = """
mount -t tmpfs -o size=1200k none "$2" || exit 77
dd if=/dev/zero of="$2/ballast" bs=1k count=600 2>/dev/null
"$1" -c "
import sys, os
sys.path[:0] = ['$3', '$4']
from test_kill import record_on_a_full_disk
def make_room():
    os.unlink('$2/ballast')
    os.system('mount -o remount,size=20m $2')
record_on_a_full_disk('$2/run.legcycle', make_room)
" || exit 1
cp "$2"/run.legcycle* "$5"
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare (apt install util-linux)")
def test_a_disk_that_is_really_full_for_a_while_loses_nothing(tmp_path):
    disk, here = tmp_path / "disk", Path(__file__)
    disk.mkdir()
    places = [sys.executable, disk, here.parents[2], here.parent, tmp_path]
    ran = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", ON_A_SMALL_DISK, "sh", *map(str, places)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    if ran.returncode == 77 or "unshare failed" in ran.stderr:
        pytest.skip("this system lets nobody mount a disk in a namespace")

    assert ran.returncode == 0, ran.stderr
    assert numbers_in(tmp_path / "run.legcycle") == list(range(ENTRIES))

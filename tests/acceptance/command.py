"""`legcycle` as a person starts it: a process of its own, its words read as they come."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Self

ROOT = Path(__file__).parents[2]
STATUS = re.compile(r"(\d+):(\d\d):(\d\d)  ")
PATIENCE_S = 30.0
"""So long a word is waited for, and so long an end, s."""


class Command:
    """A command that runs; its end is waited for, or it is killed.

    Parameters
    ----------
    folder : where it works; its home, too
    arguments : of the command line

    Attributes
    ----------
    words : what it said by now, the lines of standard error
    cpu_share : after its end, the share of one core that it used
    """

    def __init__(self, folder: Path, *arguments: object) -> None:
        home = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        self.words: list[str] = []
        self.cpu_share = 0.0
        self._begin_s = monotonic()
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "legcycle_imu.cli", *map(str, arguments)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            cwd=folder,
            env=os.environ | home,
        )
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def until(self, told: Callable[[str], bool], seconds: float = PATIENCE_S) -> str:
        """Wait for a line."""
        deadline = monotonic() + seconds
        while (line := self._line(deadline)) is not None:
            if told(line):
                return line
        raise AssertionError(f"it ended instead: {self.words}")

    def until_second(self, number: int) -> None:
        """Wait for a line of status from so many seconds of the session on."""
        self.until(lambda line: elapsed_s(line) >= number, number + PATIENCE_S)

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def end(self, seconds: float = PATIENCE_S) -> None:
        """Wait for its end, which must be a good one."""
        deadline = monotonic() + seconds
        while self._line(deadline) is not None:
            pass
        _, status, used = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self.cpu_share = (used.ru_utime + used.ru_stime) / (monotonic() - self._begin_s)
        assert self._process.returncode == 0, self.words
        assert not any("Traceback" in line for line in self.words), self.words

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.returncode is None:
            self._process.kill()
            self._process.wait()
        self._reader.join()

    def _line(self, deadline: float) -> str | None:
        try:
            line = self._lines.get(timeout=max(0.0, deadline - monotonic()))
        except Empty:
            raise AssertionError(f"nothing more was said after {self.words[-10:]}") from None
        if line is not None:
            self.words.append(line)
        return line

    def _read(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as stream:
            for line in stream:
                self._lines.put(line.rstrip("\n"))
        self._lines.put(None)


def elapsed_s(line: str) -> int:
    """Give the seconds of a line of status; -1 of any other."""
    told = STATUS.match(line)
    return -1 if told is None else 3600 * int(told[1]) + 60 * int(told[2]) + int(told[3])

import sys

import pytest

from legcycle_imu.cli.watching import ends_cleanly_on_interrupt, watch
from legcycle_imu.config import Config
from legcycle_imu.demo import bundled_recording
from legcycle_imu.model import Stride
from legcycle_imu.passage import Passage


class Terminal:
    """Standard output as a terminal of 80 columns."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return True


def watched(monkeypatch, speed: float) -> tuple[str, int]:
    """Watch the demo's recording, not paced, on a terminal; give what is written, and the number of strides."""
    stream = Terminal()
    for name, value in {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    with bundled_recording() as path, Passage.of(path, config=Config()) as passage, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stream)  # here, not in a fixture: pytest sets it anew before the test
        strides: list[Stride] = []
        watch(passage, "a title", speed, [lambda update: strides.extend(update.strides)])
    return stream.text, len(strides)


def test_on_a_terminal_there_is_a_live_view(monkeypatch):
    text, strides = watched(monkeypatch, 1.0)
    assert strides > 40
    for word in ("a title", "left leg", "right leg", "knee drive", "\x1b["):
        assert word in text


def test_at_full_speed_a_terminal_gets_lines(monkeypatch):
    text, strides = watched(monkeypatch, float("inf"))
    assert len(text.splitlines()) == strides
    assert "\x1b" not in text


def test_every_update_goes_to_the_sinks_too(capsys):
    seen = []
    with bundled_recording() as path, Passage.of(path, config=Config()) as passage:
        watch(passage, "", float("inf"), [seen.append])
    strides = [stride for update in seen for stride in update.strides]
    assert len(strides) > 40
    assert len(capsys.readouterr().out.splitlines()) == len(strides)


def test_an_interrupt_ends_what_runs_and_nothing_else(capsys):
    with ends_cleanly_on_interrupt("It"):
        raise KeyboardInterrupt
    assert "It stopped." in capsys.readouterr().err
    with pytest.raises(ValueError, match="not this"), ends_cleanly_on_interrupt("It"):
        raise ValueError("not this")

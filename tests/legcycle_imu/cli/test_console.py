import io
import sys

import pytest

from legcycle_imu.cli.console import QUIET_S, ProgressBar, busy, say_notices, stdout


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


STREAMS = pytest.mark.parametrize("kind", [Terminal, io.StringIO], ids=["terminal", "pipe"])


def stderr_is(monkeypatch, kind: type[io.StringIO]) -> io.StringIO:
    stream = kind()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    return stream


@STREAMS
def test_progress_shows_on_a_terminal_alone(monkeypatch, kind):
    err, clock = stderr_is(monkeypatch, kind), Clock()
    with ProgressBar(clock) as progress:
        clock.now = QUIET_S + 0.1
        progress(0.5, "reading a.csv")
    assert ("reading a.csv" in err.getvalue()) is err.isatty()


@STREAMS
def test_quick_work_shows_no_progress(monkeypatch, kind):
    err, clock = stderr_is(monkeypatch, kind), Clock()
    with ProgressBar(clock) as progress:
        clock.now = QUIET_S - 0.1
        progress(0.5, "reading a.csv")
    assert err.getvalue() == ""


@STREAMS
def test_busy_shows_on_a_terminal_alone(monkeypatch, kind):
    err = stderr_is(monkeypatch, kind)
    with busy("simulating 600 s", worth_saying=True):
        pass
    assert ("simulating" in err.getvalue()) is err.isatty()
    before = err.getvalue()
    with busy("simulating 5 s", worth_saying=False):
        pass
    assert err.getvalue() == before


def test_notices_go_to_standard_error(capsys):
    say_notices(["One.", "Two."])
    assert capsys.readouterr() == ("", "note: One.\nnote: Two.\n")


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_no_color_is_honoured(monkeypatch, environment, coloured):
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ({"TERM": "xterm-256color", "COLORTERM": "truecolor"} | environment).items():
        monkeypatch.setenv(name, value)
    stdout().print("push", style="#D55E00")
    assert ("\x1b[38;2" in stream.getvalue()) is coloured


def test_a_pipe_gets_no_ansi(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    stdout().print("push [bold]", style="#D55E00")
    assert stream.getvalue() == "push [bold]\n"

"""A person at the window: what they do is a generator, which goes on after each picture that was drawn."""

from collections.abc import Callable, Iterator
from typing import Any

from legcycle_imu.live.window import LiveWindow

Script = Callable[[LiveWindow], Iterator[object]]
PATIENCE = 1500
"""So many pictures a script may take; some 30 ms each where nothing stalls."""


def sit_down(monkeypatch: Any, script: Script) -> list[LiveWindow]:
    """Let somebody follow the script at the next window, and close it at its end; give the windows that opened."""
    windows: list[LiveWindow] = []

    class Watched(LiveWindow):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            windows.append(self)
            self.script = script(self)

        def frame(self) -> None:
            super().frame()
            assert self.frames < PATIENCE, "what the script waits for does not come"
            try:
                next(self.script)
            except StopIteration:
                self.asks = False
                self.close()

    monkeypatch.setattr("legcycle_imu.live.window.LiveWindow", Watched)
    return windows


def looks_on(_: LiveWindow) -> Iterator[object]:
    """Do nothing, for as long as there is something to see."""
    while True:
        yield


def until(true: Callable[[], object]) -> Iterator[object]:
    """Wait until something is true."""
    while not true():
        yield

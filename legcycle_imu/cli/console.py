"""Where a command writes: data to standard output, everything else to standard error."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

QUIET_S = 2.0
"""Work shorter than this shows no progress, s."""


def stdout() -> "Console":
    """Give the console of standard output; without colours where it is not a terminal, or NO_COLOR is set."""
    from rich.console import Console

    return Console(highlight=False, emoji=False, markup=False)


def stderr() -> "Console":
    """Give the console of standard error."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, emoji=False, markup=False)


def say(text: str) -> None:
    """Write a line to standard error, unwrapped."""
    sys.stderr.write(f"{text}\n")


def say_notices(notices: Iterable[str]) -> None:
    """Write what must be said beside the results."""
    for notice in notices:
        say(f"note: {notice}")


@contextmanager
def busy(what: str, *, worth_saying: bool) -> Iterator[None]:
    """Say what is being done while it is, on a terminal alone; for work whose share done is not known."""
    if worth_saying and sys.stderr.isatty():
        with stderr().status(what):
            yield
    else:
        yield


class ProgressBar:
    """Progress on standard error: on a terminal alone, and only when the work takes longer than 2 s.

    Call it with the share done, 0 to 1, and what is being done; use it in a `with` block.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = clock()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __call__(self, share: float, what: str) -> None:
        """Show how far the work is."""
        if self._bar is None and self._clock() - self._start > QUIET_S and sys.stderr.isatty():
            self._begin()
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=share, description=what)

    def _begin(self) -> None:
        from rich.progress import Progress

        self._bar = Progress(console=stderr(), transient=True)
        self._task = self._bar.add_task("", total=1.0)
        self._bar.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

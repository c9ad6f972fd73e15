"""A passage in a thread of its own, and those who follow it: each through a queue, so that none delays another.

passage -> Broadcast thread -> Subscription (bounded: oldest dropped and counted) -> window
                            -> Subscription (unbounded)                          -> stride table
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Condition, Thread

from firmware_bridge.source import Chunk
from legcycle_imu.model import Update
from legcycle_imu.passage import Passage

STOP_S = 10.0
"""How long the end of the passage is waited for, s: links may take seconds to let go of a stack that hangs."""


@dataclass(frozen=True, slots=True)
class Passed:
    """One step of a passage.

    Parameters
    ----------
    chunks : what arrived
    update : what became known by it
    arrived_s : session time of what arrived last, s
    """

    chunks: Sequence[Chunk]
    update: Update
    arrived_s: float


@dataclass(frozen=True, slots=True)
class Restarted:
    """The passage begins anew: what was shown before counts no more."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing will come any more.

    Parameters
    ----------
    error : what broke it off, or None
    """

    error: BaseException | None = None


Item = Passed | Restarted | Ended
"""What a subscriber gets."""


class Subscription:
    """What one subscriber has not taken yet.

    Parameters
    ----------
    limit : most steps that wait; the oldest are dropped and counted. None: all are kept

    Attributes
    ----------
    dropped : steps that were dropped
    """

    def __init__(self, limit: int | None = None) -> None:
        self.dropped = 0
        self._limit = limit
        self._items: deque[Item] = deque()
        self._news = Condition()

    def take(self) -> list[Item]:
        """Give what came since the last time; never waits."""
        with self._news:
            items = list(self._items)
            self._items.clear()
        return items

    def wait(self, seconds: float) -> list[Item]:
        """Give what came since the last time, as soon as there is something; nothing after so long."""
        with self._news:
            self._news.wait_for(lambda: self._items, seconds)
        return self.take()

    def put(self, item: Item) -> None:
        """Add a step; never waits."""
        with self._news:
            if self._limit is not None and len(self._items) >= self._limit and isinstance(self._items[0], Passed):
                self._items.popleft()
                self.dropped += 1
            self._items.append(item)
            self._news.notify_all()


class Broadcast:
    """Lets a passage pass in a thread of its own. Subscribe before `start`; close it, or use it in a `with` block.

    Parameters
    ----------
    steps : the passage, step by step, or whatever gives the like
    end : asks the steps to end soon
    """

    def __init__(self, steps: Iterator[Item], end: Callable[[], None]) -> None:
        self._steps = steps
        self._end = end
        self._subscriptions: list[Subscription] = []
        self._thread = Thread(target=self._run, name="passage", daemon=True)

    def subscribe(self, limit: int | None = None) -> Subscription:
        """Give a queue of all that will pass; `limit` as in `Subscription`."""
        subscription = Subscription(limit)
        self._subscriptions.append(subscription)
        return subscription

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def end(self) -> None:
        """Ask for an orderly end; may be called from anywhere, also from a signal's handler."""
        self._end()

    def close(self) -> None:
        """End, and wait for it."""
        self._end()
        with suppress(RuntimeError):  # it was never started
            self._thread.join(STOP_S)

    def __enter__(self) -> "Broadcast":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            for item in self._steps:
                self._tell(item)
        except BaseException as caught:
            error = caught  # whoever listens is told; a thread that only ends would leave them waiting
        self._tell(Ended(error))

    def _tell(self, item: Item) -> None:
        for subscription in self._subscriptions:
            subscription.put(item)


def steps_of(passage: Passage) -> Iterator[Item]:
    """Give a passage step by step, with what arrived."""
    for update in passage:
        yield Passed(passage.batch, update, passage.arrived_s)


def followed(subscription: Subscription, beat_s: float = 0.1) -> Iterator[Passed]:
    """Give what passes until it has ended; an empty step where nothing came for a while.

    For a passage that never begins anew.

    Raises
    ------
    BaseException : what broke the passage off
    """
    nothing = Passed((), Update(), 0.0)
    while True:
        for item in subscription.wait(beat_s) or [nothing]:
            if isinstance(item, Passed):
                nothing = Passed((), Update(), item.arrived_s)
                yield item
            elif isinstance(item, Ended):
                if item.error is not None:
                    raise item.error
                return


class Follower:
    """Follows a subscription in a thread of its own. Join it, or use it in a `with` block.

    Parameters
    ----------
    subscription : what is followed
    act : takes each step, and an empty one ten times a second while nothing passes
    name : of the thread
    """

    def __init__(self, subscription: Subscription, act: Callable[[Passed], object], name: str = "follower") -> None:
        self.error: Exception | None = None
        self._subscription, self._act = subscription, act
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait until all has been followed.

        Raises
        ------
        Exception : what `act` raised; what broke the passage off is told to its subscribers
        """
        self._thread.join()
        if self.error is not None:
            raise self.error

    def __enter__(self) -> "Follower":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.join()
        else:
            self._thread.join(STOP_S)

    def _run(self) -> None:
        steps = followed(self._subscription)
        try:
            for step in _until_broken(steps):
                self._act(step)
        except Exception as error:
            self.error = error


def _until_broken(steps: Iterator[Passed]) -> Iterator[Passed]:
    """Give steps until they end or break off: whoever shows the passage tells why."""
    with suppress(BaseException):
        yield from steps

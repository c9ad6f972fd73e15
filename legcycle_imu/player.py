"""A recording that can be played, paused, stepped and sought in, for whoever watches it.

Forward, everything passes once. Backward, a new passage begins (`Restarted`) and passes at full speed up to the place:
what is shown is always what the pipeline makes of the recording's beginning up to there, and nothing else.
"""

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Condition

from firmware_bridge.recording import Recording
from firmware_bridge.source import Chunk, SensorFacts
from legcycle_imu.broadcast import Item, Passed, Restarted, steps_of
from legcycle_imu.config import Config, load_config
from legcycle_imu.cycle import EventKind
from legcycle_imu.passage import Passage
from legcycle_imu.runner import Runner

READ_AHEAD = 8192
"""Entries taken from the file at once, and most that pass in one step: an hour of live sensors takes 70 steps."""
STEP_S = 0.02
"""Most session time that passes in one step while a stride is looked for, s."""
LEAST_BACK_S = 0.05
"""Stepping back from a contact finds the one before it, not itself, s."""
NS = 1e-9


class Player:
    """A recording with a transport. Its controls may be used from any thread.

    Parameters
    ----------
    path : a `.legcycle` recording
    runner : lengths for a recording without
    speed : how many times as fast as it was
    config : runners and targets; the config file in force by default
    clock : monotonic seconds

    Attributes
    ----------
    passage : the one that passes now
    duration_s : length of the recording, s
    markers : when persons set marks, s, and what they say

    Raises
    ------
    LegcycleError : the recording cannot be read, or its sensors do not make up a leg
    """

    def __init__(
        self,
        path: Path,
        runner: Runner | None = None,
        *,
        speed: float = 1.0,
        config: Config | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path, self._runner, self._clock = path, runner, clock
        self._config = load_config() if config is None else config
        self._change = Condition()
        self._speed = speed
        self._playing = True
        self._position_s = 0.0
        self._target_s = 0.0
        """Up to here everything is due at once."""
        self._origin = (clock(), 0.0)
        """Instant of the clock, and the place that was due then."""
        self._stride_wanted = False
        self._rewound = self._ended = False
        self._contacts_s: list[float] = []
        self.passage = self._open()
        self.duration_s = self.passage.duration_s
        with Recording.open(path) as recording:
            self.markers: Sequence[tuple[float, str]] = [
                (mark.arrival_ns * NS, mark.text) for mark in recording.markers()
            ]

    @property
    def playing(self) -> bool:
        """Whether time goes on."""
        return self._playing

    @property
    def speed(self) -> float:
        """How many times as fast as it was."""
        return self._speed

    @property
    def position_s(self) -> float:
        """Session time up to which everything has passed, s."""
        return self._position_s

    def play(self) -> None:
        """Let time go on."""
        self._alter(playing=True)

    def pause(self) -> None:
        """Let time stand still."""
        self._alter(playing=False)

    def set_speed(self, speed: float) -> None:
        """Let time go so many times as fast as it was; infinite: as fast as can be."""
        if not speed > 0.0:
            raise ValueError(f"expected a speed above 0, got {speed}")
        self._alter(speed=speed)

    def seek(self, position_s: float) -> None:
        """Go to a place, s."""
        self._alter(target_s=min(max(position_s, 0.0), self.duration_s))

    def step_stride(self, forward: bool) -> None:
        """Go on until the next contact is known, or back to where the one before was; and stay there."""
        if forward:
            self._alter(playing=False, stride_wanted=True)
            return
        known = bisect_left(self._contacts_s, self._position_s - LEAST_BACK_S)
        self._alter(playing=False, target_s=self._contacts_s[known - 1] if known else 0.0)

    def step_sample(self, forward: bool) -> None:
        """Go on or back by about a sample, and stay there."""
        period_s = 1.0 / max(facts.rate_hz for facts in self.passage.source.sensors)
        self._alter(playing=False, target_s=self._position_s + (period_s if forward else -period_s))

    def step_marker(self, forward: bool) -> None:
        """Go to the next mark, or to the one before."""
        places = [at for at, _ in self.markers]
        if forward:
            later = bisect_right(places, self._position_s)
            self.seek(places[later] if later < len(places) else self.duration_s)
        else:
            earlier = bisect_left(places, self._position_s - LEAST_BACK_S)
            self.seek(places[earlier - 1] if earlier else 0.0)

    def end(self) -> None:
        """Let the steps come to their end soon."""
        self._alter(ended=True)

    def steps(self) -> Iterator[Item]:
        """Give what passes, until `end`; at the recording's end it waits to be sought in."""
        while not self._ended:
            try:
                yield from self._passed()
                self._wait_at_the_end()
            finally:
                self.passage.close()
            if self._rewound:
                self.passage = self._open()
                self._rewound = False
                self._position_s = 0.0
                self._contacts_s = []
                yield Restarted()

    def _passed(self) -> Iterator[Item]:
        for item in steps_of(self.passage):
            if self._rewound:
                return
            if isinstance(item, Passed):
                self._note(item)
            yield item

    def _note(self, item: Passed) -> None:
        contacts = [event for event in item.update.events if event.kind is EventKind.INITIAL_CONTACT]
        self._contacts_s += [item.arrived_s] if contacts else []
        if contacts and self._stride_wanted:
            self._alter(stride_wanted=False)

    def _open(self) -> Passage:
        recording = Recording.open(self._path)
        source = _Tape(recording, self._due, self._wait)
        try:
            return Passage(
                source,
                recording.meta,
                self._runner,
                name=str(self._path),
                duration_s=recording.duration_s,
                config=self._config,
            )
        except BaseException:
            recording.close()
            raise

    def _alter(
        self,
        *,
        playing: bool | None = None,
        speed: float | None = None,
        target_s: float | None = None,
        stride_wanted: bool = False,
        ended: bool = False,
    ) -> None:
        with self._change:
            self._origin = (self._clock(), self._position_s)
            self._playing = self._playing if playing is None else playing
            self._speed = self._speed if speed is None else speed
            self._stride_wanted = stride_wanted
            self._ended = self._ended or ended
            if target_s is not None:
                self._target_s = target_s
                self._origin = (self._origin[0], target_s)
                self._rewound = self._rewound or target_s < self._position_s
            self._change.notify_all()

    def _due(self) -> float | None:
        """Give the place up to which things are due, s; None where this passage is over."""
        with self._change:
            if self._ended or self._rewound:
                return None
            if self._stride_wanted:
                return self._position_s + STEP_S
            begun, place_s = self._origin
            elapsed = self._clock() - begun if self._playing else 0.0
            played = place_s + (elapsed * self._speed if elapsed else 0.0)
            return max(self._target_s, min(played, self.duration_s))

    def _wait(self, next_s: float) -> None:
        """Wait until an entry may be due, or a control is used; take note that all before it has passed."""
        with self._change:
            due_s = self._due()
            if due_s is None:
                return
            self._position_s = max(self._position_s, min(due_s, next_s))
            if due_s >= next_s or self._stride_wanted:
                return
            seconds = (next_s - self._position_s) / self._speed if self._playing else None
            self._change.wait(seconds)

    def _wait_at_the_end(self) -> None:
        with self._change:
            if not (self._rewound or self._ended):
                self._position_s = self.duration_s
                self._stride_wanted = False
            self._change.wait_for(lambda: self._rewound or self._ended)


class _Tape:
    """The recording as a source that gives what is due."""

    def __init__(self, recording: Recording, due: Callable[[], float | None], wait: Callable[[float], None]) -> None:
        self.sensors: list[SensorFacts] = recording.sensors
        self._recording, self._due, self._wait = recording, due, wait

    def __iter__(self) -> Iterator[list[Chunk]]:
        """Yield what is due, as it becomes due."""
        batch: list[Chunk] = []
        due_s = self._due()
        for read in self._recording.batches(READ_AHEAD):
            for chunk in read:
                at_s = chunk.arrival_ns * NS
                while due_s is not None and at_s > due_s:
                    if batch:
                        yield batch
                        batch = []
                    self._wait(at_s)
                    due_s = self._due()
                if due_s is None:
                    return
                batch.append(chunk)
            if batch:
                yield batch
                batch = []
            due_s = self._due()

    def close(self) -> None:
        """Close the recording."""
        self._recording.close()

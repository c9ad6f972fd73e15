"""Which stride is answered by a tone: only misses, only some of them, each leg on its own. Pure.

`CueDecision.push(stride, verdicts)` gives the tone that the stride calls for, or none. A stride on target, and one of
which not all is known, is never answered. docs/cues.md says why it is so.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import nan

from firmware_bridge.samples import Side
from legcycle_imu.cycle import Phase
from legcycle_imu.model import Stride
from legcycle_imu.personal_band import LEFT_OUT
from legcycle_imu.targets import Verdict
from legcycle_imu.tones import Tone

UNSURE = LEFT_OUT | {"saturated"}
"""Flags of strides that are neither hit nor miss: with the gyroscope at its end, the angle is not the leg's."""
LATE_S = 1.0
"""An event known later than this is history, s: it was held while the leg was being aligned."""
PAUSE_S = 3.0
"""After so long without a stride that counts, s, earlier misses are forgotten: four strides or so."""
LONGEST_MEMORY = 20
"""Most strides that k of n may look back on; as many as the personal band covers."""
PITCH_HZ = {Side.LEFT: 660.0, Side.RIGHT: 880.0}
"""A fourth apart, which is told apart by ear alone; any loudspeaker gives both. Our choice."""
PAN = {Side.LEFT: -0.7, Side.RIGHT: 0.7}
"""Not all the way: a runner with one ear open to the surroundings shall hear both legs. Our choice."""
DURATION_S = 0.12
"""A sixth of a stride: over before the other leg's tone can begin. Our choice."""


@dataclass(frozen=True, slots=True)
class CueSettings:
    """When a tone sounds; the table [cues] of the config file.

    Parameters
    ----------
    audio : whether tones sound at all; off unless asked for, for a sound that was not asked for annoys
    focus : the one phase that is cued, push | lift | drive | place; lift and push are the coach's focus, and push has
        no figure of the coach's
    k_of_n : [k, n], a tone once k of a leg's last n strides missed; [1, 1] answers every miss
    volume : 0 to 1
    fade : each tone is followed by a longer rest than the one before: n strides more each time
    """

    audio: bool = False
    focus: Phase = Phase.LIFT
    k_of_n: tuple[int, ...] = (3, 5)
    volume: float = 0.4
    fade: bool = False

    def __post_init__(self) -> None:
        if self.focus is Phase.UNKNOWN:
            raise ValueError("expected a phase as focus, got unknown")
        if len(self.k_of_n) != 2 or not 1 <= self.k_of_n[0] <= self.k_of_n[1] <= LONGEST_MEMORY:
            raise ValueError(f"expected k_of_n as [k, n] with 1 <= k <= n <= {LONGEST_MEMORY}, got {list(self.k_of_n)}")
        if not 0.0 <= self.volume <= 1.0:
            raise ValueError(f"expected volume from 0 to 1, got {self.volume:g}")


@dataclass(slots=True)
class LegCues:
    """What is remembered of one leg."""

    missed: deque[bool] = field(default_factory=deque)
    """Of the latest strides that count, oldest first, whether each missed."""
    end_s: float = nan
    """End of the latest of them, s."""
    cued: int = 0
    """Tones so far."""
    rest: int = 0
    """Strides that go by without being looked at."""


@dataclass(slots=True)
class CueState:
    """What the decision remembers; a copy continues identically."""

    muted: bool
    legs: dict[Side, LegCues] = field(default_factory=lambda: {side: LegCues() for side in Side})


class CueDecision:
    """Streaming stage: a stride and its verdicts in, the tone that it calls for out.

    Nothing but the strides decides, so a replay calls for the tones that sounded live. To change the focus, begin anew.

    Parameters
    ----------
    settings, state : see there
    """

    def __init__(self, settings: CueSettings | None = None, state: CueState | None = None) -> None:
        self.settings = settings or CueSettings()
        self.state = state or CueState(muted=not self.settings.audio)

    @property
    def muted(self) -> bool:
        """Whether tones are kept back; nothing else changes by it. At first as the settings say."""
        return self.state.muted

    @muted.setter
    def muted(self, muted: bool) -> None:
        self.state.muted = muted

    def push(self, stride: Stride, verdicts: Iterable[Verdict]) -> list[Tone]:
        """Take a stride and what `legcycle_imu.targets.Judge` made of it; give one tone or none."""
        missed = self._missed(stride, verdicts)
        if missed is None:
            return []
        leg = self.state.legs[stride.side]
        self._forget_before_pause(leg, stride)
        if not self._calls(leg, missed):
            return []
        self._sound_and_rest(leg)
        return [] if self.state.muted else [self._tone(stride)]

    def flush(self) -> list[Tone]:
        """Give what was held back: nothing."""
        return []

    def restart(self) -> None:
        """Forget all strides, as for a jump within a recording; muted stays muted."""
        self.state = CueState(self.state.muted)

    def _missed(self, stride: Stride, verdicts: Iterable[Verdict]) -> bool | None:
        """Tell whether the focused phase missed; None where it cannot be said, or it is too late to say it."""
        if stride.flags & UNSURE or _is_history(stride):
            return None
        hit = next((verdict.hit for verdict in verdicts if verdict.phase is self.settings.focus), None)
        return None if hit is None else not hit

    def _forget_before_pause(self, leg: LegCues, stride: Stride) -> None:
        if stride.initial_contact_s - leg.end_s > PAUSE_S:
            leg.missed.clear()
        leg.end_s = stride.next_initial_contact_s

    def _calls(self, leg: LegCues, missed: bool) -> bool:
        if leg.rest > 0:
            leg.rest -= 1
            return False
        least, memory = self.settings.k_of_n
        leg.missed.append(missed)
        while len(leg.missed) > memory:
            leg.missed.popleft()
        return missed and sum(leg.missed) >= least

    def _sound_and_rest(self, leg: LegCues) -> None:
        leg.missed.clear()  # the next tone takes k new misses: the runner needs strides to answer this one
        if self.settings.fade:
            leg.rest = leg.cued * self.settings.k_of_n[1]
        leg.cued += 1

    def _tone(self, stride: Stride) -> Tone:
        side = stride.side
        return Tone(
            side, stride.stride, self.settings.focus, PITCH_HZ[side], PAN[side], DURATION_S, self.settings.volume
        )


def _is_history(stride: Stride) -> bool:
    delays_s = (
        stride.initial_contact_known_s - stride.initial_contact_s,
        stride.toe_off_known_s - stride.toe_off_s,
        stride.peak_heel_lift_known_s - stride.peak_heel_lift_s,
        stride.peak_knee_drive_known_s - stride.peak_knee_drive_s,
    )
    return any(delay_s > LATE_S for delay_s in delays_s)

"""Short tones: what one sounds like, and several mixed into one stream of stereo frames. Pure.

`Mixer.add(wave)` begins a tone, `Mixer.frames(count)` gives what is heard next; any cutting of the stream sounds alike.
"""

from dataclasses import dataclass, field
from math import cos, pi, sin, tau
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.samples import Side
from legcycle_imu.cycle import Phase

Frames = NDArray[np.float32]
"""(n, 2) samples for the left and the right ear, -1 to 1."""

EDGE_S = 0.01
"""A tone swells and fades over this long, s: several periods of its pitch, so that no click is heard."""
MOST_AT_ONCE = 2
"""One tone a leg."""


class Tone(NamedTuple):
    """A short tone, and what it stands for.

    Attributes
    ----------
    side, stride, phase : the stride that it answers, and the phase in it
    pitch_hz : frequency
    pan : from -1, the left ear alone, to 1, the right ear alone
    duration_s : how long it sounds, both edges included
    volume : 0 to 1; at 1 as many tones as ever sound together just reach full scale
    """

    side: Side
    stride: int
    phase: Phase
    pitch_hz: float
    pan: float
    duration_s: float
    volume: float


def waveform(tone: Tone, rate_hz: int) -> Frames:
    """Give a tone's frames: a sine that begins and ends at 0, of equal power at any pan."""
    count = round(tone.duration_s * rate_hz)
    time_s = np.arange(count) / rate_hz
    left_s = np.minimum(time_s, time_s[::-1])
    envelope = np.sin(pi / 2 * np.minimum(left_s / EDGE_S, 1.0)) ** 2
    mono = tone.volume / MOST_AT_ONCE * envelope * np.sin(tau * tone.pitch_hz * time_s)
    angle = pi / 4 * (1.0 + tone.pan)
    return np.stack([cos(angle) * mono, sin(angle) * mono], axis=1).astype(np.float32)


@dataclass(slots=True)
class Voice:
    """A tone that is sounding."""

    wave: Frames
    played: int = 0
    """Frames that were given."""


@dataclass(slots=True)
class MixerState:
    """What the mixer remembers: the tones that are sounding."""

    voices: list[Voice] = field(default_factory=list)


class Mixer:
    """Tones in at any time, the sum of those that sound out."""

    def __init__(self) -> None:
        self.state = MixerState()

    @property
    def silent(self) -> bool:
        """Whether nothing sounds."""
        return not self.state.voices

    @property
    def full(self) -> bool:
        """Whether no further tone may begin, for the sum would exceed full scale."""
        return len(self.state.voices) >= MOST_AT_ONCE

    def add(self, wave: Frames) -> None:
        """Begin a tone with the next frame.

        Raises
        ------
        ValueError
            if the mixer is full
        """
        if self.full:
            raise ValueError(f"expected at most {MOST_AT_ONCE} tones at once, got one more")
        self.state.voices.append(Voice(wave))

    def frames(self, count: int) -> Frames:
        """Give the next frames; silence where nothing sounds."""
        mixed = np.zeros((count, 2), np.float32)
        for voice in self.state.voices:
            part = voice.wave[voice.played : voice.played + count]
            mixed[: len(part)] += part
            voice.played += len(part)
        self.state.voices = [voice for voice in self.state.voices if voice.played < len(voice.wave)]
        return mixed

"""Tones made audible: one playback device, opened once, fed by threads of its own. No device is no error.

`AudioCues().play(tone)` never waits. The package miniaudio is imported only here, and only when sound is asked for.
"""

import atexit
import sys
from collections.abc import Generator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import Any, NamedTuple, Self

from firmware_bridge.errors import LegcycleError, Reason
from legcycle_imu.tones import Frames, Mixer, Tone, waveform

CLOSE_S = 2.0
"""How long closing waits for the system to let go of the device, s; some sound servers take long."""
ALSA_CARDS = Path("/dev/snd")
"""Linux: there while there is a sound card."""


@dataclass(frozen=True, slots=True)
class AudioSettings:
    """How sound is put out.

    Parameters
    ----------
    rate_hz : frames per second; what most devices run at, so that nothing is resampled
    period_ms : how much the device asks for at a time, ms; Python may be busy for 5 ms before it answers
    periods : how many of these lie ahead of what is heard
    waiting : tones that may wait for their beginning; more are dropped
    stale_s : a tone that could not begin within this, s, is dropped: the next stride is under way
    backends : names of sound systems to try, as miniaudio has them; empty: all that this system has
    """

    rate_hz: int = 48_000
    period_ms: int = 20
    periods: int = 3
    waiting: int = 4
    stale_s: float = 0.25
    backends: tuple[str, ...] = ()

    @property
    def latency_s(self) -> float:
        """From `play` to the loudspeaker at most, s, less what cable, Bluetooth or sound server add."""
        return 1e-3 * self.period_ms * self.periods


class AudioError(LegcycleError):
    """Nothing can be heard."""


class _Waiting(NamedTuple):
    asked_s: float
    wave: Frames


class AudioCues:
    """Plays tones until it is closed; where that cannot be, says why in `trouble` and is silent. Use in a `with` block.

    Opening the device, which may take long, and everything after it happens in other threads.

    Parameters
    ----------
    settings : see there

    Attributes
    ----------
    dropped : tones that came too thick or could not begin in time
    """

    def __init__(self, settings: AudioSettings | None = None) -> None:
        self.settings = settings or AudioSettings()
        self.dropped = 0
        self._waiting: Queue[_Waiting] = Queue(self.settings.waiting)
        self._mixer = Mixer()
        self._trouble: AudioError | None = None
        self._settled = Event()
        self._closing = Event()
        self._thread = Thread(target=self._run, name="audio cues", daemon=True)
        self._thread.start()
        atexit.register(self.close)  # the device must not call into an interpreter that is gone

    @property
    def trouble(self) -> str:
        """Why nothing can be heard, in a sentence and what to do; empty while all is well or not known yet."""
        return str(self._trouble or "")

    def settled(self, timeout_s: float) -> bool:
        """Wait until it is known whether there is a device; tell whether it is."""
        return self._settled.wait(timeout_s)

    def play(self, tone: Tone) -> None:
        """Sound a tone as soon as can be; returns at once."""
        if self._trouble is not None or self._closing.is_set():
            return
        try:
            self._waiting.put_nowait(_Waiting(monotonic(), waveform(tone, self.settings.rate_hz)))
        except Full:
            self.dropped += 1

    def close(self) -> None:
        """Fall silent and let the device go; again is no harm."""
        self._closing.set()
        self._thread.join(CLOSE_S)
        atexit.unregister(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        try:
            with open_playback(self.settings) as device:
                frames = self._frames()
                next(frames)
                device.stop_callback = self._note_stop
                device.start(frames)
                self._settled.set()
                self._closing.wait()
        except Exception as error:  # whatever a sound system comes up with, the rest goes on
            self._trouble = error if isinstance(error, AudioError) else _refused(error)
        finally:
            self._settled.set()

    def _note_stop(self) -> None:
        if not self._closing.is_set():
            self._trouble = AudioError(
                Reason.NO_LINK, "Audio cues have ended, for the sound device is gone.", "Connect it and start again."
            )

    def _frames(self) -> Generator[bytes, int, None]:
        """Answer the device's questions for so many frames; nothing stands for silence."""
        count = yield b""
        while True:
            self._begin()
            count = yield b"" if self._mixer.silent else self._mixer.frames(count).tobytes()

    def _begin(self) -> None:
        """Begin the tones that wait, as many as may sound at once."""
        while not self._mixer.full:
            try:
                asked_s, wave = self._waiting.get_nowait()
            except Empty:
                return
            if monotonic() - asked_s > self.settings.stale_s:
                self.dropped += 1
            else:
                self._mixer.add(wave)


def open_playback(settings: AudioSettings) -> Any:
    """Open the system's device for playback: a miniaudio.PlaybackDevice, stereo, float32.

    Raises
    ------
    AudioError
        if the package miniaudio is missing, or there is no device
    """
    try:
        miniaudio = import_module("miniaudio")  # without types
    except (ImportError, OSError) as error:
        sentence = f"There are no audio cues, for the package miniaudio cannot be used: {error}."
        raise AudioError(Reason.MISSING, sentence, "Install it with: pip install miniaudio.") from error
    try:
        return miniaudio.PlaybackDevice(
            output_format=miniaudio.SampleFormat.FLOAT32,
            nchannels=2,
            sample_rate=settings.rate_hz,
            buffersize_msec=settings.period_ms,
            callback_periods=settings.periods,
            backends=[miniaudio.Backend[name] for name in settings.backends or _real(miniaudio.Backend)],
            app_name="legcycle",
        )
    except miniaudio.MiniaudioError as error:
        raise _refused(error) from error


def _real(backends: Any) -> list[str]:
    """Give the names of sound systems that can be heard; without a card ALSA would only fill the terminal."""
    unheard = {"NULL", "CUSTOM"}
    if sys.platform == "linux" and not ALSA_CARDS.exists():
        unheard.add("ALSA")
    return [backend.name for backend in backends if backend.name not in unheard]


def _refused(error: Exception) -> AudioError:
    said = " ".join(str(part) for part in error.args)
    return AudioError(
        Reason.NO_LINK,
        f"There are no audio cues, for no sound device can be used ({said}).",
        "Connect headphones or a loudspeaker and start again.",
    )

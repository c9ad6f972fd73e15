"""Audio cues along a passage: strides in, tones out, the sound device opened with the first of them."""

from collections.abc import Callable
from typing import Protocol

from legcycle_imu.audio import AudioCues
from legcycle_imu.broadcast import Passed
from legcycle_imu.cues import CueDecision, CueSettings
from legcycle_imu.runner import LegGeometry
from legcycle_imu.targets import Judge, Targets
from legcycle_imu.tones import Tone


class Sound(Protocol):
    """What plays tones."""

    @property
    def trouble(self) -> str:
        """Why nothing can be heard; empty while all is well."""
        ...

    def play(self, tone: Tone) -> None:
        """Sound a tone; returns at once."""
        ...

    def close(self) -> None:
        """Let the device go."""
        ...


class Speaker:
    """Sounds tones; the device is opened with the first of them, and its trouble is told once.

    Parameters
    ----------
    say : takes the sentence on a sound device that cannot be used
    open_sound : opens the sound device
    """

    def __init__(self, say: Callable[[str], None], open_sound: Callable[[], Sound]) -> None:
        self._say, self._open = say, open_sound
        self._sound: Sound | None = None
        self._told = False

    def play(self, tone: Tone) -> None:
        """Sound a tone; never waits for the device."""
        self._sound = self._sound or self._open()
        self._sound.play(tone)

    def tell_trouble(self) -> None:
        """Say why nothing can be heard, the first time that it is so."""
        if self._sound is not None and self._sound.trouble and not self._told:
            self._told = True
            self._say(self._sound.trouble)

    def close(self) -> None:
        """Let the sound device go."""
        if self._sound is not None:
            self._sound.close()


class Cueing:
    """Answers missed strides with tones. Close it, or use it in a `with` block.

    Parameters
    ----------
    settings : when a tone answers; it is muted at first where they say that there is no sound
    targets, geometry : what strides are held against
    say : takes the sentence on a sound device that cannot be used, once
    open_sound : opens the sound device
    """

    def __init__(
        self,
        settings: CueSettings,
        targets: Targets,
        geometry: LegGeometry,
        say: Callable[[str], None],
        open_sound: Callable[[], Sound] = AudioCues,
    ) -> None:
        self._decision = CueDecision(settings)
        self._judge = Judge(targets, geometry)
        self._speaker = Speaker(say, open_sound)

    @property
    def muted(self) -> bool:
        """Whether tones are kept back."""
        return self._decision.muted

    @muted.setter
    def muted(self, muted: bool) -> None:
        self._decision.muted = muted

    def aim(self, targets: Targets) -> None:
        """Hold the strides to come against other targets."""
        self._judge.targets = targets

    def take(self, step: Passed) -> None:
        """Answer the strides of a step; never waits for the device."""
        for stride in step.update.strides:
            for tone in self._decision.push(stride, self._judge.push(stride)):
                self._speaker.play(tone)
        self._speaker.tell_trouble()

    def close(self) -> None:
        """Let the sound device go."""
        self._speaker.close()

    def __enter__(self) -> "Cueing":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

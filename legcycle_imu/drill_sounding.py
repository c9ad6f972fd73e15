"""Tones of a drill made audible, the sound device opened with the first of them."""

from collections.abc import Callable

from legcycle_imu.audio import AudioCues
from legcycle_imu.cueing import Sound
from legcycle_imu.drill_standing import Standing
from legcycle_imu.drill_tones import DrillTones


class DrillSounding:
    """Sounds when the legs change and when a time is over. Close it, or use it in a `with` block.

    Parameters
    ----------
    volume : 0 to 1
    say : takes the sentence on a sound device that cannot be used, once
    open_sound : opens the sound device
    """

    def __init__(self, volume: float, say: Callable[[str], None], open_sound: Callable[[], Sound] = AudioCues) -> None:
        self._tones = DrillTones(volume)
        self._say, self._open = say, open_sound
        self._sound: Sound | None = None
        self._told = False

    def take(self, standing: Standing) -> None:
        """Take how the drill stands now; never waits for the device."""
        tone = self._tones.push(standing)
        if tone is not None:
            self._sound = self._sound or self._open()
            self._sound.play(tone)
        if self._sound is not None and self._sound.trouble and not self._told:
            self._told = True
            self._say(self._sound.trouble)

    def close(self) -> None:
        """Let the sound device go."""
        if self._sound is not None:
            self._sound.close()

    def __enter__(self) -> "DrillSounding":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

"""Tones of a drill made audible, the sound device opened with the first of them."""

from collections.abc import Callable

from legcycle_imu.audio import AudioCues
from legcycle_imu.cueing import Sound, Speaker
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
        self._speaker = Speaker(say, open_sound)

    def take(self, standing: Standing) -> None:
        """Take how the drill stands now; never waits for the device."""
        tone = self._tones.push(standing)
        if tone is not None:
            self._speaker.play(tone)
        self._speaker.tell_trouble()

    def close(self) -> None:
        """Let the sound device go."""
        self._speaker.close()

    def __enter__(self) -> "DrillSounding":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

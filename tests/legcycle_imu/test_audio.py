import subprocess
import sys
from collections.abc import Generator, Iterator
from threading import Event, get_ident
from types import TracebackType
from typing import Any

import numpy as np
import pytest

from firmware_bridge.samples import Side
from legcycle_imu import audio
from legcycle_imu.audio import AudioCues, AudioError, AudioSettings, open_playback
from legcycle_imu.cycle import Phase
from legcycle_imu.tones import MOST_AT_ONCE, Frames, Tone, waveform

LIMIT_S = 10.0
"""Longer than anything here takes; reached only where something hangs."""
UNHEARD = AudioSettings(backends=("NULL",))
"""miniaudio's own device that goes on like any other and is heard by nobody."""
ABSENT = AudioSettings(backends=("WEBAUDIO",))
"""A sound system that exists in browsers alone."""
TONE = Tone(Side.RIGHT, 0, Phase.LIFT, 880.0, 0.7, 0.12, 0.4)
WAVE = waveform(TONE, AudioSettings().rate_hz)


class ScriptedDevice:
    """A device that asks for frames when the test says so."""

    def __init__(self) -> None:
        self.frames: Generator[bytes, int, None] | None = None
        self.stop_callback: Any = None
        self.opened_by = 0
        self.closed = Event()

    def start(self, frames: Generator[bytes, int, None]) -> None:
        self.frames = frames

    def ask(self, count: int) -> Frames:
        assert self.frames is not None
        heard = np.frombuffer(self.frames.send(count), np.float32).reshape(-1, 2)
        return heard if len(heard) else np.zeros((count, 2), np.float32)

    def __enter__(self) -> "ScriptedDevice":
        self.opened_by = get_ident()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closed.set()


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(audio, "monotonic", clock)
    return clock


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> ScriptedDevice:
    device = ScriptedDevice()
    monkeypatch.setattr(audio, "open_playback", lambda settings: device)
    return device


@pytest.fixture
def cues(device: ScriptedDevice, clock: Clock) -> Iterator[AudioCues]:
    with AudioCues() as cues:
        assert cues.settled(LIMIT_S)
        yield cues


def test_a_tone_is_heard_as_it_was_made_and_then_silence(cues: AudioCues, device: ScriptedDevice) -> None:
    assert not device.ask(960).any()
    cues.play(TONE)
    heard = np.concatenate([device.ask(count) for count in (960, 441, 1, 3000, 2000)])
    np.testing.assert_array_equal(heard[: len(WAVE)], WAVE)
    assert not heard[len(WAVE) :].any()
    assert (cues.trouble, cues.dropped) == ("", 0)


def test_both_legs_are_heard_together(cues: AudioCues, device: ScriptedDevice) -> None:
    other = TONE._replace(side=Side.LEFT, pitch_hz=660.0, pan=-0.7)
    cues.play(TONE)
    cues.play(other)
    np.testing.assert_array_equal(device.ask(len(WAVE)), WAVE + waveform(other, AudioSettings().rate_hz))


def test_the_queue_is_bounded_and_what_is_too_much_is_counted(cues: AudioCues, device: ScriptedDevice) -> None:
    for _ in range(100):
        cues.play(TONE)
    assert cues.dropped == 100 - AudioSettings().waiting
    heard = device.ask(len(WAVE))
    assert np.abs(heard).max() <= MOST_AT_ONCE * np.abs(WAVE).max() <= 1.0


def test_what_cannot_sound_at_once_sounds_when_there_is_room(cues: AudioCues, device: ScriptedDevice) -> None:
    for _ in range(MOST_AT_ONCE + 1):
        cues.play(TONE)
    np.testing.assert_array_equal(device.ask(len(WAVE)), MOST_AT_ONCE * WAVE)
    np.testing.assert_array_equal(device.ask(len(WAVE)), WAVE)
    assert cues.dropped == 0


@pytest.mark.parametrize(("stalled_s", "is_heard"), [(0.2, True), (0.3, False)])
def test_a_tone_that_comes_too_late_is_left_out(
    cues: AudioCues, device: ScriptedDevice, clock: Clock, *, stalled_s: float, is_heard: bool
) -> None:
    cues.play(TONE)
    clock.now_s += stalled_s
    assert device.ask(len(WAVE)).any() == is_heard
    assert cues.dropped == (not is_heard)
    cues.play(TONE)
    assert device.ask(len(WAVE)).any()


def test_the_device_is_opened_in_a_thread_of_its_own_and_let_go(cues: AudioCues, device: ScriptedDevice) -> None:
    assert device.opened_by != get_ident()
    assert not device.closed.is_set()
    cues.close()
    assert device.closed.is_set()
    cues.close()
    cues.play(TONE)
    assert not device.ask(len(WAVE)).any()


def test_it_is_closed_at_the_programs_end_if_not_before(
    device: ScriptedDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_end: list[Any] = []
    monkeypatch.setattr(audio.atexit, "register", at_end.append)
    monkeypatch.setattr(audio.atexit, "unregister", at_end.remove)
    AudioCues()
    (close,) = at_end
    close()
    assert device.closed.is_set()
    assert at_end == []


def test_a_device_that_is_slow_to_open_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    device, go_on = ScriptedDevice(), Event()

    def slow(settings: AudioSettings) -> ScriptedDevice:
        go_on.wait(LIMIT_S)
        return device

    monkeypatch.setattr(audio, "open_playback", slow)
    with AudioCues() as cues:
        cues.play(TONE)
        assert not cues.settled(0.0)
        assert (cues.trouble, cues.dropped) == ("", 0)
        go_on.set()
        assert cues.settled(LIMIT_S)
    assert device.closed.is_set()


def test_a_device_that_goes_away_is_said_and_is_no_error(cues: AudioCues, device: ScriptedDevice) -> None:
    device.stop_callback()
    assert "sound device is gone" in cues.trouble
    for _ in range(10):
        cues.play(TONE)
    assert cues.dropped == 0


def test_a_device_that_stops_because_it_is_closed_is_no_trouble(cues: AudioCues, device: ScriptedDevice) -> None:
    cues.close()
    device.stop_callback()
    assert cues.trouble == ""


def test_whatever_a_sound_system_comes_up_with_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def odd(settings: AudioSettings) -> ScriptedDevice:
        raise RuntimeError("no mixer", 7)

    monkeypatch.setattr(audio, "open_playback", odd)
    with AudioCues() as cues:
        assert cues.settled(LIMIT_S)
        assert "(no mixer 7)" in cues.trouble


def test_without_the_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    with AudioCues() as cues:
        assert cues.settled(LIMIT_S)
        assert "miniaudio" in cues.trouble
        assert "pip install miniaudio" in cues.trouble
        cues.play(TONE)


def test_the_package_is_not_imported_before_something_shall_be_heard() -> None:
    program = "import sys, legcycle_imu.audio, legcycle_imu.cues; sys.exit('miniaudio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_stated_latency_is_well_within_a_stride() -> None:
    assert AudioSettings().latency_s == pytest.approx(0.06)
    assert AudioSettings(period_ms=10, periods=2).latency_s == pytest.approx(0.02)


class TestRealLibrary:
    """With miniaudio itself, whether or not there is a sound card."""

    @pytest.fixture(autouse=True)
    def _library(self) -> None:
        pytest.importorskip("miniaudio")

    def test_a_tone_is_taken_by_a_real_device(self, monkeypatch: pytest.MonkeyPatch) -> None:
        finished = Event()

        class Watched(audio.Mixer):
            def frames(self, count: int) -> Frames:
                mixed = super().frames(count)
                if self.silent:
                    finished.set()
                return mixed

        monkeypatch.setattr(audio, "Mixer", Watched)
        with AudioCues(UNHEARD) as cues:
            assert cues.settled(LIMIT_S)
            assert cues.trouble == ""
            cues.play(TONE)
            assert finished.wait(LIMIT_S)
            assert cues.dropped == 0

    def test_the_device_is_as_asked_for(self) -> None:
        with open_playback(UNHEARD) as device:
            assert (device.backend, device.nchannels, device.sample_rate) == ("Null", 2, 48_000)

    def test_without_a_device_a_sentence_says_so_and_all_goes_on(self) -> None:
        with AudioCues(ABSENT) as cues:
            assert cues.settled(LIMIT_S)
            assert cues.trouble.startswith("There are no audio cues, for no sound device can be used (")
            assert cues.trouble.endswith("Connect headphones or a loudspeaker and start again.")
            for _ in range(100):
                cues.play(TONE)
            assert cues.dropped == 0

    def test_opening_says_it_as_an_error_of_the_world(self) -> None:
        with pytest.raises(AudioError, match="no sound device"):
            open_playback(ABSENT)

    def test_a_device_that_nobody_hears_is_never_taken_for_one(self) -> None:
        import miniaudio  # noqa: PLC0415

        names = audio._real(miniaudio.Backend)
        assert "NULL" not in names
        assert {"WASAPI", "COREAUDIO", "PULSEAUDIO"} <= set(names)

    @pytest.mark.parametrize(("there", "asked"), [(True, True), (False, False)])
    def test_alsa_is_asked_only_where_there_is_a_card(
        self, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, *, there: bool, asked: bool
    ) -> None:
        import miniaudio  # noqa: PLC0415

        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setattr(audio, "ALSA_CARDS", tmp_path if there else tmp_path / "none")
        assert ("ALSA" in audio._real(miniaudio.Backend)) == asked

    def test_a_program_that_forgets_to_close_ends_all_the_same(self) -> None:
        program = (
            "from legcycle_imu.audio import AudioCues, AudioSettings\n"
            "cues = AudioCues(AudioSettings(backends=('NULL',)))\n"
            "assert cues.settled(10.0) and not cues.trouble\n"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=30, check=False)
        assert (done.returncode, done.stderr) == (0, b"")

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.samples import Side
from legcycle_imu.cues import DURATION_S, PAN, PITCH_HZ
from legcycle_imu.cycle import Phase
from legcycle_imu.tones import EDGE_S, MOST_AT_ONCE, Frames, Mixer, Tone, waveform

RATE_HZ = 48_000
LOUD = Tone(Side.LEFT, 3, Phase.LIFT, 660.0, -0.7, 0.12, 1.0)

any_tone = st.builds(
    Tone,
    side=st.sampled_from(Side),
    stride=st.just(0),
    phase=st.just(Phase.LIFT),
    pitch_hz=st.floats(200.0, 2000.0),
    pan=st.floats(-1.0, 1.0),
    duration_s=st.floats(0.03, 0.3),
    volume=st.floats(0.0, 1.0),
)


def power(frames: Frames) -> tuple[float, float]:
    left, right = np.square(frames.astype(np.float64)).sum(axis=0).tolist()
    return left, right


@pytest.mark.parametrize("side", Side)
def test_each_leg_sounds_at_its_own_pitch(side: Side) -> None:
    wave = waveform(LOUD._replace(pitch_hz=PITCH_HZ[side], duration_s=DURATION_S), RATE_HZ)
    spectrum = np.abs(np.fft.rfft(wave[:, 0], n=RATE_HZ))  # padded to one second: a bin is 1 Hz
    assert np.argmax(spectrum) == pytest.approx(PITCH_HZ[side], abs=1)


def test_the_pitches_of_the_legs_can_be_told_apart() -> None:
    assert PITCH_HZ[Side.RIGHT] / PITCH_HZ[Side.LEFT] == pytest.approx(4 / 3)


@pytest.mark.parametrize("side", Side)
def test_each_leg_is_on_its_own_side_and_heard_on_both(side: Side) -> None:
    left, right = power(waveform(LOUD._replace(pan=PAN[side]), RATE_HZ))
    near, far = (left, right) if side is Side.LEFT else (right, left)
    assert near > 4.0 * far
    assert far > 0.02 * near


@settings(derandomize=True, max_examples=50, deadline=None)
@given(tone=any_tone, pan=st.floats(-1.0, 1.0))
def test_where_it_is_heard_changes_nothing_in_how_loud_it_is(tone: Tone, pan: float) -> None:
    moved = sum(power(waveform(tone._replace(pan=pan), RATE_HZ)))
    assert moved == pytest.approx(sum(power(waveform(tone, RATE_HZ))), rel=1e-5)


@pytest.mark.parametrize(("pan", "silent"), [(-1.0, 1), (1.0, 0)])
def test_a_tone_all_on_one_side_is_not_heard_on_the_other(pan: float, silent: int) -> None:
    wave = waveform(LOUD._replace(pan=pan), RATE_HZ)
    assert np.abs(wave[:, silent]).max() < 1e-6
    assert np.abs(wave[:, 1 - silent]).max() == pytest.approx(1.0 / MOST_AT_ONCE, rel=0.01)


@settings(derandomize=True, max_examples=50, deadline=None)
@given(tone=any_tone)
def test_a_tone_begins_and_ends_at_nothing_without_a_click(tone: Tone) -> None:
    wave = waveform(tone, RATE_HZ)
    assert len(wave) == round(tone.duration_s * RATE_HZ)
    assert np.abs(wave[[0, -1]]).max() == 0.0
    # a sine swelling over EDGE_S changes no faster than this from frame to frame
    steepest = (np.pi / (2 * EDGE_S) + 2 * np.pi * tone.pitch_hz) * tone.volume / MOST_AT_ONCE / RATE_HZ
    assert np.abs(np.diff(wave, axis=0)).max() <= steepest + 1e-6


def test_it_swells_and_fades_and_is_steady_between() -> None:
    wave = waveform(LOUD._replace(pan=-1.0), RATE_HZ)[:, 0]
    edge = round(EDGE_S * RATE_HZ)
    quarter = edge // 4
    assert np.abs(wave[:quarter]).max() < 0.2 * np.abs(wave).max()
    assert np.abs(wave[-quarter:]).max() < 0.2 * np.abs(wave).max()
    middle = np.abs(wave[edge:-edge])
    peaks = [middle[k : k + 100].max() for k in range(0, len(middle) - 100, 100)]  # 100 frames: over a period
    assert min(peaks) > 0.99 * max(peaks)


def test_volume_scales_and_none_is_silence() -> None:
    loud, soft = (np.abs(waveform(LOUD._replace(volume=volume), RATE_HZ)).max() for volume in (1.0, 0.25))
    assert loud == pytest.approx(4.0 * soft)
    assert not waveform(LOUD._replace(volume=0.0), RATE_HZ).any()


@dataclass
class Score:
    """Tones and the frames at which they begin."""

    tones: list[Tone]
    begins: list[int]


@st.composite
def scores(draw: st.DrawFn) -> Score:
    tones = draw(st.lists(any_tone, max_size=MOST_AT_ONCE))
    return Score(tones, sorted(draw(st.integers(0, 5000)) for _ in tones))


def played(score: Score, cuts: list[int]) -> Frames:
    mixer = Mixer()
    waves = [waveform(tone, RATE_HZ) for tone in score.tones]
    parts = []
    for start, end in pairwise(sorted({0, 24_000, *score.begins, *cuts})):
        for begin, wave in zip(score.begins, waves, strict=True):
            if begin == start:
                mixer.add(wave)
        parts.append(mixer.frames(end - start))
    assert mixer.silent
    return np.concatenate(parts)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(score=scores(), cuts=st.lists(st.integers(0, 24_000), max_size=30))
def test_any_cutting_sounds_the_same_and_nothing_clips(score: Score, cuts: list[int]) -> None:
    whole = played(score, [])
    assert played(score, cuts).tobytes() == whole.tobytes()
    assert np.abs(whole).max() <= 1.0


def test_tones_add_up_where_they_overlap() -> None:
    left, right = LOUD, LOUD._replace(side=Side.RIGHT, pitch_hz=880.0, pan=0.7)
    both = played(Score([left, right], [0, 2000]), [])
    alone = played(Score([left], [0]), []) + played(Score([right], [2000]), [])
    np.testing.assert_array_equal(both, alone)


def test_no_more_begin_than_can_sound_without_clipping() -> None:
    mixer = Mixer()
    wave = waveform(LOUD._replace(pan=-1.0), RATE_HZ)
    for _ in range(MOST_AT_ONCE):
        assert not mixer.full
        mixer.add(wave)
    assert mixer.full
    with pytest.raises(ValueError, match="at most 2 tones"):
        mixer.add(wave)
    assert 0.95 < np.abs(mixer.frames(len(wave))).max() <= 1.0
    assert mixer.silent
    assert not mixer.full


def test_where_nothing_sounds_there_is_silence() -> None:
    mixer = Mixer()
    assert mixer.silent
    assert mixer.frames(100).shape == (100, 2)
    assert not mixer.frames(100).any()
    assert mixer.frames(100).dtype == np.float32

import copy
from collections.abc import Iterable
from itertools import pairwise
from math import nan
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.samples import Side
from legcycle_imu.cues import LATE_S, LONGEST_MEMORY, PAN, PAUSE_S, PITCH_HZ, CueDecision, CueSettings
from legcycle_imu.cycle import CYCLE, Phase
from legcycle_imu.model import STRIDE_COLUMNS, Stride
from legcycle_imu.targets import Judge, Targets, Verdict
from legcycle_imu.tones import Tone
from tests.strategies import Session

STRIDE_S = 0.7
LAG_S = 0.1
ON = CueSettings(audio=True)
EVERY_MISS = CueSettings(audio=True, k_of_n=(1, 1))
PHASES = [rule.phase for rule in CYCLE]


class Run(NamedTuple):
    """A stride as the decision gets it."""

    stride: Stride
    verdicts: tuple[Verdict, ...]


def a_stride(index: int, side: Side = Side.LEFT, *, start_s: float | None = None, **columns: Any) -> Stride:
    """Give a running stride of 0.7 s whose events were known 0.1 s after they happened."""
    start = STRIDE_S * index if start_s is None else start_s
    events = {
        "initial_contact": start,
        "toe_off": start + 0.25,
        "peak_heel_lift": start + 0.4,
        "peak_knee_drive": start + 0.6,
    }
    known = {f"{name}_s": t for name, t in events.items()} | {f"{n}_known_s": t + LAG_S for n, t in events.items()}
    base = dict.fromkeys(STRIDE_COLUMNS, nan) | {"side": side, "stride": index, "flags": frozenset()} | known
    return Stride(**(base | {"next_initial_contact_s": start + STRIDE_S} | columns))


def judged(stride: Stride, *, hit: bool | None, focus: Phase = Phase.LIFT) -> Run:
    """Give the stride with this verdict on the focused phase and the opposite one on the others."""
    other = None if hit is None else not hit
    verdicts = (
        Verdict(stride.side, stride.stride, phase, "heel_lift_cm", 0.0, 0.0, 0.0, hit if phase is focus else other)
        for phase in PHASES
    )
    return Run(stride, tuple(verdicts))


def run_of(text: str, side: Side = Side.LEFT, **columns: Any) -> list[Run]:
    """Give strides out of letters: x missed, o on target, ? not known."""
    hits = {"x": False, "o": True, "?": None}
    return [judged(a_stride(k, side, **columns), hit=hits[letter]) for k, letter in enumerate(text)]


def tones(decision: CueDecision, runs: Iterable[Run]) -> list[Tone]:
    return [tone for run in runs for tone in decision.push(run.stride, run.verdicts)]


def answered(text: str, setting: CueSettings = ON) -> list[int]:
    """Give which of the strides, out of letters, are answered by a tone."""
    return [tone.stride for tone in tones(CueDecision(setting), run_of(text))]


LONG_UNKNOWN = "?????"
"""Together longer than PAUSE_S."""
letters = st.lists(st.sampled_from(["x", "x", "x", "o", "?", LONG_UNKNOWN]), max_size=60).map(lambda a: "".join(a)[:60])
k_of_n = st.tuples(st.integers(1, 6), st.integers(0, 6)).map(lambda drawn: (drawn[0], drawn[0] + drawn[1]))
cue_settings = st.builds(
    CueSettings, audio=st.just(True), k_of_n=k_of_n, volume=st.floats(0.0, 1.0), fade=st.booleans()
)
quick = settings(derandomize=True, max_examples=100, deadline=None)


@quick
@given(text=letters, setting=cue_settings)
def test_only_a_miss_is_answered_and_only_after_k_of_n(text: str, setting: CueSettings) -> None:
    least, memory = setting.k_of_n
    sure = [(k, letter) for k, letter in enumerate(text) if letter != "?"]
    since = 0
    for k in answered(text, setting):
        assert text[k] == "x"
        place = sure.index((k, "x"))
        looked_at = sure[max(since, place + 1 - memory) : place + 1]
        assert sum(letter == "x" for _, letter in looked_at) >= least
        since = place + 1  # no miss is counted for two tones


@quick
@given(text=letters, setting=cue_settings)
def test_without_fading_no_tone_is_withheld_that_k_of_n_calls_for(text: str, setting: CueSettings) -> None:
    least, memory = setting.k_of_n
    expected, recent = [], ""
    for k, letter in enumerate(text):
        if text[:k].endswith(LONG_UNKNOWN):
            recent = ""
        recent = (recent + letter.replace("?", ""))[-memory:]
        if letter == "x" and recent.count("x") >= least:
            expected.append(k)
            recent = ""
    steady = CueSettings(audio=True, k_of_n=setting.k_of_n)
    assert answered(text, steady) == expected


@quick
@given(text=st.text("o?", max_size=60), setting=cue_settings)
def test_on_target_it_is_silent(text: str, setting: CueSettings) -> None:
    assert answered(text, setting) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("xx", []),
        ("xxx", [2]),
        ("xxxxxx", [2, 5]),
        ("xoxox", [4]),
        ("xoxoox", []),
        ("xoooxx", []),
        ("xxooxo", [4]),
        ("xxxooxxo", [2]),
        ("xx????x", [6]),
        ("xx?????x", []),
    ],
)
def test_three_of_five(text: str, expected: list[int]) -> None:
    assert answered(text) == expected


def test_one_of_one_answers_every_miss() -> None:
    assert answered("xoxxo", EVERY_MISS) == [0, 2, 3]


@quick
@given(left=letters, right=letters, setting=cue_settings, order=st.randoms(use_true_random=False))
def test_each_leg_is_on_its_own_in_any_order(left: str, right: str, setting: CueSettings, order: Any) -> None:
    legs = {Side.LEFT: run_of(left, Side.LEFT), Side.RIGHT: run_of(right, Side.RIGHT)}
    alone = {side: tones(CueDecision(setting), runs) for side, runs in legs.items()}
    turns = [side for side, runs in legs.items() for _ in runs]
    order.shuffle(turns)
    waiting = {side: iter(runs) for side, runs in legs.items()}
    together = tones(CueDecision(setting), (next(waiting[side]) for side in turns))
    for side in Side:
        assert [tone for tone in together if tone.side is side] == alone[side]


@pytest.mark.parametrize("side", Side)
def test_a_tone_tells_the_leg_by_pitch_and_by_ear_and_what_it_answers(side: Side) -> None:
    setting = CueSettings(audio=True, focus=Phase.DRIVE, k_of_n=(1, 1), volume=0.7)
    run = judged(a_stride(5, side), hit=False, focus=Phase.DRIVE)
    (tone,) = tones(CueDecision(setting), [run])
    assert (tone.side, tone.stride, tone.phase, tone.volume) == (side, 5, Phase.DRIVE, 0.7)
    assert (tone.pitch_hz, tone.pan) == (PITCH_HZ[side], PAN[side])
    assert tone.duration_s < STRIDE_S / 2


def test_left_is_left_and_right_is_right() -> None:
    assert PAN[Side.LEFT] < 0.0 < PAN[Side.RIGHT]


@pytest.mark.parametrize("focus", PHASES)
def test_the_focused_phase_alone_decides(focus: Phase) -> None:
    setting = CueSettings(audio=True, focus=focus, k_of_n=(1, 1))
    missed, on_target = (judged(a_stride(k), hit=hit, focus=focus) for k, hit in enumerate((False, True)))
    assert [tone.phase for tone in tones(CueDecision(setting), [missed, on_target])] == [focus]


def test_it_is_off_by_default() -> None:
    decision = CueDecision()
    assert decision.muted
    assert tones(decision, run_of("x" * 30)) == []


@quick
@given(text=letters, setting=cue_settings, muted=st.lists(st.booleans(), min_size=60, max_size=60))
def test_muting_takes_tones_out_and_changes_nothing_else(text: str, setting: CueSettings, muted: list[bool]) -> None:
    decision = CueDecision(setting)
    heard = []
    for run, mute in zip(run_of(text), muted, strict=False):
        decision.muted = mute
        heard += [tone.stride for tone in decision.push(*run)]
    assert heard == [k for k in answered(text, setting) if not muted[k]]


@pytest.mark.parametrize("flag", ["gap", "inferred", "no_peak", "out_of_order", "saturated", "walk"])
def test_doubtful_strides_are_neither_hit_nor_miss(flag: str) -> None:
    doubtful = run_of("x" * 10, flags=frozenset({flag}))
    assert tones(CueDecision(EVERY_MISS), doubtful) == []
    decision = CueDecision(ON)
    assert tones(decision, run_of("xx") + doubtful[2:4]) == []
    assert [tone.stride for tone in tones(decision, run_of("xx??x")[4:])] == [4]


def test_flags_that_say_nothing_against_the_stride_do_not_silence() -> None:
    assert tones(CueDecision(EVERY_MISS), run_of("x", flags=frozenset({"low_lift"})))
    assert tones(CueDecision(EVERY_MISS), run_of("x", flags=frozenset({"virtual"})))


@pytest.mark.parametrize("event", ["initial_contact", "toe_off", "peak_heel_lift", "peak_knee_drive"])
def test_what_was_held_while_aligning_is_history(event: str) -> None:
    def known_after(delay_s: float) -> Run:
        stride = a_stride(3)
        return judged(stride._replace(**{f"{event}_known_s": getattr(stride, f"{event}_s") + delay_s}), hit=False)

    assert tones(CueDecision(EVERY_MISS), [known_after(LATE_S - 0.01)])
    assert tones(CueDecision(EVERY_MISS), [known_after(LATE_S + 0.01)]) == []


def test_history_does_not_count_towards_later_tones() -> None:
    held = [judged(a_stride(k)._replace(peak_heel_lift_known_s=20.0), hit=False) for k in range(20)]
    decision = CueDecision(ON)
    assert tones(decision, held) == []
    later = [judged(a_stride(k), hit=False) for k in range(29, 33)]
    assert [tone.stride for tone in tones(decision, later)] == [31]


@pytest.mark.parametrize(("pause_s", "expected"), [(PAUSE_S - 0.1, [2]), (PAUSE_S + 0.1, [4])])
def test_after_a_pause_earlier_misses_are_forgotten(pause_s: float, expected: list[int]) -> None:
    shift_s = 2 * STRIDE_S + pause_s
    after = [judged(a_stride(k, start_s=shift_s + STRIDE_S * (k - 2)), hit=False) for k in range(2, 5)]
    assert [tone.stride for tone in tones(CueDecision(ON), run_of("xx") + after)] == expected


def test_a_pause_of_one_leg_is_none_of_the_other() -> None:
    decision = CueDecision(ON)
    tones(decision, run_of("xx", Side.RIGHT))
    late = judged(a_stride(9, Side.LEFT), hit=False)
    assert tones(decision, [late]) == []
    assert len(tones(decision, run_of("xxx", Side.RIGHT)[2:])) == 1


def test_fading_makes_tones_rarer_by_n_strides_each_time() -> None:
    fading = CueSettings(audio=True, k_of_n=(3, 5), fade=True)
    cued = answered("x" * 60, fading)
    assert cued == [2, 5, 13, 26, 44]
    assert answered("x" * 60)[:2] == [2, 5]
    assert len(answered("x" * 60)) == 20


@quick
@given(text=letters, setting=cue_settings, cut=st.integers(0, 60))
def test_a_copy_of_the_state_goes_on_alike(text: str, setting: CueSettings, cut: int) -> None:
    runs = run_of(text)
    decision = CueDecision(setting)
    tones(decision, runs[:cut])
    twin = CueDecision(setting, copy.deepcopy(decision.state))
    assert tones(twin, runs[cut:]) == tones(decision, runs[cut:])
    assert decision.flush() == []


def test_on_target_it_is_silent_even_where_the_settings_became_stricter() -> None:
    lenient = CueDecision(CueSettings(audio=True, k_of_n=(5, 5)))
    assert tones(lenient, run_of("xxxx")) == []
    strict = CueDecision(EVERY_MISS, lenient.state)
    assert [tone.stride for tone in tones(strict, run_of("xxxxox")[4:])] == [5]


def test_a_restart_forgets_all_but_the_mute_key() -> None:
    decision = CueDecision(CueSettings(audio=True, fade=True))
    first = tones(decision, run_of("x" * 30))
    decision.restart()
    assert tones(decision, run_of("x" * 30)) == first
    decision.muted = True
    decision.restart()
    assert decision.muted


def test_real_verdicts_call_for_tones_where_the_drive_is_short() -> None:
    judge = Judge(Targets(drive_deg=50.0))
    decision = CueDecision(CueSettings(audio=True, focus=Phase.DRIVE, k_of_n=(2, 3)))
    drives = [52.0, 49.0, 51.0, 48.0, 50.0, 55.0, nan, 47.0]
    strides = [a_stride(k, knee_drive_deg=drive, cadence_spm=171.0) for k, drive in enumerate(drives)]
    assert [t.stride for t in tones(decision, (Run(stride, judge.push(stride)) for stride in strides))] == [3, 7]


def test_a_replay_in_gulps_calls_for_the_tones_that_sounded_live(run: Session) -> None:
    live = cued_in(run.knowing(), 1)
    assert {tone.side for tone in live} == set(Side)
    assert cued_in(run.knowing(), 50) == cued_in(run.knowing(), 10**6) == live


def test_a_jogger_is_cued_for_the_drive_every_third_stride_and_not_for_the_lift(run: Session) -> None:
    cued = cued_in(run.knowing(), 50)
    for side in Side:
        strides = [tone.stride for tone in cued if tone.side is side]
        assert len(strides) > 2
        assert {later - earlier for earlier, later in pairwise(strides)} == {3}
    assert cued_in(run.knowing(), 50, focus=Phase.LIFT) == []


def cued_in(session: Session, at_once: int, focus: Phase = Phase.DRIVE) -> list[Tone]:
    """Give the tones of a session of which so many chunks are taken at once."""
    pipeline, judge = session.pipeline(), Judge(geometry=session.geometry)
    decision = CueDecision(CueSettings(audio=True, focus=focus))
    chunks = session.chunks(5)
    updates = [pipeline.push(chunks[k : k + at_once]) for k in range(0, len(chunks), at_once)]
    strides = [stride for update in (*updates, pipeline.flush()) for stride in update.strides]
    return tones(decision, (Run(stride, judge.push(stride)) for stride in strides))


def test_push_has_no_figure_of_the_coach_and_is_silent() -> None:
    judge = Judge()
    decision = CueDecision(CueSettings(audio=True, focus=Phase.PUSH, k_of_n=(1, 1)))
    strides = [a_stride(k, hip_extension_deg=-20.0, cadence_spm=171.0) for k in range(5)]
    assert tones(decision, (Run(stride, judge.push(stride)) for stride in strides)) == []


@pytest.mark.parametrize("wrong", [(), (3,), (1, 2, 3), (0, 5), (6, 5), (1, LONGEST_MEMORY + 1)])
def test_k_of_n_that_cannot_be_is_refused(wrong: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"expected k_of_n as \[k, n\]"):
        CueSettings(k_of_n=wrong)


@pytest.mark.parametrize("volume", [-0.1, 1.1, nan])
def test_a_volume_that_cannot_be_is_refused(volume: float) -> None:
    with pytest.raises(ValueError, match="expected volume from 0 to 1"):
        CueSettings(volume=volume)


def test_what_is_no_phase_cannot_be_the_focus() -> None:
    with pytest.raises(ValueError, match="expected a phase"):
        CueSettings(focus=Phase.UNKNOWN)


def test_settings_can_be_written_as_a_table() -> None:
    table = {"audio": True, "focus": "drive", "k_of_n": [2, 4], "volume": 1, "fade": True}
    assert msgspec.convert(table, CueSettings) == CueSettings(True, Phase.DRIVE, (2, 4), 1.0, True)

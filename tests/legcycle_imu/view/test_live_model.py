from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.slip import Slip
from firmware_bridge.backlog import Amount
from firmware_bridge.recorder_state import Condition, RecorderState
from firmware_bridge.replay import ReplaySource
from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.sensor_health import SensorHealth, State
from legcycle_imu.config import Config
from legcycle_imu.cycle import Phase
from legcycle_imu.demo import bundled_recording
from legcycle_imu.model import Stride, Update
from legcycle_imu.passage import Passage
from legcycle_imu.targets import Lift, Preset, Targets
from legcycle_imu.view.live_model import LiveModel
from legcycle_imu.view.state import LegState, LiveState
from legcycle_imu.view.words import METRICS
from tests.legcycle_imu.view import guided
from tests.legcycle_imu.view.guided import standing
from tests.legcycle_imu.view.made import GEOMETRY, running, sensors, stride
from tests.strategies import Session, with_gaps
from tests.strategies import running as session_of_running


def follow(session: Session, samples: int = 5) -> Iterator[tuple[LiveModel, Update, float]]:
    """Play a session as it would arrive; give the model after every push."""
    model = LiveModel(session.sensors, None, session.geometry, session.known_calibration)
    pipeline = session.pipeline()
    for chunk in session.chunks(samples):
        update, now_s = pipeline.push([chunk]), chunk.arrival_ns * 1e-9
        model.push(update, now_s)
        yield model, update, now_s


def frames(session: Session, every_s: float = 0.2) -> Iterator[tuple[LiveState, list[Stride]]]:
    """Give the picture several times a second, with all strides until then."""
    strides: list[Stride] = []
    due = 0.0
    for model, update, now_s in follow(session):
        strides += update.strides
        if now_s >= due:
            due = now_s + every_s
            yield model.state(now_s), list(strides)


@cache
def whole_run() -> tuple[tuple[LiveState, tuple[Stride, ...]], ...]:
    return tuple((state, tuple(strides)) for state, strides in frames(session_of_running().knowing()))


@cache
def demo() -> tuple[tuple[LiveState, ...], tuple[Stride, ...]]:
    with bundled_recording() as path:
        passage = Passage.of(path, config=Config())
        with passage:
            source = passage.source
            assert isinstance(source, ReplaySource)
            model = LiveModel(source.sensors, None, passage.runner.geometry)
            states, strides, due = [], [], 0.0
            for batch in source:
                for chunk in batch:
                    now_s = chunk.arrival_ns * 1e-9
                    update = passage.pipeline.push([chunk])
                    model.push(update, now_s)
                    strides += update.strides
                    if now_s >= due:
                        due = now_s + 0.25
                        states.append(model.state(now_s))
            return tuple(states), tuple(strides)


def made(*sides: Side) -> LiveModel:
    return LiveModel(sensors(*sides), geometry=GEOMETRY)


def test_before_anything_came_every_part_says_so():
    state = made().state(0.0)
    assert all(leg.state is LegState.NO_DATA and leg.sentence for leg in state.legs.values())
    assert all(np.isnan(c.knee_deg).all() and c.gaps == () and c.phases == () for c in state.curves.legs.values())
    assert all(leg.latest is None and leg.dots == () for h in state.histories for leg in h.legs.values())
    assert (state.cadence_spm, state.coverage, state.latency, state.recorder) == (None, None, None, None)
    assert all(chip.mark.word == "waiting" for chip in state.sensors)
    assert (state.big.word, state.big.number) == ("NO DATA", None)
    assert state.strides == 0


def test_the_numbers_are_those_of_the_stride_table_for_every_stride():
    for state, strides in whole_run():
        assert state.strides == len(strides)
        for history in state.histories:
            for side, leg in history.legs.items():
                rows = [s for s in strides if s.side is side][-20:]
                factor = METRICS[history.metric].factor
                assert [dot.stride for dot in leg.dots] == [s.stride for s in rows]
                expected = [getattr(s, history.metric) * factor for s in rows]
                assert np.array_equal([dot.value for dot in leg.dots], expected, equal_nan=True)


def test_ghosts_have_the_numbers_of_the_stride_table():
    ghosts = {
        (side, g.phase, g.t_s): g for state, _ in whole_run() for side, leg in state.legs.items() for g in leg.ghosts
    }
    compared = 0
    for one in whole_run()[-1][1]:
        for phase, t, value in (
            (Phase.LIFT, one.peak_heel_lift_s, one.heel_lift_cm),
            (Phase.DRIVE, one.peak_knee_drive_s, one.knee_drive_deg),
        ):
            if (one.side, phase, t) in ghosts:
                assert ghosts[one.side, phase, t].value == value
                compared += 1
    assert compared > 40


def test_phase_shares_are_those_of_the_last_stride():
    for state, strides in whole_run()[::5]:
        for side, leg in state.legs.items():
            last = next((s for s in reversed(strides) if s.side is side), None)
            if last is None or leg.state is not LegState.LIVE or not leg.shares:
                continue
            assert [s.duration_ms for s in leg.shares] == pytest.approx(
                [1e3 * d for d in (last.push_s, last.lift_s, last.drive_s, last.place_s)]
            )


def test_while_running_every_part_is_alive():
    alive = [state for state, strides in whole_run() if len(strides) > 20]
    assert alive
    for state in alive:
        assert all(
            leg.state is LegState.LIVE and leg.stick and leg.phase is not Phase.UNKNOWN for leg in state.legs.values()
        )
        assert all(len(leg.ghosts) == 2 and leg.hand is not None for leg in state.legs.values())
        assert state.cadence_spm == pytest.approx(170.0, abs=25.0)
        assert state.coverage == pytest.approx(1.0, abs=0.02)
        assert state.latency is not None
        assert 0.0 < state.latency.total_s < 0.3
        assert state.cue.phase is not Phase.UNKNOWN
        assert state.big.number is not None
        assert all(balance.mark.word != "not known" for balance in state.balances)
        assert all(chip.here for chip in state.sensors)


def test_curves_are_the_angles():
    state, _ = whole_run()[-1]
    update = session_of_running().knowing().update()
    for side, curves in state.curves.legs.items():
        for segment, shown in ((Segment.THIGH, curves.thigh_deg), (Segment.SHANK, curves.shank_deg)):
            found = [a for a in update.angles if a.placement == Placement(side, segment)]
            time, angle = (np.concatenate([getattr(a, name) for a in found]) for name in ("time", "angle"))
            known = ~np.isnan(shown)
            expected = np.interp(state.curves.time_s[known], time, angle)
            assert known.mean() > 0.9
            assert shown[known] == pytest.approx(np.degrees(expected), abs=1e-6)


def test_gaps_are_shown_as_gaps_and_no_value_lies_in_them():
    shown = {}
    for state, _ in frames(with_gaps()):
        for side, curves in state.curves.legs.items():
            for gap in curves.gaps:
                inside = (state.curves.time_s > gap.start + 0.011) & (state.curves.time_s < gap.end - 0.011)
                assert np.isnan(curves.knee_deg[inside]).all()
                shown.setdefault(side, set()).add(round(gap.start, 1))
    assert 5.5 in shown[Side.RIGHT]


def test_a_lost_sensor_of_one_leg_greys_that_leg_alone():
    lost, other = [], []
    for state, _ in frames(with_gaps()):
        if 5.5 + 1.7 < state.now_s < 8.4:
            lost.append(state.legs[Side.RIGHT])
            other.append(state.legs[Side.LEFT])
            for history in state.histories:
                assert history.legs[Side.RIGHT].latest is None
            assert all(balance.left is None and balance.right is None for balance in state.balances)
            assert state.cue.side is Side.LEFT or state.cue.phase is Phase.UNKNOWN
    assert lost
    assert all(leg.state is LegState.NO_DATA and "right shank" in leg.sentence and leg.stick is None for leg in lost)
    assert all(leg.state is LegState.LIVE and leg.stick is not None for leg in other)


def test_aligning_comes_before_live_and_says_why(preamble):
    states = [state.legs[Side.LEFT] for state, _ in frames(preamble, 0.5)]
    order = [leg.state for leg in states]
    assert LegState.ALIGNING in order
    assert LegState.LIVE in order or LegState.POOR in order
    first_seen = next(k for k, state in enumerate(order) if state.seen)
    assert LegState.ALIGNING not in order[first_seen:]
    assert all(leg.sentence and leg.stick is None for leg in states if leg.state is LegState.ALIGNING)


def test_a_reason_that_was_told_is_said_while_it_lasts():
    model = made()
    model.trouble(Side.LEFT, "the left leg has hardly moved yet")
    model._legs[Side.LEFT].known.sampled = dict.fromkeys(Segment, 10.0)
    assert model.state(10.0).legs[Side.LEFT].sentence == "the left leg has hardly moved yet"
    model.trouble(Side.LEFT, "")
    assert model.state(10.0).legs[Side.LEFT].sentence == "the left leg has hardly moved yet"


@given(st.lists(st.integers(0, 3000), max_size=8))
def test_looking_changes_nothing(looks):
    """The same is shown at the end, however often the picture was asked for."""
    updates = [running(10.0 + 0.1 * k, *Side) for k in range(1, 12)]
    watched, unwatched = made(), made()
    for k, update in enumerate(updates):
        now_s = 10.0 + 0.1 * k
        for model in (watched, unwatched):
            model.push(update, now_s)
        if k in {look % 12 for look in looks}:
            watched.state(now_s)
    one, other = watched.state(11.1), unwatched.state(11.1)
    assert one.legs == other.legs
    assert one.histories == other.histories
    assert one.cue == other.cue


def test_the_demo_is_alive_within_2_s_and_reaches_its_target():
    states, strides = demo()
    early = [state for state in states if 1.9 < state.now_s < 2.5]
    assert early
    assert all(leg.state is LegState.LIVE and leg.stick for state in early for leg in state.legs.values())
    legs = [(side, leg) for state in states for side, leg in state.histories[1].legs.items()]
    drive = {(dot.stride, side): dot for side, leg in legs for dot in leg.dots}
    assert {True, False} <= {dot.hit for dot in drive.values()}
    assert all((dot.hit is None) == isnan(dot.value) for dot in drive.values() if dot.counted)
    for one in strides:
        if (one.stride, one.side) in drive and not isnan(one.knee_drive_deg):
            assert drive[one.stride, one.side].value == one.knee_drive_deg
    assert {state.cue.phase for state in states} >= {Phase.UNKNOWN, Phase.DRIVE}


def test_restart_forgets_the_run_and_keeps_what_is_set():
    model = made()
    model.focus(Phase.DRIVE)
    model.push(running(11.0, *Side, strides=[stride(n, side) for n in range(5) for side in Side]), 11.0)
    model.sensors([SensorHealth(State.STREAMING)] * 4)
    assert model.state(11.0).cue.phase is Phase.DRIVE
    model.restart()
    state = model.state(11.0)
    assert state.strides == 0
    assert all(leg.state is LegState.NO_DATA for leg in state.legs.values())
    assert all(chip.mark.word == "streaming" for chip in state.sensors)
    model.push(
        running(11.0, *Side, strides=[stride(n, side, knee_drive_deg=60.0) for n in range(5) for side in Side]), 11.0
    )
    assert model.state(11.0).cue.phase is Phase.DRIVE


def test_a_replay_that_begins_anew_shows_the_same():
    model = made()
    update = running(11.0, *Side, strides=[stride(n, side) for n in range(9) for side in Side])
    model.push(update, 11.0)
    first = model.state(11.0)
    model.restart()
    model.push(update, 11.0)
    again = model.state(11.0)
    assert again.legs == first.legs
    assert again.histories == first.histories
    assert again.balances == first.balances


def test_one_leg_alone():
    model = made(Side.RIGHT)
    model.push(running(11.0, Side.RIGHT, strides=[stride(n, Side.RIGHT) for n in range(9)]), 11.0)
    state = model.state(11.0)
    assert list(state.legs) == list(state.curves.legs) == [Side.RIGHT]
    assert all(list(history.legs) == [Side.RIGHT] for history in state.histories)
    assert state.balances == ()
    assert len(state.sensors) == 2
    assert state.big.number is not None


def test_sensors_and_recorder_are_shown_as_told():
    model = made()
    health = [SensorHealth(State.WEAK, ("Loses 5% of its samples.",), rate_hz=99.0, loss=0.05)] * 4
    model.sensors(health)
    nothing = Amount()
    model.recorder(
        RecorderState(Condition.RECORDING, "Recording.", 5.0, Amount(3, 99), nothing, nothing, 0.0, alarm=False)
    )
    state = model.state(0.0)
    assert [chip.label for chip in state.sensors] == ["LT", "LS", "RT", "RS"]
    assert all(chip.mark == ("▲", "weak") and chip.loss == 0.05 for chip in state.sensors)
    assert state.recorder is not None
    assert state.recorder.bytes == 99
    model.recorder(None)
    assert model.state(0.0).recorder is None


def test_sensors_of_which_nobody_tells_go_by_their_samples():
    model = made()
    model.push(running(11.0, *Side), 11.0)
    assert all(chip.mark.word == "streaming" for chip in model.state(11.2).sensors)
    assert all(chip.mark.word == "lost" for chip in model.state(14.0).sensors)


def test_a_stopped_stream_greys_all_that_is_of_now():
    model = made()
    model.push(running(11.0, *Side, strides=[stride(n, side) for n in range(2) for side in Side]), 11.0)
    assert model.state(11.0).cadence_spm is not None
    state = model.state(13.0)
    assert all(leg.state is LegState.NO_DATA and leg.stick is None for leg in state.legs.values())
    assert all(leg.latest is None for history in state.histories for leg in history.legs.values())
    assert (state.cadence_spm, state.latency, state.big.number) == (None, None, None)
    assert state.big.word == "NO DATA"


def test_walking_has_no_cue():
    model = made()
    walk = frozenset({"walk"})
    model.push(running(11.0, *Side, strides=[stride(n, side, flags=walk) for n in range(9) for side in Side]), 11.0)
    state = model.state(11.0)
    assert state.cue.mark.word == "ready"
    assert all(not dot.counted for history in state.histories for leg in history.legs.values() for dot in leg.dots)


def test_numbers_agree_with_each_other():
    for state, _ in whole_run()[::7]:
        drive = state.histories[1]
        for balance in state.balances:
            if balance.metric == drive.metric and balance.left is not None:
                good = [dot.value for dot in drive.legs[Side.LEFT].dots if dot.counted and not isnan(dot.value)]
                assert balance.left == pytest.approx(np.mean(good[-20:]))
        assert all(leg.drive_deg == 50.0 for leg in state.legs.values())


class TestCalibrating:
    def test_there_is_none_unless_somebody_calibrates(self) -> None:
        model = LiveModel(sensors())
        assert model.state(0.0).calibration is None
        model.calibrating(guided.STAND)
        seen = model.state(0.0).calibration
        assert seen is not None
        assert seen.instruction == guided.STAND.instruction
        assert [one.place for one in seen.sensors] == [str(facts.placement) for facts in sensors()]
        model.calibrating(None)
        assert model.state(0.0).calibration is None

    def test_at_the_end_the_legs_are_those_of_the_samples(self) -> None:
        model = LiveModel(sensors())
        model.push(Update(samples=standing(30.0)), 3.0)  # before anybody calibrates: not kept
        model.calibrating(guided.DONE)
        seen = model.state(3.0).calibration
        assert seen is not None
        assert [leg.stick for leg in seen.legs.values()] == [None, None]
        model.push(Update(samples=standing(30.0, start=3.0)), 6.0)
        seen = model.state(6.0).calibration
        assert seen is not None
        assert all(leg.stick is not None for leg in seen.legs.values())
        model.restart()
        seen = model.state(6.0).calibration
        assert seen is not None
        assert [leg.stick for leg in seen.legs.values()] == [None, None]


def test_a_slip_is_said_of_its_leg():
    model = LiveModel(sensors(), geometry=GEOMETRY)
    slip = Slip.tilted(Side.RIGHT, Segment.THIGH, 11.0, 0.26)
    model.push(replace(running(12.0, *Side), slips=[slip]), 12.0)
    legs = model.state(12.0).legs
    assert legs[Side.RIGHT].sentence == slip.sentence
    assert legs[Side.RIGHT].state is LegState.POOR
    assert legs[Side.LEFT].sentence == ""


def test_sensors_that_are_worn_elsewhere_than_was_believed_are_told_by_their_chips():
    model = LiveModel(sensors())
    one, two, *others = sensors()
    model.worn([one._replace(placement=two.placement), two._replace(placement=one.placement), *others])
    assert [chip.label for chip in model.state(0.0).sensors] == ["LS", "LT", "RT", "RS"]


def test_other_targets_hold_at_once_for_the_strides_to_come():
    model = LiveModel(sensors(), Targets(), GEOMETRY)
    model.push(Update(strides=(stride(0, knee_drive_deg=45.0, heel_lift_cm=3.0),)), 1.0)
    model.aim(Targets(lift=Lift.BUTTOCK, drive_deg=44.0))
    model.push(Update(strides=(stride(1, knee_drive_deg=45.0, peak_knee_flexion_deg=110.0),)), 2.0)
    lift, drive, *_ = model.state(2.0).histories
    assert [dot.hit for dot in drive.legs[Side.LEFT].dots] == [False, True]
    assert drive.legs[Side.LEFT].target == 44.0
    assert lift.metric == "peak_knee_flexion_deg"
    assert [dot.hit for dot in lift.legs[Side.LEFT].dots] == [False]


def test_other_targets_stay_when_a_recording_is_shown_from_elsewhere():
    model = LiveModel(sensors(), Targets(), GEOMETRY)
    model.aim(Targets(drive_deg=44.0))
    model.restart()
    model.push(Update(strides=(stride(0, knee_drive_deg=45.0),)), 1.0)
    assert model.state(1.0).histories[1].legs[Side.LEFT].dots[0].hit is True


def test_the_cue_begins_anew_with_other_targets_and_keeps_its_focus():
    model = LiveModel(sensors(), Targets(), GEOMETRY)
    model.focus(Phase.DRIVE)
    for number in range(5):
        model.push(Update(strides=(stride(number, knee_drive_deg=45.0),)), 1.0 + number)
    model.aim(Targets(Preset.CUSTOM, drive_deg=44.0))
    for number in range(5, 8):
        model.push(Update(strides=(stride(number, knee_drive_deg=45.0),)), 1.0 + number)
    cue = model._cue.view([Side.LEFT])
    assert cue is not None
    assert (cue.phase, cue.hits) == (Phase.DRIVE, (3, 3))

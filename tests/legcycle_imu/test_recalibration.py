"""Recordings calibrated afterwards: how the sensors really sat is known, since they are simulated."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from math import degrees
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from calibration.model import CalibrationSet, IntrinsicCalibration, LegCalibration, WornSensor, ZeroSource
from firmware_bridge.errors import LegcycleError, Reason
from firmware_bridge.recording_writer import whole_recording
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from firmware_bridge.source import NO_SENSOR, Chunk, Kind
from legcycle_imu.recalibration import Recalibration, RecalibrationSettings, recalibrated
from legcycle_imu.simulation import Script, Section, SectionKind, draw_sensors
from legcycle_imu.simulation.recording import chunks, recording_meta
from legcycle_imu.simulation.sensors import PLACEMENTS
from tests.strategies import Session, session_of, true_calibration, without

LONG_S = 75.0
MADE = "2026-05-01T10:00:00+00:00"
LEFT_THIGH, LEFT_SHANK, RIGHT_THIGH, RIGHT_SHANK = PLACEMENTS
THIGHS = {LEFT_THIGH: RIGHT_THIGH, RIGHT_THIGH: LEFT_THIGH}
STAND, LIFTS = Section(SectionKind.STAND, 4.0), Section(SectionKind.KNEE_LIFTS, 12.0)
WITHIN_DEG = 8.0
"""How far a frame may be from the true one: three times the uncertainty of the zero. Sensors that move do by 40."""


def run_of(seconds: float) -> Script:
    return Script((Section(SectionKind.RUN, seconds, 3.2),), overground=False)


@cache
def long_run() -> Session:
    return session_of(run_of(LONG_S), draw_sensors(6, rate_hz=100.0), 6)


@cache
def short_run() -> Session:
    return session_of(run_of(12.0), draw_sensors(7, rate_hz=100.0), 7)


@pytest.fixture
def recorded(tmp_path: Path) -> Callable[..., Path]:
    """Write a session as a recording, its sensors with devices, believed to be worn where the test says."""

    def write(
        session: Session,
        believed: Mapping[Placement, Placement] | None = None,
        known: CalibrationSet | None = None,
        entries: Sequence[Chunk] = (),
    ) -> Path:
        path = tmp_path / f"run {len(list(tmp_path.iterdir()))}.legcycle"
        meta = recording_meta(session.simulation.sensors, session.simulation.runner)
        sensors = tuple(
            facts._replace(device=device(number), placement=(believed or {}).get(facts.placement, facts.placement))
            for number, facts in enumerate(meta.sensors)
        )
        text = None if known is None else known.to_json()
        stream = chunks(session.simulation.samples, session.simulation.sensors, 20)
        with whole_recording(path, replace(meta, sensors=sensors, calibration=text)) as writer:
            writer.add_many(sorted([*stream, *entries], key=lambda chunk: chunk.arrival_ns))
        return path

    return write


def device(number: int) -> str:
    return f"device {number}"


def worn(session: Session) -> tuple[WornSensor, ...]:
    """Who truly wears what."""
    return tuple(WornSensor(device(number), 0, *facts.placement) for number, facts in enumerate(session.sensors))


def entry(calibration: CalibrationSet | bytes, at_s: float) -> Chunk:
    text = calibration if isinstance(calibration, bytes) else calibration.to_json().encode()
    return Chunk(NO_SENSOR, round(at_s * 1e9), text, Kind.CALIBRATION)


def apart_deg(one: LegCalibration | None, other: LegCalibration | None) -> float:
    """By how much the frames of two calibrations differ, the worse segment."""
    assert one is not None
    assert other is not None
    turns = [Rotation.from_matrix(one[s].matrix() @ other[s].matrix().T).magnitude() for s in Segment]
    return degrees(max(turns))


def assert_true(found: Recalibration, session: Session, *sides: Side) -> None:
    assert {leg.side for leg in found.calibration.legs} == set(sides or Side)
    for leg in found.calibration.legs:
        assert apart_deg(leg, session.calibration.leg(leg.side)) < WITHIN_DEG


def moved(session: Session, at: Placement, from_s: float, until_s: float, turn_deg: float = 40.0) -> Session:
    """The same with a sensor that sits otherwise for some time."""
    turn = Rotation.from_euler("xyz", [0.0, turn_deg, 0.5 * turn_deg], degrees=True).as_matrix().T

    def change(placement: Placement, block: SampleBlock) -> SampleBlock:
        if placement != at:
            return block
        away = ((block.time >= from_s) & (block.time < until_s))[:, None]
        return replace(
            block, gyr=np.where(away, block.gyr @ turn, block.gyr), acc=np.where(away, block.acc @ turn, block.acc)
        )

    return session.with_samples(change)


class TestWindows:
    def test_all_windows_of_a_steady_run_agree_and_give_how_the_sensors_sit(self, recorded):
        path = recorded(long_run())
        before = path.read_bytes()

        found = recalibrated(path, now=lambda: MADE)

        assert_true(found, long_run())
        assert found.windows == dict.fromkeys(Side, (4, 4))
        assert (found.missing, found.exchanged) == ({}, "")
        assert found.calibration.made == MADE
        assert found.calibration.sensors == worn(long_run())
        assert {leg.zero_source for leg in found.calibration.legs} == {ZeroSource.RUNNING}
        assert path.read_bytes() == before

    def test_their_mean_is_no_worse_than_they_are(self, recorded):
        path = recorded(long_run())
        whole = recalibrated(path)
        parts = [recalibrated(path, start, start + 30.0) for start in (0.0, 15.0, 30.0, 45.0)]
        for side in Side:
            true = long_run().calibration.leg(side)
            worst = max(apart_deg(part.calibration.leg(side), true) for part in parts)
            assert apart_deg(whole.calibration.leg(side), true) <= worst + 1e-6

    def test_a_stride_in_two_windows_counts_once(self, recorded):
        found = recalibrated(recorded(long_run()))
        true = {side: sum(s.side is side for s in long_run().simulation.strides) for side in Side}
        for leg in found.calibration.legs:
            assert 0.85 * true[leg.side] <= leg.strides <= true[leg.side] + 1

    @pytest.mark.parametrize(("from_s", "until_s"), [(55.0, LONG_S), (0.0, 20.0)], ids=["late", "early"])
    @pytest.mark.parametrize("at", [LEFT_THIGH, LEFT_SHANK])
    def test_of_a_sensor_that_moved_the_longer_part_decides(self, recorded, at, from_s, until_s):
        found = recalibrated(recorded(moved(long_run(), at, from_s, until_s)))
        assert_true(found, long_run(), *(leg.side for leg in found.calibration.legs))
        agreeing, windows = found.windows[Side.LEFT]
        assert agreeing <= 3
        assert windows <= 4
        assert found.windows[Side.RIGHT] == (4, 4)

    def test_a_short_recording_is_one_window(self, recorded):
        found = recalibrated(recorded(short_run()))
        assert_true(found, short_run())
        assert found.windows == dict.fromkeys(Side, (1, 1))
        assert all(8 <= leg.strides <= 18 for leg in found.calibration.legs)

    def test_too_few_strides_for_a_window_do_as_a_last_chance(self, recorded):
        few = session_of(run_of(5.0), draw_sensors(8, rate_hz=100.0), 8)
        found = recalibrated(recorded(few))
        assert len(found.calibration.legs) == 2
        assert found.windows == dict.fromkeys(Side, (1, 1))
        assert all(2 <= leg.strides < 8 for leg in found.calibration.legs)

    def test_what_is_asked_for_is_what_is_done(self, recorded):
        found = recalibrated(recorded(long_run()), settings=RecalibrationSettings(window_s=20.0, step_s=20.0))
        assert found.windows == dict.fromkeys(Side, (4, 4))


class TestZero:
    def test_who_stood_at_any_time_has_the_better_zero(self, recorded):
        change, run = Section(SectionKind.TRANSITION, 1.0), Section(SectionKind.RUN, 40.0, 3.2)
        stood = session_of(Script((STAND, change, run, change, STAND)), draw_sensors(9, rate_hz=100.0), 9)
        found = recalibrated(recorded(stood))
        assert_true(found, stood)
        assert {leg.zero_source for leg in found.calibration.legs} == {ZeroSource.STANDING_AND_RUNNING}

    def test_standing_and_knee_lifts_alone_have_that_of_standing(self, recorded):
        session = session_of(Script((STAND, LIFTS, STAND, LIFTS, STAND)), draw_sensors(10, rate_hz=100.0), 10)
        found = recalibrated(recorded(session))
        assert {leg.zero_source for leg in found.calibration.legs} == {ZeroSource.STANDING}
        assert [leg.strides for leg in found.calibration.legs] == [0, 0]


class TestWhatIsMissing:
    def test_a_leg_that_fell_silent_is_missing_and_the_other_is_there(self, recorded):
        silent = short_run().with_samples(
            lambda at, block: without(block, [(1.0, 99.0)]) if at.side is Side.RIGHT else block
        )
        found = recalibrated(recorded(silent))
        assert_true(found, short_run(), Side.LEFT)
        assert list(found.missing) == [Side.RIGHT]
        assert "the right leg cannot be aligned" in found.missing[Side.RIGHT]
        assert list(found.windows) == [Side.LEFT]

    @pytest.mark.parametrize("left", [0, 1])
    def test_a_sensor_that_gave_nothing_or_one_sample(self, recorded, left):
        mute = short_run().with_samples(lambda at, block: block[:left] if at == LEFT_THIGH else block)
        found = recalibrated(recorded(mute))
        assert_true(found, short_run(), Side.RIGHT)
        assert list(found.missing) == [Side.LEFT]

    def test_one_leg_alone(self, recorded):
        session = session_of(run_of(12.0), draw_sensors(11, PLACEMENTS[2:], rate_hz=100.0), 11)
        found = recalibrated(recorded(session))
        assert_true(found, session, Side.RIGHT)
        assert found.missing == {}

    @pytest.mark.parametrize(("start_s", "end_s"), [(500.0, 600.0), (0.0, 0.0), (8.0, 7.0), (3.0, 3.012), (0.0, 1.0)])
    def test_of_nothing_there_is_nothing(self, recorded, start_s, end_s):
        found = recalibrated(recorded(short_run()), start_s, end_s)
        assert found.calibration.legs == ()
        assert set(found.missing) == set(Side)

    def test_what_is_left_out_does_not_count(self, recorded):
        path = recorded(moved(long_run(), LEFT_SHANK, 0.0, 45.0))
        assert_true(recalibrated(path, start_s=45.0), long_run())
        assert (
            apart_deg(recalibrated(path, end_s=45.0).calibration.leg(Side.LEFT), long_run().calibration.leg(Side.LEFT))
            > 20.0
        )

    def test_a_file_that_is_no_recording_is_told(self, tmp_path):
        with pytest.raises(LegcycleError) as raised:
            recalibrated(tmp_path / "gone.legcycle")
        assert raised.value.reason is Reason.MISSING

    def test_how_far_it_is_is_told(self, recorded):
        shares: list[float] = []
        recalibrated(recorded(long_run()), progress=lambda share, _: shares.append(share))
        assert shares == sorted(shares)
        assert 0.0 < shares[0] <= shares[-1] <= 1.0


class TestWhatWasKnown:
    def test_what_a_sensor_errs_by_is_taken_back(self, recorded):
        scale, bias = 1.02, np.array([0.3, -0.2, 0.1])
        known = tuple(
            IntrinsicCalibration(device(n), acc_bias_m_s2=(0.3, -0.2, 0.1), gyr_scale=(1 / scale,) * 3)
            for n in range(4)
        )
        erring = short_run().with_samples(lambda _, block: replace(block, gyr=block.gyr * scale, acc=block.acc + bias))
        right = recalibrated(recorded(short_run())).calibration
        corrected = recalibrated(recorded(erring, known=CalibrationSet((), intrinsics=known))).calibration
        assert corrected.intrinsics == known
        for side in Side:
            assert apart_deg(corrected.leg(side), right.leg(side)) < 0.05
            assert apart_deg(recalibrated(recorded(erring)).calibration.leg(side), right.leg(side)) > 0.1

    def test_a_calibration_that_was_given_before_is_found_anew(self, recorded):
        wrong = true_calibration(draw_sensors(99, rate_hz=100.0))
        assert_true(recalibrated(recorded(short_run(), known=wrong)), short_run())

    @pytest.mark.parametrize("how", ["before", "during"])
    def test_sensors_that_a_calibration_found_elsewhere_are_taken_there(self, recorded, how):
        told = CalibrationSet((), sensors=worn(short_run()))
        if how == "before":
            path = recorded(short_run(), THIGHS, known=told)
        else:
            path = recorded(short_run(), THIGHS, entries=[entry(told, 6.0)])
        found = recalibrated(path)
        assert_true(found, short_run())
        assert found.calibration.sensors == worn(short_run())
        assert found.exchanged == ""

    def test_the_last_calibration_of_a_session_decides(self, recorded):
        wrong = tuple(
            WornSensor(device(n), 0, *THIGHS.get(facts.placement, facts.placement))
            for n, facts in enumerate(short_run().sensors)
        )
        entries = [
            entry(CalibrationSet((), sensors=wrong), 2.0),
            entry(CalibrationSet((), sensors=worn(short_run())), 4.0),
        ]
        assert_true(recalibrated(recorded(short_run(), entries=entries)), short_run())

    @pytest.mark.parametrize(
        "made",
        [
            b"no calibration",
            CalibrationSet((), sensors=(WornSensor(device(0), 0, Side.RIGHT, Segment.THIGH),)),
        ],
        ids=["damaged", "two at one place"],
    )
    def test_a_calibration_that_could_not_be_used_counts_for_nothing(self, recorded, made):
        found = recalibrated(recorded(short_run(), entries=[entry(made, 5.0)]))
        assert_true(found, short_run())
        assert found.calibration.sensors == worn(short_run())

    def test_exchanged_sensors_are_said_and_give_no_wrong_calibration(self, recorded):
        found = recalibrated(recorded(short_run(), THIGHS))
        assert "left thigh and right thigh are exchanged" in found.exchanged or "shank" in found.exchanged
        assert found.calibration.legs == ()
        assert set(found.missing) == set(Side)

import numpy as np
import pytest

from firmware_bridge.samples import Side
from legcycle_imu.simulation import Script, Section, SectionKind, Variation, draw_runner
from legcycle_imu.simulation.body import bend
from legcycle_imu.simulation.motion import GRID_HZ, MARGIN, Motion, draw_noise, motions
from legcycle_imu.simulation.runner import SimulatedRunner
from legcycle_imu.simulation.script import KneeLift, running_script

SCRIPT = Script(
    (
        Section(SectionKind.STAND, 2),
        Section(SectionKind.KNEE_LIFTS, 4.8),
        Section(SectionKind.TRANSITION, 2),
        Section(SectionKind.RUN, 4, 6.0),
        Section(SectionKind.TRANSITION, 2),
        Section(SectionKind.WALK, 4, 1.5, turn=1.0),
        Section(SectionKind.TRANSITION, 1),
        Section(SectionKind.STAND, 1),
    )
)
RUNNER = draw_runner(11)


def moved(
    script: Script = SCRIPT, piece_s: float = 100.0, seed: int = 1, runner: SimulatedRunner = RUNNER
) -> list[Motion]:
    return list(motions(script, runner, draw_noise(script, np.random.default_rng(seed)), piece_s))


@pytest.fixture(scope="module")
def whole() -> Motion:
    return moved()[0]


def test_the_grid_covers_the_script_and_its_margins(whole: Motion) -> None:
    assert whole.start_s == 0.0
    assert whole.end_s == pytest.approx(SCRIPT.duration_s)
    assert len(whole.time) == round(SCRIPT.duration_s * GRID_HZ) + 2 * MARGIN + 1


def test_the_motion_is_the_same_in_pieces(whole: Motion) -> None:
    for piece in moved(piece_s=3.3):
        first = int(piece.index[0] - whole.index[0])
        part = slice(first, first + len(piece.index))
        for side in Side:
            np.testing.assert_allclose(piece.legs[side].shank, whole.legs[side].shank[part], atol=1e-9)
            np.testing.assert_allclose(piece.legs[side].tilts, whole.legs[side].tilts[part], atol=1e-9)


def test_every_curve_is_smooth(whole: Motion) -> None:
    for leg in whole.legs.values():
        for curve in (leg.thigh, leg.shank, *leg.tilts.T, *leg.hip):
            assert np.abs(np.diff(bend(curve)[5:-5])).max() < 60.0  # of some 1000 rad/s^2, in 0.6 ms


def test_legs_are_half_a_stride_apart(whole: Motion) -> None:
    apart = whole.legs[Side.RIGHT].phase - whole.legs[Side.LEFT].phase
    np.testing.assert_allclose(apart, 0.5, atol=0.02)


def test_phases_never_run_backwards(whole: Motion) -> None:
    for leg in whole.legs.values():
        for phase in (leg.phase, leg.run_phase, leg.walk_phase):
            assert np.diff(phase).min() > 0


def test_standing_is_the_runner_s_own_posture(whole: Motion) -> None:
    still = (whole.time > 0.2) & (whole.time < 1.8)
    for side, leg in whole.legs.items():
        style = RUNNER.legs[side]
        assert np.degrees(np.abs(leg.thigh[still] - style.thigh_stand)).max() < 0.6
        assert np.degrees(np.abs(leg.shank[still] - style.shank_stand)).max() < 0.6


def test_knee_lifts_raise_one_thigh_at_a_time_and_bend_the_knee(whole: Motion) -> None:
    for start, side, other in ((2.0, Side.LEFT, Side.RIGHT), (3.2, Side.RIGHT, Side.LEFT)):
        lifting = (whole.time > start) & (whole.time < start + 1.2)
        leg, still = whole.legs[side], whole.legs[other]
        assert np.degrees(leg.thigh[lifting].max()) > 50
        assert np.degrees((leg.thigh - leg.shank)[lifting].max()) > 60
        assert np.degrees(np.ptp(still.thigh[lifting])) < 1.5


def test_a_lift_of_its_own_has_height_and_manner_and_the_hips_go_along() -> None:
    lift = KneeLift(Side.LEFT, 1.0, 2.0, height=np.radians(50), shank_share=-1.2, hip_shift_m=(0.0, 0.02, 0.05))
    none = draw_runner(3, Variation(within=0.0))
    motion = moved(Script((Section(SectionKind.STAND, 3.0),), lifts=(lift,)), runner=none)[0]
    top, left, right = np.searchsorted(motion.time, 1.5), motion.legs[Side.LEFT], motion.legs[Side.RIGHT]
    assert np.degrees(left.thigh[top] - left.thigh[0]) == pytest.approx(50)
    assert np.degrees(left.shank[top] - left.shank[0]) == pytest.approx(-60)
    np.testing.assert_allclose(left.hip[:, top] - left.hip[:, 0], [0.0, 0.02, 0.05], atol=1e-12)
    np.testing.assert_allclose(right.hip[:, top] - right.hip[:, 0], [0.0, 0.0, 0.05], atol=1e-12)
    length = none.geometry.thigh_m + none.geometry.shank_m
    assert np.ptp(right.thigh) == 0.0
    assert length * np.ptp(right.tilts[:, 0]) == pytest.approx(0.05)


def test_the_pelvis_travels_at_the_script_s_speed_and_turns(whole: Motion) -> None:
    speed = np.hypot(*np.gradient(whole.pelvis[[0, 2]], 1 / GRID_HZ, axis=1))
    running = (whole.time > 9.5) & (whole.time < 12)
    np.testing.assert_allclose(speed[running], 6.0, rtol=1e-6)
    assert np.ptp(whole.tracks.heading) == pytest.approx(1.0)


def test_on_a_treadmill_the_pelvis_stays() -> None:
    motion = moved(running_script(3.5, 2.0, preamble=False, overground=False))[0]
    assert np.ptp(motion.pelvis) == 0.0
    assert motion.tracks.speed.max() == 3.5


def test_other_noise_gives_other_strides_but_the_same_runner(whole: Motion) -> None:
    other = moved(seed=2)[0]
    assert np.abs(other.legs[Side.LEFT].shank - whole.legs[Side.LEFT].shank).max() > 0.01
    none = draw_runner(11, Variation(within=0.0))
    script = running_script(3.5, 4.0, preamble=False)
    one, two = (next(motions(script, none, draw_noise(script, np.random.default_rng(seed)), 100.0)) for seed in (1, 2))
    np.testing.assert_array_equal(one.legs[Side.LEFT].shank, two.legs[Side.LEFT].shank)

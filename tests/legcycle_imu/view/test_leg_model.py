from math import inf, nan, radians

import numpy as np
import pytest

from calibration.model import LegCalibration, SegmentCalibration, ZeroSource
from calibration.slip import Slip
from firmware_bridge.samples import Segment, Side
from legcycle_imu.cycle import CYCLE, EventKind, Phase
from legcycle_imu.model import GaitEvent
from legcycle_imu.targets import Targets
from legcycle_imu.view.curves import CurveSettings, time_grid
from legcycle_imu.view.leg_model import POOR_ZERO_RAD, SLIP_SAID_S, LegModel
from legcycle_imu.view.state import LegState
from legcycle_imu.view.words import COACH, LOST_S
from tests.legcycle_imu.view.made import GEOMETRY, PHASE_S, RATE_HZ, angles, events, judged, spans, stride

CURVES = CurveSettings()
IDENTITY = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
SEATED = SegmentCalibration(IDENTITY, zero_sd_rad=radians(1.8))
GOOD = LegCalibration(Side.LEFT, SEATED, SEATED, ZeroSource.RUNNING)


def model(calibration: LegCalibration | None = GOOD, until: float | None = None) -> LegModel:
    """A leg whose angles are known from 9 s on."""
    leg = LegModel(Side.LEFT, dict.fromkeys(Segment, RATE_HZ), Targets(), GEOMETRY, CURVES, calibration)
    if until is not None:
        feed(leg, until)
    return leg


def feed(leg: LegModel, until: float, segments: tuple[Segment, ...] = tuple(Segment)) -> None:
    for block in angles(9.0, until):
        if block.placement.segment in segments:
            leg.known.angles[block.placement.segment].push(block)
            leg.known.sampled[block.placement.segment] = float(block.time[-1])


def running(until: float) -> LegModel:
    leg = model(until=until)
    for event in events(until):
        leg.push_event(event)
    for span in spans(until):
        leg.push_phase(span)
    leg.push_stride(stride(), judged(stride()))
    return leg


def test_before_the_first_sample_there_is_no_data():
    view = model().view(0.0)
    assert view.state is LegState.NO_DATA
    assert "nothing from the left thigh and shank yet" in view.sentence
    assert (view.stick, view.knee_y, view.line_y, view.hand) == (None, None, None, None)
    assert (view.phase, view.coach, view.ghosts, view.shares) == (Phase.UNKNOWN, "", (), ())


def test_the_ray_is_there_from_the_beginning():
    view = model().view(0.0)
    assert view.drive_deg == 50.0
    assert view.drive_ray is not None


def test_samples_without_angles_are_aligning_with_the_reason():
    leg = model(calibration=None)
    leg.known.sampled = dict.fromkeys(Segment, 10.0)
    assert leg.view(10.1).state is LegState.ALIGNING
    assert "stand still" in leg.view(10.1).sentence
    leg.known.trouble = "the left leg has hardly moved yet"
    assert leg.view(10.1).sentence == "the left leg has hardly moved yet"
    leg.known.calibration = GOOD
    assert "vertical" in leg.view(10.1).sentence


@pytest.mark.parametrize("k", range(4))
def test_the_phase_of_now_with_the_coachs_words(k):
    view = running(10.0 + PHASE_S * (4 + k) + 0.1).view(10.0 + PHASE_S * (4 + k) + 0.1)
    assert view.state is LegState.LIVE
    assert view.phase is CYCLE[k].phase
    assert view.coach == COACH[CYCLE[k].phase]
    assert view.hand == pytest.approx((k + 0.1 / PHASE_S) / 4)
    assert view.sentence == ""


def test_the_stick_the_line_and_the_ray_are_in_one_picture():
    view = running(11.0).view(11.0)
    assert view.stick is not None
    assert view.knee_y == view.stick.knee[1] == view.line_y
    assert view.drive_ray is not None
    assert view.drive_ray[0] == view.stick.hip


def test_ghosts_have_the_angles_of_their_instant():
    leg = running(11.0)
    for block in angles(11.0, 11.5, thigh_deg=-10.0):
        leg.known.angles[block.placement.segment].push(block)
        leg.known.sampled[block.placement.segment] = float(block.time[-1])
    view = leg.view(11.5)
    ghosts = {ghost.phase: ghost for ghost in view.ghosts}
    assert set(ghosts) == {Phase.LIFT, Phase.DRIVE}
    assert ghosts[Phase.DRIVE].value == pytest.approx(20.0)
    assert view.stick is not None
    assert view.stick.knee[0] < 0.0 < ghosts[Phase.DRIVE].stick.knee[0]
    assert ghosts[Phase.LIFT].t_s == pytest.approx(10.9)


def test_a_ghost_is_made_once():
    leg = running(11.0)
    assert leg.view(11.0).ghosts[0] is leg.view(11.05).ghosts[0]


def test_a_leg_that_stands_is_in_no_phase_and_has_no_ghost():
    leg = running(11.0)
    feed(leg, 13.0)
    view = leg.view(13.0)
    assert view.state is LegState.LIVE
    assert (view.phase, view.hand, view.ghosts) == (Phase.UNKNOWN, None, ())
    assert view.stick is not None


@pytest.mark.parametrize("lost", list(Segment))
def test_one_silent_sensor_greys_the_whole_leg_and_is_named(lost):
    leg = running(11.0)
    feed(leg, 14.0, tuple(segment for segment in Segment if segment is not lost))
    view = leg.view(11.0 + LOST_S + 0.5)
    assert view.state is LegState.NO_DATA
    assert f"left {lost} for 2 s" in view.sentence
    assert (view.stick, view.knee_y, view.hand, view.ghosts, view.shares) == (None, None, None, (), ())
    assert view.phase is Phase.UNKNOWN
    curves = leg.curves(time_grid(13.0, CURVES), 13.0)
    assert curves.gaps[-1].end == pytest.approx(13.0, abs=0.011)
    assert curves.phases[-1].end < 11.0 + PHASE_S
    known = {Segment.THIGH: curves.shank_deg, Segment.SHANK: curves.thigh_deg}[lost]
    assert not np.isnan(known[-50:]).any()
    assert np.isnan(curves.knee_deg[-150:]).all()


def test_a_leg_whose_vertical_was_lost_is_not_drawn_and_says_so():
    leg = running(11.0)
    for block in angles(11.0, 13.0, thigh_deg=nan):
        leg.known.angles[block.placement.segment].push(block)
        leg.known.sampled[block.placement.segment] = float(block.time[-1])
    assert leg.view(11.5).stick is None
    view = leg.view(13.0)
    assert (view.state, view.stick) == (LegState.ALIGNING, None)
    assert "vertical" in view.sentence
    assert leg.curves(time_grid(13.0, CURVES), 13.0).gaps


def test_a_sensor_that_is_back_is_shown_again():
    leg = running(11.0)
    assert leg.view(13.0).state is LegState.NO_DATA
    for block in angles(13.0, 13.2):
        leg.known.angles[block.placement.segment].push(block)
        leg.known.sampled[block.placement.segment] = 13.19
    view = leg.view(13.2)
    assert view.state is LegState.LIVE
    assert view.stick is not None


@pytest.mark.parametrize(
    ("calibration", "words"),
    [
        (LegCalibration(Side.LEFT, SEATED, SEATED, ZeroSource.RUNNING, advice="tighten its strap"), "strap"),
        (
            LegCalibration(
                Side.LEFT,
                SEATED,
                SegmentCalibration(IDENTITY, zero_sd_rad=POOR_ZERO_RAD + 0.02),
                ZeroSource.STANDING,
            ),
            "off by 5 degrees",
        ),
    ],
    ids=["advice", "uncertain zero"],
)
def test_a_poor_calibration_is_a_state_that_says_what_to_do(calibration, words):
    view = model(calibration, until=10.0).view(10.0)
    assert view.state is LegState.POOR
    assert view.state.seen
    assert words in view.sentence
    assert view.stick is not None


def test_the_line_follows_what_strides_are_held_against():
    leg = model(until=11.0)
    leg.push_stride(stride(), tuple(v._replace(target=10.0) for v in judged(stride())))
    view = leg.view(11.0)
    assert view.line_y is not None
    assert view.knee_y is not None
    assert view.line_y - view.knee_y == pytest.approx(0.1 / GEOMETRY.leg_m)
    assert view.drive_deg == 10.0


def test_the_last_phase_of_the_curves_goes_on_until_now():
    leg = running(11.0)
    bands = leg.curves(time_grid(11.0, CURVES), 11.0).phases
    assert bands[-1].end == 11.0
    assert bands[-1].start == bands[-2].end
    assert [band.phase for band in bands] == [CYCLE[k % 4].phase for k in range(len(bands))]


def test_memory_is_bounded():
    leg = model()
    for k in range(4000):
        t = 10.0 + PHASE_S * k
        leg.push_event(GaitEvent(t, t, Side.LEFT, list(EventKind)[k % 4]))
        leg.push_phase(spans(10.2)[0]._replace(start=t - PHASE_S, end=t))
    assert len(leg.known.phases) < 70
    assert leg.known.sampled[Segment.THIGH] == -inf


TURNED = Slip.turned(Side.LEFT, Segment.THIGH, 12.0, radians(-25.0))
TILTED = Slip.tilted(Side.LEFT, Segment.SHANK, 12.0, radians(15.0))


def test_a_sensor_that_turned_round_the_leg_is_said_for_a_while_and_the_leg_lives_on():
    leg = model(until=12.5)
    leg.push_slip(TURNED)
    view = leg.view(12.5)
    assert view.state is LegState.LIVE
    assert "the thigh sensor turned by 25° round the leg" in view.sentence
    assert "tighten" in view.sentence
    feed(leg, 12.0 + SLIP_SAID_S + 1.0)
    assert leg.view(12.0 + SLIP_SAID_S + 1.0).sentence == ""


def test_a_sensor_that_tilted_makes_the_leg_poor_until_it_is_calibrated_anew():
    leg = model(until=12.5)
    leg.push_slip(TILTED)
    leg.push_slip(TURNED)
    feed(leg, 200.0)
    view = leg.view(200.0)
    assert view.state is LegState.POOR
    assert view.sentence == TILTED.sentence
    leg.push_calibration(GOOD)
    view = leg.view(200.0)
    assert (view.state, view.sentence) == (LegState.LIVE, "")

import numpy as np
import pytest

from firmware_bridge.samples import Flags, Floats, Placement, Quality, SampleBlock, Segment, Side
from legcycle_imu.cycle import EventKind
from legcycle_imu.events import Detection, EventSettings, ShankDetector, ThighDetector
from legcycle_imu.simulation import Script, Section, SectionKind, draw_sensors
from tests.strategies import Session, session_of, without

RATE_HZ = 100.0
SHANK, THIGH = Placement(Side.LEFT, Segment.SHANK), Placement(Side.LEFT, Segment.THIGH)


def shank_events(block: SampleBlock, rate_hz: float = RATE_HZ) -> list[Detection]:
    return ShankDetector(rate_hz).push(block.time, block.gyr[:, 2].copy(), block.acc[:, 1].copy(), block.quality)


def thigh_events(block: SampleBlock, rate_hz: float = RATE_HZ) -> list[Detection]:
    return ThighDetector(rate_hz).push(block.time, block.gyr[:, 2].copy(), block.quality)


def of_kind(found: list[Detection], kind: EventKind) -> Floats:
    return np.array([detection.t for detection in found if detection.kind is kind])


def true_times(session: Session, kind: EventKind) -> Floats:
    return np.array([e.t for e in session.simulation.events if e.side is Side.LEFT and e.kind is kind])


@pytest.fixture(scope="module")
def walk() -> Session:
    script = Script((Section(SectionKind.WALK, 12.0, 1.4),))
    return session_of(script, draw_sensors(4, rate_hz=RATE_HZ), 4)


@pytest.mark.parametrize("kind", [EventKind.INITIAL_CONTACT, EventKind.TOE_OFF, EventKind.PEAK_HEEL_LIFT])
def test_the_shank_tells_every_event_of_running_once(run: Session, kind: EventKind):
    times, true = of_kind(shank_events(run.turned(SHANK)), kind), true_times(run, kind)
    inside = true[(true > 1.5) & (true < 11.0)]
    assert len(inside) >= 12
    for t in inside:
        assert np.count_nonzero(np.abs(times - t) < 0.05) == 1
    assert np.count_nonzero((times > 1.5) & (times < 11.0)) == pytest.approx(len(inside), abs=1)


def test_the_thigh_tells_every_peak_of_knee_drive(run: Session):
    times, true = (
        of_kind(thigh_events(run.turned(THIGH)), EventKind.PEAK_KNEE_DRIVE),
        true_times(run, EventKind.PEAK_KNEE_DRIVE),
    )
    for t in true[(true > 1.0) & (true < 11.0)]:
        assert np.abs(times - t).min() < 0.015


def test_nothing_is_known_before_it_happened(run: Session):
    for found in (shank_events(run.turned(SHANK)), thigh_events(run.turned(THIGH))):
        delays = [d.t_known - d.t for d in found if d.kind is not None]
        assert min(delays) > -1e-9
        assert np.median(delays) < 0.045
        assert [d.t_known for d in found] == sorted(d.t_known for d in found)


def test_walking_is_told_from_running(run: Session, walk: Session):
    contacts = [d for d in shank_events(walk.turned(SHANK)) if d.kind is EventKind.INITIAL_CONTACT]
    assert len(contacts) >= 8
    assert all(d.walking for d in contacts[3:])
    assert not any(d.walking for d in shank_events(run.turned(SHANK)))


def test_standing_brings_no_event(preamble: Session):
    found = [*shank_events(preamble.turned(SHANK)), *thigh_events(preamble.turned(THIGH))]
    assert not [d for d in found if d.kind is not None and d.t < 3.0]


def test_knee_lifts_on_the_spot_bring_no_contact(preamble: Session):
    assert not [t for t in of_kind(shank_events(preamble.turned(SHANK)), EventKind.INITIAL_CONTACT) if t < 17.0]


def test_a_gap_loses_the_thread_and_says_so(run: Session):
    cut = run.knowing().with_samples(lambda _, block: without(block, [(6.0, 6.3)]))
    for found in (shank_events(cut.turned(SHANK)), thigh_events(cut.turned(THIGH))):
        lost = [d for d in found if d.kind is None and d.gap]
        assert len(lost) == 1
        assert lost[0].t == pytest.approx(6.3, abs=0.02)
        assert not [d for d in found if d.kind is not None and 6.0 < d.t < 6.3]


def test_a_swing_that_never_lands_is_given_up():
    time = np.arange(0.0, 4.0, 1.0 / RATE_HZ)
    rate = np.where(time > 1.0, 6.0, 0.0)
    found = ShankDetector(RATE_HZ).push(time, rate, np.full(len(time), 9.81), no_flags(time))
    assert found
    assert {d.kind for d in found} == {None}
    assert not any(d.gap for d in found)
    longest_s = EventSettings().longest_swing_s
    assert found[0].t_known == pytest.approx(1.0 + longest_s, abs=0.05)


def test_a_thigh_that_never_turns_back_is_given_up():
    time = np.arange(0.0, 4.0, 1.0 / RATE_HZ)
    assert not ThighDetector(RATE_HZ).push(time, np.where(time > 1.0, 2.0, 0.0), no_flags(time))


def test_a_turn_of_the_thigh_is_dated_where_its_rate_is_zero():
    time = np.arange(0.0, 3.0, 1.0 / RATE_HZ)
    found = ThighDetector(RATE_HZ).push(time, 4.0 * np.cos(2 * np.pi * time), no_flags(time))
    assert [d.t for d in found] == pytest.approx([0.25, 1.25, 2.25], abs=0.004)


def test_a_twitch_of_the_thigh_is_no_drive():
    time = np.arange(0.0, 3.0, 1.0 / RATE_HZ)
    assert not ThighDetector(RATE_HZ).push(time, 0.9 * np.sin(2 * np.pi * time), no_flags(time))


def test_filled_samples_do_not_break_the_thread(run: Session):
    cut = run.knowing().with_samples(lambda _, block: without(block, [(6.0, 6.012), (7.3, 7.312)]))
    block = cut.turned(SHANK)
    assert np.count_nonzero(block.quality & Quality.FILLED) >= 2
    assert not [d for d in shank_events(block) if d.gap]


def no_flags(time: Floats) -> Flags:
    return np.zeros(len(time), np.uint8)

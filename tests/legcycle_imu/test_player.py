import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from firmware_bridge.errors import LegcycleError
from firmware_bridge.recording import Recording
from legcycle_imu import demo
from legcycle_imu.broadcast import Broadcast, Ended, Item, Passed, Restarted, Subscription
from legcycle_imu.config import Config
from legcycle_imu.cycle import EventKind
from legcycle_imu.model import Stride
from legcycle_imu.passage import Passage
from legcycle_imu.player import Player

DATA = Path(__file__).parents[1] / "data"
RUN = Path(demo.__file__).with_name(demo.NAME)
"""Its calibration is given, so strides are known as they happen."""
WAIT_S = 30.0


def ticking(step_s: float) -> Iterator[float]:
    return count(0.0, step_s)


@pytest.fixture
def player():
    """A player whose clock goes on by 50 ms a look."""
    ticks = ticking(0.05)
    return Player(RUN, config=Config(), speed=1.0, clock=lambda: next(ticks))


def strides_of(items: list[Item]) -> list[Stride]:
    return [stride for item in items if isinstance(item, Passed) for stride in item.update.strides]


def expected() -> list[Stride]:
    with Passage.of(RUN, config=Config()) as passage:
        return [stride for update in passage for stride in update.strides]


def until(subscription: Subscription, told) -> list[Item]:
    """All that passes until something is so."""
    items: list[Item] = []
    deadline = time.monotonic() + WAIT_S
    while not told(items):
        assert time.monotonic() < deadline, "in vain"
        items += subscription.wait(0.01)  # the place is taken note of a moment after what passed there
    return items + subscription.take()  # what was put while that was found out


def at_end(player: Player):
    return lambda items: player.position_s == player.duration_s


def passed_to_the_end(player: Player) -> list[Item]:
    """What passes until the recording's end, where the steps are asked to end."""
    items = []
    player.set_speed(float("inf"))
    for item in player.steps():
        items.append(item)
        if isinstance(item, Passed) and not item.chunks:
            player.end()
    return items


def repr_of(strides: list[Stride]) -> list[str]:
    return [repr(stride) for stride in strides]


def test_it_plays_what_the_recording_gives(player):
    assert repr_of(strides_of(passed_to_the_end(player))) == repr_of(expected())


def test_paced_it_gives_the_same_in_smaller_steps():
    ticks = ticking(0.01)
    player = Player(DATA / "one-leg.legcycle", config=Config(), speed=20.0, clock=lambda: next(ticks))
    items = []
    for item in player.steps():
        items.append(item)
        if isinstance(item, Passed) and not item.chunks:
            player.end()
    with Passage.of(DATA / "one-leg.legcycle", config=Config()) as passage:
        whole = [stride for update in passage for stride in update.strides]

    assert len(items) > 20
    assert repr_of(strides_of(items)) == repr_of(whole)


def test_sought_backward_it_begins_anew_and_gives_the_same_up_to_there(player):
    with Broadcast(player.steps(), player.end) as broadcast:
        subscription = broadcast.subscribe()
        player.pause()
        player.seek(player.duration_s)
        broadcast.start()
        until(subscription, at_end(player))
        player.seek(0.6 * player.duration_s)
        items = until(subscription, lambda items: Restarted() in items and player.position_s >= 0.6 * player.duration_s)

    again = items[items.index(Restarted()) :]
    strides = repr_of(strides_of(again))
    assert strides == repr_of(expected())[: len(strides)]
    assert strides
    assert max(item.arrived_s for item in again if isinstance(item, Passed)) <= 0.61 * player.duration_s


def test_paused_nothing_passes(player):
    player.pause()
    with Broadcast(player.steps(), player.end) as broadcast:
        subscription = broadcast.subscribe()
        broadcast.start()
        assert subscription.wait(0.05) == []
        player.seek(1.0)
        items = until(subscription, lambda items: player.position_s >= 1.0)

    assert 0.9 < max(item.arrived_s for item in items if isinstance(item, Passed)) <= 1.0
    assert not player.playing


def test_stepping_goes_from_contact_to_contact_and_back(player):
    player.pause()
    with Broadcast(player.steps(), player.end) as broadcast:
        subscription = broadcast.subscribe()
        broadcast.start()
        places = []
        for _ in range(3):
            player.step_stride(forward=True)
            items = until(subscription, has_contact)
            places.append(next(item.arrived_s for item in items if has_contact([item])))
        player.step_stride(forward=False)
        until(subscription, lambda items: Restarted() in items and player.position_s >= places[1] - 0.03)

    assert places == sorted(set(places))
    assert player.position_s == pytest.approx(places[1], abs=0.03)


def has_contact(items: list[Item]) -> bool:
    events = [event for item in items if isinstance(item, Passed) for event in item.update.events]
    return any(event.kind is EventKind.INITIAL_CONTACT for event in events)


def test_a_step_of_a_sample_is_small(player):
    player.pause()
    with Broadcast(player.steps(), player.end) as broadcast:
        subscription = broadcast.subscribe()
        broadcast.start()
        player.seek(2.0)
        until(subscription, lambda items: player.position_s >= 2.0)
        player.step_sample(forward=True)
        assert player._due() == pytest.approx(2.0 + 1.0 / player.passage.source.sensors[0].rate_hz)


def test_marks_can_be_jumped_to(player):
    player.pause()
    player.markers = [(3.0, "hill"), (6.0, "top")]
    player.step_marker(forward=True)
    assert player._due() == 3.0
    player.seek(player.duration_s)
    player._position_s = player.duration_s
    player.step_marker(forward=False)
    assert player._target_s == 6.0


def test_the_recording_is_let_go_of(player, tmp_path):
    copy = tmp_path / "copy.legcycle"
    copy.write_bytes(RUN.read_bytes())
    other = Player(copy, config=Config())
    with Broadcast(other.steps(), other.end) as broadcast:
        subscription = broadcast.subscribe()
        broadcast.start()
    assert isinstance(subscription.take()[-1], Ended)
    with Recording.open(copy) as recording:
        assert recording.entries


def test_what_cannot_be_read_is_said(tmp_path):
    with pytest.raises(LegcycleError):
        Player(tmp_path / "none.legcycle", config=Config())


def test_a_speed_of_nothing_is_none(player):
    with pytest.raises(ValueError, match="above 0"):
        player.set_speed(0.0)

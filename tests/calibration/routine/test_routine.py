"""The guided calibration, played by simulated people: the right calibration, or the right advice, never a wrong one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from math import degrees, inf

import numpy as np
import pytest

from calibration.guidance import Guidance, Step
from calibration.routine import Routine
from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from legcycle_imu.simulation.sensors import PLACEMENTS
from tests.calibration.people import Character, Person

ORDER = [Step.FIND, Step.RIGHT_KNEE, Step.LEFT_KNEE, Step.STAND, Step.MOVE, Step.DONE]
LEFT_THIGH, LEFT_SHANK, RIGHT_THIGH, RIGHT_SHANK = PLACEMENTS
AXIS_DEG = 10.0
"""Medians are below 3 deg; what is further off would show."""


def steps(person: Person) -> list[Step]:
    """The steps in the order in which they were begun."""
    seen = [(guidance.step, guidance.attempt) for guidance in person.said]
    return [step for k, (step, _) in enumerate(seen) if k == 0 or seen[k - 1] != seen[k]]


def troubles(person: Person) -> list[str]:
    """Every reason that was given, once for each time."""
    reasons = [g.trouble.reason if g.trouble else "" for g in person.said]
    return [reason for k, reason in enumerate(reasons) if reason and (k == 0 or reasons[k - 1] != reason)]


def off_deg(person: Person, guidance: Guidance) -> float:
    """How far the mediolateral axis of the worst sensor is off; 180 where a sensor is taken for another."""
    assert guidance.outcome is not None
    worst = 0.0
    for number, (setup, place) in enumerate(zip(person.setups, person.truth, strict=True)):
        if guidance.outcome.placements[number] != place:
            return 180.0
        leg = guidance.outcome.calibration.leg(place.side)
        assert leg is not None
        cosine = (leg[place.segment].matrix()[2] * setup.mounting[2]).sum()
        worst = max(worst, degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
    return worst


def changed(placement: Placement, **factor: float) -> Character:
    """One whose sensor gives everything of a kind times a factor."""

    def change(block: SampleBlock) -> SampleBlock:
        return replace(block, **{name: getattr(block, name) * by for name, by in factor.items()})

    return Character(change=(placement, change))


def exchanged(*places: Placement) -> dict[Placement, Placement]:
    """Claim -> where it is worn: each at the place of the next one."""
    return dict(zip(places, (*places[1:], places[0]), strict=True))


LEGS = {LEFT_THIGH: RIGHT_THIGH, RIGHT_THIGH: LEFT_THIGH, LEFT_SHANK: RIGHT_SHANK, RIGHT_SHANK: LEFT_SHANK}
"""Each leg's sensors on the other leg."""


@dataclass(frozen=True)
class Case:
    """Somebody, a piece of every reason that must be given, in this order ("|" between such as will do), and whether
    it ends well.
    """

    character: Character
    reasons: tuple[str, ...] = ()
    ends_well: bool = True


CAST: dict[str, Case] = {
    "obedient": Case(Character()),
    "lifts the knees instead of running": Case(Character(marches=True)),
    "runs on the spot": Case(Character(on_the_spot=True, speed_m_s=2.2)),
    "moves while standing": Case(Character(moves=2), ("You moved after", "You moved after")),
    "sits down instead of standing": Case(Character(sits=1), ("You stand otherwise",)),
    "begins with the wrong leg": Case(Character(wrong_leg=1), ("either the other leg was lifted",)),
    "begins twice with the wrong leg": Case(
        Character(wrong_leg=2), ("either the other leg", "The same leg was lifted")
    ),
    "lifts too low": Case(Character(low=1), ("hardly lifted|too little to tell",)),
    "lifts both knees": Case(Character(both=1), ("both legs moved|longer than",)),
    "jogs before anything is asked": Case(Character(restless=2)),
    "left thigh and shank exchanged": Case(
        Character(exchanged=exchanged(LEFT_THIGH, LEFT_SHANK)), ("The left thigh moved as a shank does",)
    ),
    "right thigh and shank exchanged": Case(
        Character(exchanged=exchanged(RIGHT_THIGH, RIGHT_SHANK)), ("The right thigh moved as a shank does",)
    ),
    "shanks exchanged": Case(
        Character(exchanged=exchanged(LEFT_SHANK, RIGHT_SHANK)), ("either the other leg was lifted, or sensors",)
    ),
    "legs exchanged": Case(Character(exchanged=LEGS), ("the sensors of both legs are exchanged",)),
    "legs exchanged, and begins with the wrong leg": Case(
        Character(exchanged=LEGS, wrong_leg=1), ("The same leg was lifted", "the sensors of both legs are exchanged")
    ),
    "everything exchanged": Case(
        Character(exchanged=exchanged(LEFT_THIGH, RIGHT_SHANK, LEFT_SHANK, RIGHT_THIGH)), ("sensors are exchanged",)
    ),
    "loses a sensor in the lift": Case(
        Character(lost=(RIGHT_SHANK, Step.RIGHT_KNEE, 4.0)), ("The right shank sensor has fallen silent",)
    ),
    "loses a sensor while standing": Case(
        Character(lost=(LEFT_THIGH, Step.STAND, 3.0)), ("The left thigh sensor has fallen silent",)
    ),
    "loses a sensor while running": Case(
        Character(lost=(LEFT_SHANK, Step.MOVE, 4.0)), ("The left shank sensor has fallen silent",)
    ),
    "loses a sensor for good": Case(
        Character(lost=(LEFT_SHANK, Step.MOVE, inf)), ("The left shank sensor has fallen silent",), ends_well=False
    ),
    "a slack shank": Case(Character(slack=LEFT_SHANK), ("The left shank sensor moves out of the plane|The left leg",)),
    "keeps the knees stiff": Case(Character(marches=True, stiff=0.5)),
    "lets the shanks hang": Case(Character(marches=True, stiff=-0.1), ("shank hung straight down",)),
    "does nothing": Case(Character(idle=True), ("Nobody has lifted a knee",), ends_well=False),
    "never stands": Case(Character(restless=inf), ("never kept still",), ends_well=False),
    "sits all the time": Case(Character(seated=True, marches=True), ("not enough yet|was lifted by",), ends_well=False),
    "two sensors on one thigh": Case(
        Character(beside_thigh=LEFT_SHANK), ("thigh and shank cannot be told apart",), ends_well=False
    ),
    "acceleration in g": Case(changed(LEFT_SHANK, acc=1 / 9.81), ("in g, not in m/s²",), ends_well=False),
    "acceleration too small": Case(changed(LEFT_SHANK, acc=0.5), ("at rest instead of 9.8",), ends_well=False),
    "a dead gyroscope": Case(changed(LEFT_SHANK, gyr=0.0), ("a gyroscope that tells nothing",), ends_well=False),
}


def played(name: str, seed: int) -> None:
    case, person = CAST[name], Person(seed, CAST[name].character)
    guidance = person.play(limit_s=150.0 if case.ends_well else 40.0)
    given = iter(troubles(person))
    for reason in case.reasons:
        assert any(piece in one for one in given for piece in reason.split("|")), (reason, troubles(person))
    assert guidance.done == case.ends_well, troubles(person)
    if guidance.outcome is None:
        assert guidance.trouble is not None
        assert guidance.trouble.advice
        return
    assert off_deg(person, guidance) < AXIS_DEG
    believed = {k: claim for k, claim in enumerate(person.claims) if person.truth[k] != claim}
    assert guidance.outcome.corrected == believed
    assert bool(guidance.notices) == bool(believed)


@pytest.mark.parametrize("name", CAST)
def test_everybody_ends_in_the_right_calibration_or_in_the_right_advice(name: str) -> None:
    played(name, 1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 125))
@pytest.mark.parametrize("name", CAST)
def test_many_people_end_in_the_right_calibration_or_in_the_right_advice(name: str, seed: int) -> None:
    played(name, seed)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("marches", [False, True], ids=["runs", "marches"])
def test_who_does_what_is_said_is_done_in_half_a_minute(seed: int, marches: bool) -> None:
    person = Person(seed, Character(marches=marches))
    person.play()
    assert steps(person) == ORDER
    assert not troubles(person)
    assert person.time_s < 30.0


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("swapped", [False, True], ids=["as believed", "exchanged"])
def test_of_two_sensors_one_knee_is_asked_for(side: Side, swapped: bool) -> None:
    worn = tuple(Placement(side, segment) for segment in Segment)
    person = Person(3, Character(exchanged=exchanged(*worn) if swapped else {}), worn=worn)
    guidance = person.play()
    assert off_deg(person, guidance) < AXIS_DEG
    assert {step for step in steps(person) if "knee" in step} == {f"{side} knee"}
    assert len(guidance.notices) == swapped


def test_the_calibration_says_who_wears_what() -> None:
    person = Person(4, Character(exchanged=LEGS))
    outcome = person.play().outcome
    assert outcome is not None
    assert outcome.calibration.made == ""
    assert [sensor.placement for sensor in outcome.calibration.sensors] == person.truth
    assert [sensor.device for sensor in outcome.calibration.sensors] == [facts.device for facts in person.sensors]
    assert {leg.side for leg in outcome.calibration.legs} == set(Side)
    assert all(leg[segment].zero_sd_rad > 0 for leg in outcome.calibration.legs for segment in Segment)


def test_who_always_takes_left_for_right_and_runs_is_not_believed() -> None:
    person = Person(1, Character(wrong_leg=inf))
    assert not person.play(limit_s=60.0).done
    assert "either the other leg was lifted" in troubles(person)[0]
    assert "The way you run says that left and right were mixed up." in troubles(person)


def test_whose_sensors_claim_the_same_mistake_is_asked_once_more_and_then_believed() -> None:
    """Lifts and claims are two against one: running tells the sides of most people, perhaps not of all."""
    person = Person(1, Character(wrong_leg=inf, exchanged=LEGS))
    guidance = person.play(limit_s=100.0)
    assert troubles(person) == ["The way you run says that left and right were mixed up."]
    assert guidance.done
    assert ["looks as if left and right were mixed up" in notice for notice in guidance.notices] == [True]


def test_who_always_takes_left_for_right_and_does_not_run_is_told_what_was_put_right() -> None:
    """Nothing in knee lifts says which leg is the left one: the notices and the stick leg are for that."""
    person = Person(1, Character(wrong_leg=inf, marches=True))
    guidance = person.play()
    assert guidance.done
    assert troubles(person)[0].startswith("What moved are the left thigh sensor and the left shank sensor")
    assert len(guidance.notices) == 2
    assert all("exchanged" in notice for notice in guidance.notices)
    assert "right stick leg" in guidance.instruction


# What is said on the way


@pytest.fixture(scope="module")
def said() -> list[Guidance]:
    person = Person(5)
    person.play()
    return person.said


def test_standing_counts_down(said: list[Guidance]) -> None:
    remaining = [g.remaining_s for g in said if g.step is Step.STAND and not np.isnan(g.remaining_s)]
    assert remaining == sorted(remaining, reverse=True)
    assert remaining[0] == 3.0 or remaining[0] == 2.75
    assert remaining[-1] == 0.25


def test_progress_is_a_share_and_grows_within_an_attempt(said: list[Guidance]) -> None:
    for before, now in pairwise(said):
        assert 0.0 <= now.progress <= 1.0
        if (before.step, before.attempt) == (now.step, now.attempt):
            assert now.progress >= before.progress


def test_only_the_end_has_an_outcome(said: list[Guidance]) -> None:
    assert [g.done for g in said] == [False] * (len(said) - 1) + [True]
    assert all(g.instruction.endswith(".") for g in said)


def test_a_step_that_is_begun_again_says_how_often() -> None:
    person = Person(6, Character(moves=2))
    person.play()
    assert max(g.attempt for g in person.said if g.step is Step.STAND) == 3


def test_what_is_not_there_from_the_beginning_is_waited_for() -> None:
    person = Person(7, Character(lost=(LEFT_SHANK, Step.FIND, 6.0)))
    assert person.play().done
    assert any("Nothing comes from the left shank sensor" in reason for reason in troubles(person))


def test_nothing_is_said_of_nothing() -> None:
    routine = Routine(Person(0).sensors)
    empty = [SampleBlock.empty()] * 4
    assert routine.push(empty) == routine.flush() == routine.guidance
    assert routine.guidance.step is Step.FIND


# Stream laws over a whole routine


@pytest.fixture(scope="module")
def heard() -> tuple[Person, list[SampleBlock]]:
    """All samples of one who begins with the wrong leg."""
    person, blocks = Person(8, Character(wrong_leg=1)), []
    pieces = person.pieces
    person.pieces = lambda snippet: (blocks.append(piece) or piece for piece in pieces(snippet))  # type: ignore[method-assign, func-returns-value]
    assert person.play().done
    return person, [SampleBlock.join(list(of_sensor)) for of_sensor in zip(*blocks, strict=True)]


def told(person: Person, blocks: list[SampleBlock], cut_s: Callable[[int], float]) -> list[tuple[float, Guidance]]:
    """Every tick, where the stream is cut at the times that a function gives."""
    routine, all_of_it, k, start = Routine(person.sensors), [], 0, -inf
    while start < blocks[0].time[-1]:
        end = cut_s(k)
        parts = [slice(*np.searchsorted(block.time, (start, end)).tolist()) for block in blocks]
        all_of_it += routine.follow([block[part] for block, part in zip(blocks, parts, strict=True)])
        start, k = end, k + 1
    return all_of_it


def test_any_cut_says_the_same(heard: tuple[Person, list[SampleBlock]]) -> None:
    person, blocks = heard
    whole = told(person, blocks, lambda _: inf)
    assert whole[-1][1].done
    rng = np.random.default_rng(0)
    edges = np.sort(rng.uniform(0.0, float(blocks[0].time[-1]), 60)).tolist()
    for cut in (lambda k: 0.07 * k, lambda k: [*edges, inf][k]):
        pieces = told(person, blocks, cut)
        assert len(pieces) == len(whole)
        assert [repr(g) for _, g in pieces] == [repr(g) for _, g in whole]
        assert [time for time, _ in pieces] == [time for time, _ in whole]

"""The guided calibration, played by simulated people."""

from math import degrees

import numpy as np
import pytest

from calibration.guidance import Guidance, Step
from firmware_bridge.samples import Segment
from tests.calibration.people import Character, Person

ORDER = [Step.FIND, Step.RIGHT_KNEE, Step.LEFT_KNEE, Step.STAND, Step.MOVE, Step.DONE]


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


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("marches", [False, True], ids=["runs", "marches"])
def test_who_does_what_is_said_is_done_in_half_a_minute(seed: int, marches: bool) -> None:
    person = Person(seed, Character(marches=marches))
    guidance = person.play()
    assert steps(person) == ORDER
    assert not troubles(person)
    assert person.time_s < 35.0
    assert off_deg(person, guidance) < 16.0


def test_the_calibration_says_who_wears_what() -> None:
    person = Person(4)
    outcome = person.play().outcome
    assert outcome is not None
    assert outcome.calibration.made == ""
    assert [sensor.placement for sensor in outcome.calibration.sensors] == person.truth
    assert [sensor.device for sensor in outcome.calibration.sensors] == [facts.device for facts in person.sensors]
    assert {leg.side for leg in outcome.calibration.legs} == {place.side for place in person.truth}
    assert all(leg[segment].zero_sd_rad > 0 for leg in outcome.calibration.legs for segment in Segment)

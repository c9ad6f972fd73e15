"""Who wears what: what is believed, what the knee lifts say, and what becomes of a contradiction."""

from collections.abc import Sequence

from calibration.guidance import Step, Trouble
from calibration.routine.verdict import Again, Passed, Verdict
from calibration.routine.words import listed, sentence, worn
from firmware_bridge.samples import Placement, Segment, Side

Leg = tuple[int, int]
"""Numbers of the sensors on thigh and shank."""

STEPS = {Side.RIGHT: Step.RIGHT_KNEE, Side.LEFT: Step.LEFT_KNEE}


class Wearing:
    """Compare what the knee lifts say with what is believed, and ask again where they contradict each other.

    Parameters
    ----------
    believed : place of each sensor, by its number: its own claim, the config's, or a guess; two or four sensors
    """

    def __init__(self, believed: Sequence[Placement]) -> None:
        if len(believed) not in (2, 4):
            raise ValueError(f"expected two or four sensors, got {len(believed)}")
        self._believed = tuple(believed)
        self._doubted: Leg | None = None
        self.legs: dict[Side, Leg] = {}
        """The sensors of each leg that has been lifted."""

    @property
    def sides(self) -> list[Side]:
        """Which legs are lifted, in their order: the right one first; with two sensors the one that is believed."""
        if len(self._believed) == 4:
            return [Side.RIGHT, Side.LEFT]
        return [self._believed[0].side]

    @property
    def first_step(self) -> Step:
        """The knee that is lifted first."""
        return STEPS[self.sides[0]]

    @property
    def placements(self) -> dict[int, Placement]:
        """Where each sensor is worn, as far as is known: told by lifts, else believed."""
        known = dict(enumerate(self._believed))
        for side, (thigh, shank) in self.legs.items():
            known[thigh], known[shank] = Placement(side, Segment.THIGH), Placement(side, Segment.SHANK)
        return known

    @property
    def corrected(self) -> dict[int, Placement]:
        """The sensors that are worn elsewhere than was believed: number -> where that was."""
        return {k: self._believed[k] for k, place in self.placements.items() if place != self._believed[k]}

    @property
    def sides_corrected(self) -> bool:
        """Whether a sensor is worn on the other leg than was believed."""
        now = self.placements
        return any(now[number].side is not believed.side for number, believed in self.corrected.items())

    @property
    def notices(self) -> tuple[str, ...]:
        """What differs from what was believed, a sentence each."""
        now = self.placements
        exchanged = {frozenset((k, other)) for k in self.corrected for other in now if self._swapped(k, other)}
        pairs = [sorted(pair, key=lambda k: self._believed[k]) for pair in exchanged]
        alone = set(self.corrected).difference(*exchanged) if exchanged else set(self.corrected)
        return (
            *(
                f"The sensors of the {self._believed[a]} and the {self._believed[b]} are exchanged; this is put right."
                for a, b in sorted(pairs)
            ),
            *(sentence(f"{worn(self._believed[k])} is worn on the {now[k]}; this is put right") for k in sorted(alone)),
        )

    def lifted(self, side: Side, leg: Leg) -> Verdict:
        """Take in which sensors are on the leg that was lifted when that of a side was asked for."""
        taken = {number for other in self.legs.values() for number in other}
        if taken & set(leg):
            return self._begun_anew(taken == set(leg))
        expected = self._expected(side, taken)
        if expected is not None and leg not in (expected, self._doubted):
            self._doubted = leg
            return Again(self._contradiction(side, leg, expected), STEPS[side])
        self._doubted = None
        self.legs[side] = leg
        order = self.sides
        return Passed(Step.STAND if side is order[-1] else STEPS[order[-1]])

    def forget(self) -> None:
        """Begin anew: nothing has been lifted."""
        self.legs = {}
        self._doubted = None

    def _swapped(self, a: int, b: int) -> bool:
        now = self.placements
        return a != b and now[a] == self._believed[b] and now[b] == self._believed[a]

    def _begun_anew(self, same: bool) -> Again:
        self.forget()
        reason = (
            "The same leg was lifted for right and for left."
            if same
            else "The two lifts do not fit together: one sensor was on both legs."
        )
        return Again(Trouble(reason, "Begin anew: lift your right knee, and then your left one."), self.first_step)

    def _expected(self, side: Side, taken: set[int]) -> Leg | None:
        """Give the sensors that are believed to be on a leg; None where what is left contradicts itself."""
        left = [k for k in range(len(self._believed)) if k not in taken]
        segments = {self._believed[k].segment: k for k in left if taken or self._believed[k].side is side}
        if len(segments) < 2:
            return None
        return segments[Segment.THIGH], segments[Segment.SHANK]

    def _contradiction(self, side: Side, leg: Leg, expected: Leg) -> Trouble:
        places = tuple(self._believed[k] for k in leg)
        moved = listed(map(worn, places))
        if set(leg) == set(expected):
            reason = f"The {side} thigh moved as a shank does: the two sensors of that leg seem to be exchanged."
        elif {place.side for place in places} == {_other(side)} and places[0].segment is Segment.THIGH:
            reason = (
                f"What moved are {moved}: either the other leg was lifted, or the sensors of both legs are exchanged."
            )
        else:
            reason = f"What moved are {moved}: either the other leg was lifted, or sensors are exchanged."
        return Trouble(reason, f"To be sure, lift the {side} knee once more.", places)


def _other(side: Side) -> Side:
    return Side.LEFT if side is Side.RIGHT else Side.RIGHT

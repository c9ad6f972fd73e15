"""From the names of sources to a source that gives chunks: find, choose, say what does not fit, connect."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from firmware_bridge.choice import PLACEMENTS, SAVE, Choice, choose, described, whole_legs
from firmware_bridge.errors import LinkError, Reason
from firmware_bridge.found import Found
from firmware_bridge.links.awaiting import awaited, joining
from firmware_bridge.links.link import Enough, Link
from firmware_bridge.links.live import LiveSource
from firmware_bridge.links.monikers import KINDS, Moniker, SourceKind, parse_moniker
from firmware_bridge.replay import ReplaySource
from firmware_bridge.samples import Placement
from firmware_bridge.source import SensorFacts

FIND_S = 8.0
"""How long sensors are looked for, s: some rates at a serial port, and sensors that advertise once a second."""

Say = Callable[[str], None]
"""Takes a sentence for a person."""


def open_live(
    monikers: Sequence[str],
    wanted: Mapping[Placement, SensorFacts],
    kinds: Mapping[str, SourceKind] = KINDS,
    seconds: float = FIND_S,
    say: Say = lambda _sentence: None,
    *,
    anywhere: bool = False,
) -> LiveSource | ReplaySource:
    """Find the sensors and give them as one source; or open the one recording that is named.

    Sensors of the config that are not there, but that a source can go on looking for, are in the session all the
    same, and join when they are switched on.

    Parameters
    ----------
    monikers : names of the sources
    wanted : placement -> facts of the config; empty to use what tells where it is worn
    kinds : kinds of sources
    seconds : longest search; it ends once all wanted sensors, or both legs, are there
    say : takes what does not fit
    anywhere : sensors of which nobody knows where they are worn are used, too

    Raises
    ------
    LinkError : a moniker is none, a link cannot be used, or what was found, or may come, makes up no leg
    RecordingError : the recording cannot be read
    """
    understood = _understood(monikers, kinds)
    if replay := kinds[understood[0].kind].replay:
        return replay(understood[0])
    links = [link_of(moniker, kinds) for moniker in understood]
    found = _search(links, seconds, lambda found: _complete(found, wanted, anywhere=anywhere), say)
    here = [sensor for _, sensor in found]
    late = awaited(wanted, here, understood)
    choice = choose(here + [sensor for _, sensor in late], wanted, anywhere=anywhere)
    sensors = _whole(choice, here)
    for sentence in _joining(sensors, [sensor for _, sensor in late]) + choice.notices + _lonely(choice, sensors):
        say(sentence)
    return LiveSource(sensors, _by_link(sensors, found + [(links[source], sensor) for source, sensor in late]))


def find_all(
    monikers: Sequence[str],
    kinds: Mapping[str, SourceKind] = KINDS,
    seconds: float = FIND_S,
    say: Say = lambda _sentence: None,
) -> list[Found]:
    """Find every sensor that the sources can reach; `say` takes the trouble of one link where others work.

    Raises
    ------
    LinkError : a moniker is none, or no link can be used
    """
    links = [link_of(moniker, kinds) for moniker in _understood(monikers, kinds)]
    return [sensor for _, sensor in _search(links, seconds, lambda _found: False, say)]


def _understood(monikers: Sequence[str], kinds: Mapping[str, SourceKind]) -> list[Moniker]:
    understood = [parse_moniker(text, kinds) for text in dict.fromkeys(monikers)]
    if not understood:
        names = ", ".join(f"{kind}:" for kind in kinds)
        raise LinkError(Reason.BAD_MONIKER, "No source is named.", f"Name one that begins with {names}.")
    if len(understood) > 1 and any(kinds[moniker.kind].replay for moniker in understood):
        raise LinkError(Reason.BAD_MONIKER, "A recording is replayed alone.", "Name that one source only.")
    return understood


def link_of(moniker: Moniker, kinds: Mapping[str, SourceKind]) -> Link:
    """Make the link that a moniker names.

    Raises
    ------
    LinkError : it names a kind without live sensors
    """
    make = kinds[moniker.kind].link
    if make is None:
        sentence = f"{moniker.kind}: has no sensors to be found."
        raise LinkError(Reason.BAD_MONIKER, sentence, "Name a source of live sensors.")
    return make(moniker)


def _search(links: Sequence[Link], seconds: float, enough: Enough, say: Say) -> list[tuple[Link, Found]]:
    """Let all links look at the same time; the trouble of one is said where another finds something."""
    together = _Together(enough)
    troubles: list[LinkError] = []

    def look(link: Link) -> list[Found]:
        try:
            found = link.find(seconds, lambda found: together.enough(link, found))
        except LinkError as error:
            troubles.append(error)
            return []
        together.enough(link, found)
        return found

    with ThreadPoolExecutor(len(links)) as pool:
        looks = pool.map(look, links)
        try:
            found = [(link, sensor) for link, some in zip(links, looks, strict=True) for sensor in some]
        except BaseException:  # Ctrl-C, too, shall not wait for the others to find something
            together.over = True
            raise
    if troubles and (len(troubles) == len(links) or not found):
        raise troubles[0]
    for trouble in troubles:
        say(str(trouble))
    return found


class _Together:
    """What the links have found by now, together."""

    def __init__(self, enough: Enough) -> None:
        self.over = False
        self._enough = enough
        self._lock = Lock()
        self._found: dict[int, list[Found]] = {}

    def enough(self, link: Link, found: list[Found]) -> bool:
        with self._lock:
            self._found[id(link)] = list(found)
            return self.over or self._enough([sensor for some in self._found.values() for sensor in some])


def _complete(found: Sequence[Found], wanted: Mapping[Placement, SensorFacts], *, anywhere: bool) -> bool:
    choice = choose(found, wanted, anywhere=anywhere)
    return not choice.missing and {facts.placement for facts in choice.sensors} >= (set(wanted) or set(PLACEMENTS))


def _whole(choice: Choice, found: Sequence[Found]) -> list[SensorFacts]:
    sensors = whole_legs(choice.sensors)
    if sensors:
        return sensors
    if not found:
        advice = "Are they switched on, charged and near? `legcycle doctor` looks at this computer."
        raise LinkError(Reason.NO_SENSOR, "No sensor was found.", " ".join([*choice.missing, advice]))
    names = "; ".join(described(sensor) for sensor in found)
    sentence = f"What was found makes up no leg, thigh and shank of one side: {names}."
    raise LinkError(Reason.NO_SENSOR, sentence, " ".join(choice.notices) or SAVE)


def _joining(used: Sequence[SensorFacts], late: Sequence[Found]) -> list[str]:
    ways = {(sensor.link, sensor.told.node) for sensor in late}
    return [joining(facts.placement) for facts in used if (facts.link, facts.node) in ways]


def _lonely(choice: Choice, used: Sequence[SensorFacts]) -> list[str]:
    return [
        f"The sensor on the {facts.placement} has no partner on that leg; it is not used."
        for facts in choice.sensors
        if facts not in used
    ]


def _by_link(sensors: Sequence[SensorFacts], found: Sequence[tuple[Link, Found]]) -> list[tuple[Link, list[int]]]:
    """Give each link with the numbers of the sensors that it found, each sensor once."""
    finder = {(sensor.link, sensor.told.node): link for link, sensor in reversed(found)}
    numbers: dict[int, tuple[Link, list[int]]] = {}
    for number, facts in enumerate(sensors):
        link = finder[facts.link, facts.node]
        numbers.setdefault(id(link), (link, []))[1].append(number)
    return list(numbers.values())

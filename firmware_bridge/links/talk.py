"""What is to be said to the sensors of one link, and when: the start, again to one that fell silent, and questions."""

from collections.abc import Iterator, Sequence
from itertools import count

from firmware_bridge.protocols import ProtocolRow
from firmware_bridge.protocols.packets import Introduction, Readings
from firmware_bridge.protocols.profiles import Conversation, Step, Write
from firmware_bridge.source import Kind, SensorFacts

SILENCE_S = 2.0
"""A sensor whose samples stay away for so long is told to start again, s: longer than any set-up takes, short enough
for it to be back within 5 s."""


MEET_S = 1.0
"""So long one whose serial number is known may take to tell it, s; then it is believed: the answer may be lost."""


class Talk:
    """The talk with the sensors of one link that share one protocol.

    Parameters
    ----------
    row : their protocol
    conversation : what is said in it over this kind of link
    sensors : their facts
    now_s : time now, s, on the clock of all later calls

    Attributes
    ----------
    stranger : serial number of one who speaks in the stead of a sensor of another number; "" for none
    """

    def __init__(
        self, row: ProtocolRow, conversation: Conversation, sensors: Sequence[SensorFacts], now_s: float
    ) -> None:
        self._conversation = conversation
        self._sensors = {facts.node: facts for facts in sensors}
        self._decoder = row.decoder(sensors)
        self._scripts = {facts.node: _Script(conversation, facts, now_s) for facts in sensors}
        self._sampled_s = dict.fromkeys(self._sensors, now_s)
        self._present = True
        self.stranger = ""
        self._believed_s = now_s + MEET_S if any(map(is_numbered, sensors)) else now_s

    def heard(self, data: bytes, now_s: float) -> None:
        """Take what came; samples show that a sensor streams, answers do not."""
        for packet in self._decoder.push(data):
            if isinstance(packet, Readings) and packet.node in self._sampled_s:
                self._sampled_s[packet.node] = now_s
            elif isinstance(packet, Introduction) and packet.node in self._sensors:
                self._meet(packet, self._sensors[packet.node], now_s)

    def due(self, now_s: float) -> list[Write]:
        """Give what is to be said now."""
        for node, facts in self._sensors.items():
            if now_s - max(self._sampled_s[node], self._scripts[node].begun_s) > SILENCE_S:
                self._scripts[node] = _Script(self._conversation, facts, now_s)
        return [line for script in self._scripts.values() for line in script.due(now_s)]

    def turn(self, now_s: float) -> Kind | None:
        """Tell whether the link has just fallen silent (`lost`) or streams again (`connected`)."""
        present = any(now_s - sampled_s <= SILENCE_S for sampled_s in self._sampled_s.values())
        if present == self._present:
            return None
        self._present = present
        return Kind.CONNECTED if present else Kind.LOST

    def believed(self, now_s: float) -> bool:
        """Tell whether those who speak are the sensors that are meant, as far as they tell."""
        return not self.stranger and now_s >= self._believed_s

    def _meet(self, who: Introduction, facts: SensorFacts, now_s: float) -> None:
        if is_numbered(facts) and who.device:
            self._believed_s = min(self._believed_s, now_s)
            self.stranger = self.stranger or (who.device if who.device != facts.device else "")

    def farewell(self) -> list[Write]:
        """Give what makes the sensors cease."""
        return [line for facts in self._sensors.values() for line in spoken(self._conversation.stop(facts))]


def is_numbered(facts: SensorFacts) -> bool:
    """Tell whether a sensor's serial number is known; of others the place where they are is a part of the identity."""
    address = facts.link.partition(":")[2]
    return bool(facts.device) and not (address and address in facts.device)


def spoken(steps: Sequence[Step]) -> list[Write]:
    """Give what is written of some steps; links of one way in have nothing to be read aside."""
    return [step for step in steps if isinstance(step, Write)]


class _Script:
    """What is said to one sensor from its start on."""

    def __init__(self, conversation: Conversation, facts: SensorFacts, now_s: float) -> None:
        self.begun_s = now_s
        self._next_s = now_s
        self._lines = _lines(conversation, facts)

    def due(self, now_s: float) -> list[Write]:
        said = []
        while now_s >= self._next_s and (line := next(self._lines, None)):
            said.append(line)
            self._next_s = now_s + line.pause_s
        return said


def _lines(conversation: Conversation, facts: SensorFacts) -> Iterator[Write]:
    yield from spoken(conversation.start(facts))
    if conversation.poll_s > 0:
        for number in count():
            yield from spoken(conversation.poll(facts, number))
            yield Write(b"", pause_s=conversation.poll_s)

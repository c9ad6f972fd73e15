import numpy as np
import pytest

from firmware_bridge.links.talk import MEET_S, SILENCE_S, Talk, spoken
from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.protocols.leglink_serial import framed_command
from firmware_bridge.protocols.profiles import Conversation, Read, Step, Write
from firmware_bridge.source import Kind, SensorFacts
from tests.firmware_bridge.links.boards import LEFT, RATE_HZ, board_of, facts_of

ROW = PROTOCOLS["leglink-serial"]
SENSORS = [facts_of(at, "serial:COM3") for at in LEFT]
THIGH, SHANK = SENSORS


def said(facts: SensorFacts, text: str, pause_s: float = 0.0) -> Step:
    return Write(f"{text} {facts.node};".encode(), pause_s=pause_s)


CONVERSATION = Conversation(
    start=lambda facts: [said(facts, "set", 0.1), Read("aside"), said(facts, "go")],
    stop=lambda facts: [said(facts, "stop", 0.2)],
    poll=lambda facts, count: [said(facts, f"time{count}")],
    poll_s=0.5,
)


def talk(sensors: list[SensorFacts] = SENSORS, conversation: Conversation = CONVERSATION) -> Talk:
    return Talk(ROW, conversation, sensors, 10.0)


def due(talk: Talk, now_s: float) -> str:
    return b"".join(line.data for line in talk.due(now_s)).decode()


def stream(count: int = 1) -> bytes:
    """INFO and some samples of both nodes."""
    board = board_of(*LEFT)
    starts = [step.data for facts in SENSORS for step in ROW.serial.conversation.start(facts)]
    board.line.received(b"".join(starts), 0.0)
    return board.says(b"", 0.0) + board.says(b"".join(starts), 40 * count / RATE_HZ)


def test_steps_come_in_their_order_after_their_pauses():
    one = talk([THIGH])
    assert due(one, 10.0) == "set 2;"
    assert due(one, 10.05) == ""
    assert due(one, 10.1) == "go 2;time0 2;"
    assert due(one, 10.5) == ""
    assert due(one, 10.7) == "time1 2;"


def test_every_sensor_is_spoken_to():
    assert due(talk(), 10.0) == "set 2;set 0;"


def test_where_nothing_is_asked_the_start_is_all():
    silent = talk([THIGH], Conversation(start=CONVERSATION.start))
    assert due(silent, 10.0) + due(silent, 10.2) + due(silent, 11.9) == "set 2;go 2;"


def test_a_sensor_without_samples_is_told_to_start_again_and_again():
    one = talk([THIGH], Conversation(start=CONVERSATION.start))
    due(one, 10.0)
    due(one, 10.2)
    assert due(one, 10.0 + 1.1 * SILENCE_S) == "set 2;"
    assert due(one, 10.2 + 1.1 * SILENCE_S) == "go 2;"
    assert due(one, 10.0 + 2.3 * SILENCE_S) == "set 2;"


def test_only_the_silent_one_of_two_is_started_again():
    both = talk(conversation=Conversation(start=CONVERSATION.start))
    due(both, 10.0)
    due(both, 10.2)
    board = board_of(LEFT[0], serials=(1,))
    command = b"".join(step.data for step in ROW.serial.conversation.start(THIGH))
    both.heard(board.says(command, 0.0) + board.says(command, 0.2), 10.0 + SILENCE_S)
    assert due(both, 10.0 + 1.1 * SILENCE_S) == "set 0;"


def test_silence_and_return_are_told_once():
    both = talk()
    assert both.turn(10.0 + 0.9 * SILENCE_S) is None
    assert both.turn(10.0 + 1.1 * SILENCE_S) is Kind.LOST
    assert both.turn(10.0 + 1.2 * SILENCE_S) is None
    both.heard(stream(), 20.0)
    assert both.turn(20.0) is Kind.CONNECTED
    assert both.turn(20.0 + 0.9 * SILENCE_S) is None


@pytest.mark.parametrize("answers", [b"", b"\0noise\0", framed_command(b"no packet")])
def test_what_is_no_sample_does_not_break_a_silence(answers: bytes):
    both = talk()
    both.heard(answers, 10.0 + SILENCE_S)
    assert both.turn(10.0 + 1.1 * SILENCE_S) is Kind.LOST


def test_answers_to_questions_are_no_samples():
    board = board_of(*LEFT)
    questions = b"".join(step.data for facts in SENSORS for step in ROW.serial.conversation.poll(facts, 0))
    answers = board.says(questions, 0.0)
    assert answers
    both = talk()
    both.heard(answers, 10.0 + SILENCE_S)
    assert both.turn(10.0 + 1.1 * SILENCE_S) is Kind.LOST


def test_the_farewell_is_that_of_every_sensor():
    assert talk().farewell() == [Write(b"stop 2;", pause_s=0.2), Write(b"stop 0;", pause_s=0.2)]


def test_what_would_be_read_aside_is_left_out():
    assert spoken([Read("x"), Write(b"y", pause_s=1.0)]) == [Write(b"y", pause_s=1.0)]


def test_the_samples_of_the_stream_above_are_samples():
    decoder = ROW.decoder(SENSORS)
    packets = decoder.push(stream())
    assert np.sum([hasattr(packet, "gyr") for packet in packets]) >= 2


@pytest.mark.parametrize(
    ("device", "stranger"),
    [("000000A1", ""), ("", ""), ("LegLink COM3", ""), ("000000B1", "000000A1")],
    ids=["itself", "any", "known by its port", "another"],
)
def test_one_who_tells_another_number_is_a_stranger(device: str, stranger: str):
    one = talk([THIGH._replace(device=device)])
    assert one.believed(10.0) == (device in ("", "LegLink COM3"))
    one.heard(stream(), 10.1)
    assert one.stranger == stranger
    assert one.believed(10.1) == (not stranger)


def test_one_who_never_tells_its_number_is_believed_after_a_while():
    one = talk([THIGH._replace(device="000000A1")])
    assert not one.believed(10.0 + 0.9 * MEET_S)
    assert one.believed(10.0 + MEET_S)

import json
import sys

import pytest

from firmware_bridge.errors import LinkError
from firmware_bridge.links.monikers import KINDS
from legcycle_imu.doctor.listening import answer, heard_apart, if_stuck
from tests.legcycle_imu.cli.scripted import NO_RADIO, ScriptedLink, kind_of, sensor


def program(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def test_what_the_other_process_says_is_taken():
    assert heard_apart(program("print('{\"heard\": 3}')")) == 3
    with pytest.raises(LinkError, match="There is no adapter"):
        heard_apart(program(f"print({json.dumps({'sentence': 'There is no adapter.', 'advice': 'Buy one.'})!r})"))


def test_a_process_that_the_system_ends_is_a_trouble():
    with pytest.raises(LinkError) as caught:
        heard_apart(program("import os; os._exit(6)"))
    assert caught.value.sentence == "Asking Bluetooth ended the program that asked: code 6."
    assert caught.value.advice == if_stuck()
    with pytest.raises(LinkError, match="ZeroDivisionError"):
        heard_apart(program("1 / 0"))


def test_a_process_that_waits_for_ever_is_ended():
    with pytest.raises(LinkError, match="does not answer in time"):
        heard_apart(program("import threading; threading.Event().wait()"), patience_s=0.3)


@pytest.mark.parametrize(("system", "word"), [("darwin", "Privacy"), ("win32", "Settings"), ("linux", "systemctl")])
def test_what_to_do_depends_on_the_system(system, word):
    assert word in if_stuck(system)


def test_an_answer_is_what_a_search_finds_or_its_trouble(monkeypatch):
    monkeypatch.setitem(KINDS, "ble", kind_of(ScriptedLink([sensor(1), sensor(2)])))
    assert answer() == {"heard": 2}
    monkeypatch.setitem(KINDS, "ble", kind_of(ScriptedLink(trouble=NO_RADIO)))
    assert answer() == {"sentence": "There is no adapter.", "advice": "Buy one."}

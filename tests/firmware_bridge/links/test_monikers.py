import math
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from firmware_bridge.errors import LinkError, Reason, RecordingError
from firmware_bridge.links.ble import BleLink
from firmware_bridge.links.monikers import KINDS, OPTION, Moniker, Option, SourceKind, moniker_help, parse_moniker
from firmware_bridge.links.serial_port import SerialLink
from firmware_bridge.links.udp import UdpLink

WITH_SIM = {
    **KINDS,
    "sim": SourceKind("a runner", "", "sim:", {"drop": Option("share", 0.25), "swap": Option("leg", "")}),
}


@pytest.mark.parametrize(
    ("text", "kind", "target", "options"),
    [
        ("ble:", "ble", "", {}),
        ("ble:C4:12:AB:00:11:22", "ble", "C4:12:AB:00:11:22", {}),
        ("BLE:LegLink 1A2B", "ble", "LegLink 1A2B", {}),
        (" serial:/dev/ttyACM0 ", "serial", "/dev/ttyACM0", {"baud": 0.0}),
        ("serial:COM3,baud=9600", "serial", "COM3", {"baud": 9600.0}),
        ("serial:,baud=9600", "serial", "", {"baud": 9600.0}),
        ("serial:baud=9600", "serial", "", {"baud": 9600.0}),
        ("serial:socket://host:7000?logging=debug", "serial", "socket://host:7000?logging=debug", {"baud": 0.0}),
        ("udp:8000", "udp", "8000", {}),
        (r"replay:C:\my runs\a,b.legcycle", "replay", r"C:\my runs\a,b.legcycle", {"speed": math.inf}),
        (r"replay:C:\a,fast=1,b.legcycle,speed=2", "replay", r"C:\a,fast=1,b.legcycle", {"speed": 2.0}),
        ("replay:run,pace=3.legcycle", "replay", "run,pace=3.legcycle", {"speed": math.inf}),
        ("replay:speed=2", "replay", "speed=2", {"speed": math.inf}),
        ("sim:drop=0.1,swap=left", "sim", "", {"drop": 0.1, "swap": "left"}),
        ("sim:", "sim", "", {"drop": 0.25, "swap": ""}),
    ],
)
def test_monikers_are_understood(text: str, kind: str, target: str, options: dict[str, object]):
    assert parse_moniker(text, WITH_SIM) == Moniker(kind, target, options)


@pytest.mark.parametrize(
    ("text", "sentence", "advice"),
    [
        ("", "'' is no source", "Sources begin with ble:, serial:"),
        ("bel:", "'bel:' is no source", "Do you mean ble:?"),
        ("serial", "'serial' is no source", "Do you mean serial:?"),
        ("/dev/ttyUSB0", "is no source", "Do you mean serial:/dev/ttyUSB0?"),
        ("COM3", "is no source", "Do you mean serial:COM3?"),
        ("run.legcycle", "is no source", "Do you mean replay:run.legcycle?"),
        (r"C:\run.legcycle", "is no source", r"Do you mean replay:C:\run.legcycle?"),
        ("smoke:signals", "is no source", "Sources begin with"),
        ("serial:COM3,bauds=9600", "serial: has no option bauds", "Do you mean baud?"),
        ("serial:COM3,color=red", "serial: has no option color", "serial: has baud."),
        ("ble:,x=1", "ble: has no option x", "ble: has no options."),
        ("replay:run.legcycle,sped=2", "replay: has no option sped", "Do you mean speed?"),
        ("serial:COM3,baud=fast", "baud=fast is no number", "baud=0 (bit/s)"),
        ("serial:COM3,baud=nan", "baud=nan is no number", "baud=0 (bit/s)"),
        ("serial:COM3,baud=1,baud=2", "baud is given twice", "once"),
    ],
)
def test_mistakes_are_said_with_what_may_be_meant(text: str, sentence: str, advice: str):
    with pytest.raises(LinkError) as caught:
        parse_moniker(text)
    assert caught.value.reason is Reason.BAD_MONIKER
    assert sentence in caught.value.sentence
    assert advice in caught.value.advice


@pytest.mark.parametrize("text", ["serial:COM3,baud=-1", "serial:COM3,baud=inf", "udp:eight"])
def test_values_that_cannot_be_are_said(text: str):
    moniker = parse_moniker(text)
    make = KINDS[moniker.kind].link
    assert make is not None
    with pytest.raises(LinkError) as caught:
        make(moniker)
    assert caught.value.reason is Reason.BAD_MONIKER


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("replay:", Reason.BAD_MONIKER),
        ("replay:x.legcycle,speed=0", Reason.BAD_MONIKER),
        ("replay:no such file.legcycle", Reason.MISSING),
    ],
)
def test_recordings_that_cannot_be_replayed_are_said(text: str, reason: Reason, tmp_path: Path):
    open_replay = KINDS["replay"].replay
    assert open_replay is not None
    with pytest.raises((LinkError, RecordingError)) as caught:
        open_replay(parse_moniker(text))
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("text", "link"), [("ble:", BleLink), ("serial:COM3,baud=9600", SerialLink), ("udp:", UdpLink)]
)
def test_kinds_make_their_links(text: str, link: type):
    moniker = parse_moniker(text)
    make = KINDS[moniker.kind].link
    assert make is not None
    assert isinstance(make(moniker), link)


def test_options_are_numbers_or_text():
    moniker = parse_moniker("sim:swap=left", WITH_SIM)
    assert moniker.number("drop") == 0.25
    assert moniker.text("swap") == "left"


def written(moniker: Moniker) -> str:
    return ",".join([f"{moniker.kind}:{moniker.target}", *(f"{key}={value}" for key, value in moniker.options.items())])


targets = st.text(max_size=30).map(str.strip)
numbers = st.floats(allow_nan=False)


@given(targets, numbers, st.text(st.characters(exclude_characters=","), max_size=8).map(str.strip))
def test_what_is_written_is_understood(target: str, drop: float, swap: str):
    assume(not OPTION.fullmatch(target.rpartition(",")[2]))
    moniker = Moniker("sim", target, {"drop": drop, "swap": swap})
    assert parse_moniker(written(moniker), WITH_SIM) == moniker


@given(targets, numbers)
def test_files_may_have_any_name_that_holds_no_option_of_the_kind(name: str, speed: float):
    assume(not re.search(r",s\w*=", name))
    moniker = Moniker("replay", name, {"speed": speed})
    assert parse_moniker(written(moniker)) == moniker


@given(st.text(max_size=40) | st.text("bleudpsrai:,=0. ", max_size=40))
def test_any_text_is_a_moniker_or_a_mistake_that_is_said(text: str):
    try:
        moniker = parse_moniker(text)
    except LinkError as error:
        assert error.reason is Reason.BAD_MONIKER
        assert error.advice
    else:
        assert set(moniker.options) == set(KINDS[moniker.kind].options)


def test_the_help_names_every_kind_and_option_and_its_examples_are_monikers():
    text = moniker_help(WITH_SIM)
    for name, kind in WITH_SIM.items():
        assert re.search(rf"^{name}:.*{re.escape(kind.example)}$", text, re.MULTILINE)
        assert parse_moniker(kind.example, WITH_SIM).kind == name
        for key, option in kind.options.items():
            assert re.search(rf"^    {key}=.*{re.escape(option.about)}$", text, re.MULTILINE)
    assert "baud=0 bit/s" in text
    assert "[]" not in text


def test_reading_monikers_loads_no_radio_and_no_port():
    code = (
        "import sys, firmware_bridge.links.session; "
        "print([name for name in ('bleak', 'serial', 'asyncio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

import json
import sys

import pytest

from legcycle_imu.doctor import Check, Finding, State


@pytest.fixture
def checks(monkeypatch):
    def put(*found: Finding) -> None:
        made = [Check(f"check {n}", lambda finding=finding: finding) for n, finding in enumerate(found)]
        monkeypatch.setattr("legcycle_imu.doctor.checks_here", lambda _folder: made)

    return put


def test_each_check_has_a_line_and_what_to_do_another(cli, checks):
    checks(Finding(State.OK, "It is fine."), Finding(State.ATTENTION, "It is old.", "Buy a new one."))
    result = cli("doctor")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "ok         check 0  It is fine.\nattention  check 1  It is old.\n                    -> Buy a new one.\n"
    )


def test_json_has_the_same(cli, checks):
    checks(Finding(State.ATTENTION, "It is old.", "Buy a new one."))
    assert json.loads(cli("doctor", "--json").stdout) == [
        {"name": "check 0", "state": "attention", "finding": "It is old.", "advice": "Buy a new one."}
    ]


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_what_is_broken_has_exit_code_1(cli, checks, flags):
    checks(Finding(State.OK, "It is fine."), Finding(State.BROKEN, "It is broken.", "Mend it."))
    result = cli("doctor", *flags)
    assert result.exit_code == 1
    assert "It is broken." in result.stdout
    assert result.stderr == ""


def test_on_this_computer_every_check_gives_an_answer(legcycle, tmp_path):
    no_bus = f"unix:path={tmp_path / 'no-bus'}"
    done = legcycle("doctor", "--json", DBUS_SYSTEM_BUS_ADDRESS=no_bus)
    results = {result["name"]: result for result in json.loads(done.stdout)}
    assert done.stderr == ""
    assert set(results) >= {"legcycle", "packages", "config file", "Bluetooth", "serial ports", "disk", "clock"}
    assert not any("The check itself failed" in result["finding"] for result in results.values())
    assert results["packages"]["state"] == "ok"
    if sys.platform == "linux":
        assert results["Bluetooth"]["state"] == "broken"
        # on a computer that has too much to do, the check gives up before the bus has refused
        said = ("service does not run", "does not answer in time")
        assert any(words in results["Bluetooth"]["finding"] for words in said)
        assert done.returncode == 1


def test_who_needs_no_bluetooth_is_not_stopped_by_its_lack(legcycle, tmp_path):
    (tmp_path / "legcycle.toml").write_text('source = "udp:"')
    done = legcycle("doctor", "--json", DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={tmp_path / 'no-bus'}")
    assert done.returncode == 0

from pathlib import Path

import pytest

from legcycle_imu.doctor import checks_here
from legcycle_imu.doctor.checks import needed_kinds


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("legcycle_imu.config.user_config_path", lambda: tmp_path / "no-config.toml")
    return tmp_path


def test_the_sources_of_the_config_are_needed(here):
    assert needed_kinds() == {"ble"}
    (here / "legcycle.toml").write_text('source = ["serial:", "udp:9000"]')
    assert needed_kinds() == {"serial", "udp"}
    (here / "legcycle.toml").write_text("not valid")
    assert needed_kinds() == {"ble"}


def test_every_check_has_a_name_of_its_own_and_a_way_out(here):
    checks = checks_here(here)
    assert len({check.name for check in checks}) == len(checks) == 10
    assert all(check.if_stuck.endswith(".") for check in checks)

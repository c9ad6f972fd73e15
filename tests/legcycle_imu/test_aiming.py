from pathlib import Path

import pytest

from firmware_bridge.errors import LegcycleError, Reason
from legcycle_imu.aiming import Aiming
from legcycle_imu.config import load_config
from legcycle_imu.targets import Preset, Targets


def test_all_who_follow_are_told_at_once_and_in_order() -> None:
    told: list[tuple[str, Targets]] = []
    aiming = Aiming(Targets(), lambda t: told.append(("one", t)), lambda t: told.append(("two", t)))
    assert told == []
    aiming.aim(Targets(drive_deg=44.0))
    assert told == [("one", Targets(drive_deg=44.0)), ("two", Targets(drive_deg=44.0))]
    assert aiming.targets.preset is Preset.CUSTOM


def test_what_is_kept_is_what_holds_when_the_next_session_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("legcycle_imu.config.user_config_path", lambda: tmp_path / "user.toml")
    aiming = Aiming(Targets())
    aiming.aim(Targets(lift=8.0, drive_deg=44.0))
    assert not list(tmp_path.iterdir())
    assert aiming.keep() == Path("legcycle.toml")
    assert load_config().targets == aiming.targets


def test_what_cannot_be_kept_holds_all_the_same() -> None:
    def full(_targets: Targets) -> Path:
        raise LegcycleError(Reason.NOT_WRITABLE, "No space left.", "Make room.")

    aiming = Aiming(Targets(), save=full)
    aiming.aim(Targets(Preset.BASELINE))
    with pytest.raises(LegcycleError):
        aiming.keep()
    assert aiming.targets.preset is Preset.BASELINE

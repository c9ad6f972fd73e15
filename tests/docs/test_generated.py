from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.browser import HOW_TO_GET, chromium

GENERATORS = {
    "make_command_line.py": "PAGE",
    "make_wire_protocol.py": "PAGE",
    "figures/make_leg_cycle.py": "FIGURE",
    "figures/make_demo.py": "FIGURE",
    "figures/make_on_the_track.py": "FIGURE",
    "figures/make_calibration.py": "FIGURE",
    "figures/make_window.py": "FIGURE",
    "figures/make_report.py": "FIGURE",
}
"""Scripts that write a committed file, and their name for its path."""
NEED_QT = {"figures/make_window.py"}
NEED_CHROMIUM = {"make_report.py"}
"""To write their file anew; comparing needs none."""


SLOW = {"figures/make_window.py"}
"""Takes 10 s: `make docs` compares it, and what draws it has tests of its own."""


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.soak) if name in SLOW else name for name in GENERATORS])
def generator(request: pytest.FixtureRequest, load: Callable[[str], ModuleType]) -> tuple[ModuleType, str]:
    if request.param in NEED_QT:
        pytest.importorskip("PySide6.QtWidgets", reason="Qt does not load here", exc_type=ImportError)
    return load(request.param), GENERATORS[request.param]


def test_the_committed_file_is_current(generator: tuple[ModuleType, str]) -> None:
    script, _ = generator
    assert script.main(["--check"]) == 0


def test_a_file_that_is_not_current_is_told_and_left_alone(
    generator: tuple[ModuleType, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    script, name = generator
    if Path(script.__file__ or "").name in NEED_CHROMIUM and chromium() is None:
        pytest.skip(HOW_TO_GET)
    old = tmp_path / "old"
    old.write_text("old", encoding="utf-8")
    monkeypatch.setattr(script, name, old)
    assert script.main(["--check"]) == 1
    assert "is not current" in capsys.readouterr().err
    assert old.read_text(encoding="utf-8") == "old"
    assert script.main([]) == 0
    assert script.main(["--check"]) == 0

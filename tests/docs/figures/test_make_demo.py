import importlib.util
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[3] / "docs" / "figures" / "make_demo.py"


@pytest.fixture(scope="module")
def figure() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_demo", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_figure_is_current(figure: ModuleType) -> None:
    assert figure.main(["--check"]) == 0


def test_a_figure_that_is_not_current_is_told_and_left_alone(
    figure: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "demo.svg"
    old.write_text("<svg/>", encoding="utf-8")
    monkeypatch.setattr(figure, "FIGURE", old)
    assert figure.main(["--check"]) == 1
    assert "is not current" in capsys.readouterr().err
    assert old.read_text(encoding="utf-8") == "<svg/>"
    assert figure.main([]) == 0
    assert figure.main(["--check"]) == 0


def test_it_shows_both_legs_a_hit_and_a_miss(figure: ModuleType) -> None:
    drawing = figure.drawing()
    ET.fromstring(drawing)
    said = " ".join(word.replace("&#160;", " ").strip() for word in figure.words(drawing))
    for word in ("left leg", "right leg", "PLACE", "LIFT", "OK +4.2", "low -6.9", "of 20 s"):
        assert word in said

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import typer

SCRIPT = Path(__file__).parents[2] / "docs" / "make_command_line.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_command_line", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_page_is_current(script: ModuleType) -> None:
    assert script.main(["--check"]) == 0


def test_a_page_that_is_not_current_is_told_and_left_alone(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "command-line.md"
    old.write_text("old", encoding="utf-8")
    monkeypatch.setattr(script, "PAGE", old)
    assert script.main(["--check"]) == 1
    assert "is not current" in capsys.readouterr().err
    assert old.read_text(encoding="utf-8") == "old"
    assert script.main([]) == 0
    assert script.main(["--check"]) == 0


def test_every_option_and_example_of_every_command_is_there(script: ModuleType) -> None:
    page = script.page()
    commands = dict(script._commands(typer.main.get_command(script.app), "legcycle"))
    assert len(commands) > 6
    for name, command in commands.items():
        section = page.split(f"## `{name}`\n")[1].split("\n## ")[0]
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert all(f"`{word}`" in section for word in parameter.opts)
        if command.epilog:
            assert "```text\nlegcycle " in section

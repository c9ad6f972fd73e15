from collections.abc import Callable
from types import ModuleType

import pytest
import typer


@pytest.fixture(scope="module")
def script(load: Callable[[str], ModuleType]) -> ModuleType:
    return load("make_command_line.py")


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

import subprocess
import sys
import time
from importlib import metadata

import pytest
import typer

from firmware_bridge.errors import LegcycleError, Reason
from legcycle_imu.cli import app, main

COMMANDS = (
    ("scan",),
    ("identify",),
    ("doctor",),
    ("drill",),
    ("config", "init"),
    ("config", "check"),
    ("config", "show"),
    ("import", "csv"),
    ("analyse",),
    ("compare",),
    ("trend",),
    ("calibrate",),
    ("replay",),
    ("report",),
    ("simulate",),
    ("record",),
    ("live",),
    ("share",),
    ("delete",),
    ("info",),
    ("demo",),
)


def commands(command, words: tuple[str, ...] = ()):
    inner = getattr(command, "commands", {})
    yield from (found for word, each in inner.items() for found in commands(each, (*words, word)))
    if not inner:
        yield words


def test_these_are_the_commands():
    assert set(commands(typer.main.get_command(app))) == set(COMMANDS)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_every_command_helps_with_examples(cli, words, flag):
    help_ = cli(*words, flag)
    assert help_.exit_code == 0
    assert help_.stdout.startswith("Usage: ")
    assert f"legcycle {' '.join(words)}" in help_.stdout.split("Examples:")[1]
    assert "\x1b" not in help_.stdout


def test_the_program_itself_helps_too(cli):
    assert "Examples:" in cli("--help").stdout
    assert "csv" in cli("import", "--help").stdout
    assert cli().exit_code == 2  # a command is missing


@pytest.mark.parametrize(
    "arguments",
    [
        ["walk"],
        ["analyse"],
        ["analyse", "x.legcycle", "--unknown"],
        ["replay", "x.legcycle", "--speed", "fast"],
        ["replay", "x.legcycle", "--speed", "0"],
        ["replay", "x.legcycle", "--speed", "nan"],
        ["demo", "--speed", "-1"],
        ["simulate", "--speed-m-s", "99", "--duration-s", "5", "-o", "x.legcycle"],
        ["analyse", "x.legcycle", "--strides", "x.legcycle"],
        ["analyse", "x.legcycle", "--strides", "a.csv", "--angles", "a.csv"],
        ["analyse", "x.legcycle", "--height-m", "17"],
        ["compare", "x.legcycle"],
        ["compare", "x.legcycle", "y.legcycle", "-o", "change.pdf"],
        ["trend", ".", "-o", "trend.txt"],
        ["analyse", "x.legcycle", "--angles", "a.csv", "--rate-hz", "0"],
    ],
    ids=" ".join,
)
def test_wrong_usage_has_exit_code_2(cli, arguments, tmp_path):
    result = cli(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr
    assert not list(tmp_path.iterdir())


def test_the_version_is_told(cli):
    version = cli("--version")
    assert version.exit_code == 0
    assert version.stdout.startswith("legcycle-imu")
    try:
        assert metadata.version("legcycle-imu") in version.stdout
    except metadata.PackageNotFoundError:
        assert "not installed" in version.stdout


def test_help_comes_at_once_without_numpy_and_scipy():
    program = (
        "import sys\n"
        "from legcycle_imu.cli import app\n"
        "try:\n"
        "    app(['analyse', '--help'])\n"
        "except SystemExit:\n"
        "    pass\n"
        "heavy = {'numpy', 'scipy', 'vqf', 'msgspec', 'matplotlib', 'sqlite3'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)\n"
    )
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert time.perf_counter() - begun < 5.0  # tenfold what it may take, for a machine that is busy


def test_without_debug_an_error_is_a_sentence_and_with_it_a_traceback(legcycle, tmp_path):
    gone = tmp_path / "gone.legcycle"
    plain = legcycle("info", gone)
    assert (plain.returncode, plain.stdout) == (1, "")
    assert plain.stderr == f"legcycle: There is no file {gone}. Check the name and the folder.\n"
    debug = legcycle("--debug", "info", gone)
    assert debug.returncode == 1
    assert "Traceback" in debug.stderr
    assert "RecordingError" in debug.stderr


def test_a_mistake_of_the_program_is_owned_up_to(monkeypatch, capsys):
    def broken(**_: object) -> None:
        raise RuntimeError("inside out")

    monkeypatch.setattr("legcycle_imu.cli.commands.app", broken)
    monkeypatch.setattr(sys, "argv", ["legcycle"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 1
    said = capsys.readouterr().err
    assert "RuntimeError: inside out" in said
    assert "Traceback" not in said
    monkeypatch.setattr(sys, "argv", ["legcycle", "--debug"])
    with pytest.raises(RuntimeError):
        main()


def test_an_error_has_its_advice_behind_it(cli, monkeypatch):
    def fails(*_: object, **__: object) -> None:
        raise LegcycleError(Reason.DAMAGED, "It is broken.", "Mend it.")

    monkeypatch.setattr("firmware_bridge.recording.Recording.open", fails)
    result = cli("info", "x.legcycle")
    assert (result.exit_code, result.stderr) == (1, "legcycle: It is broken. Mend it.\n")

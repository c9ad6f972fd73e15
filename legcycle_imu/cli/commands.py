"""The command line as a whole: which commands there are, and what happens when one fails.

Exit codes: 0 well done, 1 the world is at fault (a sentence says how, and what to do), 2 usage.
"""

import io
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from firmware_bridge.errors import LegcycleError
from legcycle_imu.cli import config
from legcycle_imu.cli.analyse import analyse
from legcycle_imu.cli.calibrate import calibrate
from legcycle_imu.cli.compare import compare
from legcycle_imu.cli.console import say
from legcycle_imu.cli.delete import delete
from legcycle_imu.cli.demo import demo
from legcycle_imu.cli.doctor import doctor
from legcycle_imu.cli.drill import drill
from legcycle_imu.cli.identify import identify
from legcycle_imu.cli.import_csv import import_csv
from legcycle_imu.cli.info import info
from legcycle_imu.cli.live import live
from legcycle_imu.cli.options import examples
from legcycle_imu.cli.record import record
from legcycle_imu.cli.replay import replay
from legcycle_imu.cli.report import report
from legcycle_imu.cli.scan import scan
from legcycle_imu.cli.share import share
from legcycle_imu.cli.simulate import simulate
from legcycle_imu.cli.trend import trend


class Commands(TyperGroup):
    """The commands; an error of the world becomes a sentence and exit code 1."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # typer carries a click of its own
        """Run the command."""
        try:
            return super().invoke(ctx)
        except LegcycleError as error:
            if ctx.params.get("debug"):
                raise
            say(f"legcycle: {error}".rstrip())
            raise typer.Exit(1) from error


SETTINGS = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=SETTINGS,
    epilog=examples(
        "legcycle demo",
        "legcycle import csv --left-thigh lt.csv --left-shank ls.csv -o run.legcycle",
        "legcycle analyse run.legcycle --strides strides.csv",
    ),
)
imports = typer.Typer(rich_markup_mode=None, no_args_is_help=True, context_settings=SETTINGS)
app.add_typer(imports, name="import", help="Make recordings of other files.")
configs = typer.Typer(rich_markup_mode=None, no_args_is_help=True, context_settings=SETTINGS)
app.add_typer(configs, name="config", help="Write, check and show the config file: sensors, runners, targets.")


def _version(wanted: bool) -> None:
    if wanted:
        from firmware_bridge.recording_format import software_version

        sys.stdout.write(f"{software_version()}\n")
        raise typer.Exit


@app.callback()
def legcycle(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where in the program an error arose.")] = False,
) -> None:
    """Measure the leg cycle of running - push, lift, drive, place - with sensors on thigh and shank."""


app.command(
    "live",
    epilog=examples(
        "legcycle live --source sim:",
        "legcycle live --source ble: --record run.legcycle --runner anna",
        "legcycle live --no-window --source serial:/dev/ttyACM0 --strides strides.csv",
    ),
)(live)
app.command(
    "record",
    epilog=examples(
        "legcycle record --source ble: -o run.legcycle",
        "legcycle record --runner anna --source serial:/dev/ttyACM0 -o run.legcycle",
    ),
)(record)
app.command(
    "scan",
    epilog=examples(
        "legcycle scan",
        "legcycle scan --source ble: --source serial: --save",
        "legcycle scan --source sim: --json",
    ),
)(scan)
app.command(
    "identify",
    epilog=examples('legcycle identify "left thigh"', "legcycle identify 5EED0001 --source serial:"),
)(identify)
app.command(
    "calibrate",
    epilog=examples(
        "legcycle calibrate --source sim:",
        "legcycle calibrate --runner anna -o anna.json",
        "legcycle calibrate --from run.legcycle -o anna.json",
        'legcycle calibrate --intrinsic "left thigh"',
    ),
)(calibrate)
app.command(
    "drill",
    epilog=examples(
        "legcycle drill --list",
        "legcycle drill heel-drag --record drag.legcycle --runner anna",
        "legcycle drill push-lift --source sim:",
        "legcycle drill push-lift run.legcycle --repetitions repetitions.csv",
    ),
)(drill)
app.command("doctor", epilog=examples("legcycle doctor", "legcycle doctor --json"))(doctor)
configs.command("init", epilog=examples("legcycle config init", "legcycle config init --user"))(config.init)
configs.command("check", epilog=examples("legcycle config check", "legcycle config check legcycle.toml"))(config.check)
configs.command("show", epilog=examples("legcycle config show"))(config.show)
imports.command(
    "csv",
    epilog=examples(
        "legcycle import csv --left-thigh lt.csv --left-shank ls.csv -o run.legcycle",
        "legcycle import csv --left-thigh lt.csv.gz --left-shank ls.csv.gz \\",
        "    --right-thigh rt.csv.gz --right-shank rs.csv.gz --height-m 1.75 -o run.legcycle",
    ),
)(import_csv)
app.command(
    "analyse",
    epilog=examples(
        "legcycle analyse run.legcycle",
        "legcycle analyse run.legcycle --strides strides.csv --angles angles.csv",
        "legcycle analyse run.legcycle --height-m 1.75 > strides.csv",
        "legcycle analyse run.legcycle --json",
    ),
)(analyse)
app.command(
    "report",
    epilog=examples(
        "legcycle report run.legcycle",
        "legcycle report run.legcycle --height-m 1.75 -o anna.html",
    ),
)(report)
app.command(
    "compare",
    epilog=examples(
        "legcycle compare may.legcycle june.legcycle",
        "legcycle compare may.legcycle june.legcycle --own sessions -o change.svg",
    ),
)(compare)
app.command(
    "trend",
    epilog=examples("legcycle trend sessions --runner anna", "legcycle trend sessions --runner anna -o trend.png"),
)(trend)
app.command(
    "replay",
    epilog=examples(
        "legcycle replay run.legcycle",
        "legcycle replay run.legcycle --speed 4",
        "legcycle replay run.legcycle --speed max --strides strides.csv",
    ),
)(replay)
app.command(
    "simulate",
    epilog=examples(
        "legcycle simulate --speed-m-s 3.5 --duration-s 60 -o sim.legcycle",
        "legcycle simulate --speed-m-s 9 --duration-s 10 --no-preamble --seed 3 -o sprint.legcycle",
    ),
)(simulate)
app.command(
    "share",
    epilog=examples(
        "legcycle share run.legcycle",
        "legcycle share run.legcycle -o for-the-lab.legcycle --keep-lengths",
    ),
)(share)
app.command(
    "delete",
    epilog=examples(
        "legcycle delete run.legcycle",
        "legcycle delete --yes monday.legcycle tuesday.legcycle",
        "legcycle delete --runner anna --folder recordings",
    ),
)(delete)
app.command("info", epilog=examples("legcycle info run.legcycle", "legcycle info run.legcycle --json"))(info)
app.command("demo", epilog=examples("legcycle demo", "legcycle demo --speed max"))(demo)


def main() -> None:
    """Run the command line; the program's own mistakes show a traceback with --debug alone."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A console that lacks a sign shall show the rest; tables are the same bytes on every system.
            stream.reconfigure(errors="replace", newline="\n")
    try:
        app(prog_name="legcycle")
    except BrokenPipeError:
        sys.exit(1)
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        say(f"legcycle: this is a mistake in the program ({type(error).__name__}: {error}). --debug shows where.")
        sys.exit(1)

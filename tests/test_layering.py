"""The direction of imports, held without any tool: packages point one way, and only edge modules touch the world.

`lint-imports` follows whole chains for the modules that pyproject.toml names; here every module is looked at, so
that a new one cannot be forgotten: it is pure unless it is named in `EDGE`.
"""

import ast
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("firmware_bridge", "calibration", "legcycle_imu")
"""Each may import those before it."""

EDGE = (
    "firmware_bridge.csv_import",
    "firmware_bridge.info",
    "firmware_bridge.links",
    "firmware_bridge.recorder",
    "firmware_bridge.recording",
    "firmware_bridge.recording_writer",
    "firmware_bridge.replay",
    "firmware_bridge.sensor_csv",
    "calibration.intrinsic_store",
    "calibration.store",
    "legcycle_imu.aiming",
    "legcycle_imu.analysis",
    "legcycle_imu.audio",
    "legcycle_imu.broadcast",
    "legcycle_imu.calibrating",
    "legcycle_imu.cli",
    "legcycle_imu.config",
    "legcycle_imu.config_file",
    "legcycle_imu.cueing",
    "legcycle_imu.demo",
    "legcycle_imu.doctor",
    "legcycle_imu.drill_sounding",
    "legcycle_imu.drill_table",
    "legcycle_imu.drilling",
    "legcycle_imu.lab",
    "legcycle_imu.live",
    "legcycle_imu.passage",
    "legcycle_imu.player",
    "legcycle_imu.progress.picture",
    "legcycle_imu.progress.reading",
    "legcycle_imu.recalibration",
    "legcycle_imu.recorded",
    "legcycle_imu.report.page",
    "legcycle_imu.report.reading",
    "legcycle_imu.report.writing",
    "legcycle_imu.sessions",
    "legcycle_imu.sharing",
    "legcycle_imu.deleting",
    "legcycle_imu.simulation.files",
    "legcycle_imu.sources",
    "legcycle_imu.simulation.live",
    "legcycle_imu.tables",
)
"""Modules, or packages with all that is in them, that do I/O, know the time or run threads."""


def contract(name: str) -> dict[str, Any]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    return next(c for c in contracts if c["type"] == name)


FORBIDDEN = set(contract("forbidden")["forbidden_modules"])
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_by(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def within(module: str, packages: tuple[str, ...] | set[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def is_edge(module: str) -> bool:
    return within(module, EDGE) or module in PACKAGES  # a package's front gives its public names, edge or not


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_a_package_imports_only_those_below_it(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    above = set(PACKAGES[PACKAGES.index(package) + 1 :])
    assert not {name for name in imported_by(path.read_text(encoding="utf-8")) if within(name, above)}


@pytest.mark.parametrize("path", [p for p in SOURCES if not is_edge(module_of(p))], ids=module_of)
def test_a_module_is_pure_unless_it_is_named_an_edge(path: Path) -> None:
    imported = imported_by(path.read_text(encoding="utf-8"))
    assert not {name for name in imported if within(name, FORBIDDEN)}, "make it pure, or name it in EDGE"
    assert not {name for name in imported if within(name, EDGE)}, "a pure module rests on pure modules alone"


def test_the_contract_names_pure_modules_alone() -> None:
    named = contract("forbidden")["source_modules"]
    assert not [module for module in named if is_edge(module)]
    assert set(named) <= {module_of(path) for path in SOURCES}


def test_the_layers_are_the_packages() -> None:
    assert contract("layers")["layers"] == list(reversed(PACKAGES))


def test_the_reader_of_imports_sees_every_form() -> None:
    source = "import os.path\nfrom time import time as now\ndef f():\n    from legcycle_imu import cli\n"
    seen = imported_by(source)
    assert {"os.path", "time", "legcycle_imu.cli"} <= seen
    assert within("os.path", {"os"})
    assert not within("operator", {"os"})

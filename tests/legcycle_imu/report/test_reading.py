import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest

from firmware_bridge.csv_import import import_csv
from firmware_bridge.errors import LegcycleError, Reason
from firmware_bridge.recording_format import Runner
from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.analysis import analyse
from legcycle_imu.config import Config
from legcycle_imu.report.data import report_data
from legcycle_imu.report.page import render
from legcycle_imu.report.reading import read_session
from legcycle_imu.simulation import Script, Section, SectionKind, draw_runner, draw_sensors, running_script, simulate
from legcycle_imu.simulation.files import record, write_recording
from tests.strategies import sampled

FIXTURES = Path(__file__).parents[2] / "data"
RUNNING = os.environ.get("LEGCYCLE_RUNNING_DATA")
LOST = Placement(Side.RIGHT, Segment.SHANK)


def recorded(path: Path, script: Script, *, lost_s: float | None = None, seed: int = 4) -> Path:
    simulation = simulate(script, draw_runner(seed), draw_sensors(seed, rate_hz=100.0), seed)
    if lost_s is not None:
        block = sampled(simulation.samples[LOST])
        kept = block[: int((block.time < lost_s).sum())]
        simulation = replace(simulation, samples={**simulation.samples, LOST: kept})
    write_recording(simulation, path, chunk_samples=10)
    return path


def page_of(path: Path) -> str:
    return render(report_data(read_session(path, config=Config())))


@pytest.mark.parametrize("name", ["run", "one-leg", "walk-run-walk"])
def test_a_session_is_what_analyse_gives(name: str, tmp_path: Path) -> None:
    path = Path(shutil.copy(FIXTURES / f"{name}.legcycle", tmp_path))
    analysis, session = analyse(path, config=Config()), read_session(path, config=Config())
    in_order = sorted(session.strides, key=lambda s: (s.initial_contact_s, s.side))
    assert [repr(stride) for stride in in_order] == [repr(stride) for stride in analysis.strides]
    assert repr(session.summary) == repr(analysis.summary)
    assert session.notices == analysis.notices
    assert session.calibrations == analysis.calibrations
    assert session.runner == analysis.runner
    assert len(session.heard) == len(session.sensors) == len(session.statistics)
    assert not session.trouble
    for side, curves in session.curves.items():
        assert 0 < curves.strides <= session.summary.legs[side].strides


def test_a_lost_sensor_is_told_on_the_page(tmp_path: Path) -> None:
    path = recorded(tmp_path / "lost.legcycle", running_script(3.2, 20.0), lost_s=30.0)
    session = read_session(path, config=Config())
    assert session.summary.legs[Side.LEFT].strides > session.summary.legs[Side.RIGHT].strides > 8
    assert "The right shank sensor was lost at 0:2" in page_of(path)


def test_standing_alone_is_no_error_but_a_page_that_says_so(tmp_path: Path) -> None:
    path = recorded(tmp_path / "stand.legcycle", Script((Section(SectionKind.STAND, 8.0),), overground=False))
    session = read_session(path, config=Config())
    assert "cannot be aligned" in session.trouble
    page = page_of(path)
    assert "No running in this recording" in page
    assert "cannot be aligned" in page
    assert "Next time" not in page


def test_knee_lifts_alone_are_no_running(tmp_path: Path) -> None:
    still = Section(SectionKind.STAND, 4.0)
    script = Script((still, Section(SectionKind.KNEE_LIFTS, 12.0), still), overground=False)
    assert "No stride was found" in page_of(recorded(tmp_path / "lifts.legcycle", script))


def test_twenty_strides_make_a_whole_page(tmp_path: Path) -> None:
    path = recorded(tmp_path / "twenty.legcycle", running_script(3.0, 6.5))
    session = read_session(path, config=Config())
    assert 16 <= len(session.running) <= 24
    page = page_of(path)
    for words in ("Next time", "Left against right", "Best and worst stride", "Over the run", "Thigh and shank"):
        assert words in page


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LegcycleError) as missing:
        read_session(tmp_path / "gone.legcycle", config=Config())
    assert missing.value.reason is Reason.MISSING
    broken = tmp_path / "broken.legcycle"
    broken.write_bytes(b"no recording at all" * 100)
    with pytest.raises(LegcycleError):
        read_session(broken, config=Config())


def test_a_sensor_that_sends_nothing_is_told(tmp_path: Path) -> None:
    path = recorded(tmp_path / "silent.legcycle", running_script(3.2, 8.0), lost_s=-1.0)
    assert "The right shank sensor sent nothing." in page_of(path)


@pytest.mark.soak
def test_ten_minutes_take_less_than_five_seconds(tmp_path: Path) -> None:
    path = tmp_path / "ten.legcycle"
    record(running_script(3.2, 600.0), draw_runner(0), draw_sensors(0), path)
    begun = time.process_time()
    page = page_of(path)
    assert time.process_time() - begun < 4.0  # on one core; starting the program takes up to a second more
    assert len(page.encode()) < 300_000


def trial_folders() -> list[Path]:
    return sorted(Path(RUNNING).glob("RBDS*")) if RUNNING else []


@pytest.mark.skipif(RUNNING is None, reason="LEGCYCLE_RUNNING_DATA does not name the recorded running")
@pytest.mark.parametrize(
    "folder",
    [
        pytest.param(folder, id=folder.name, marks=() if folder.name in FEW else pytest.mark.soak)
        for FEW in [("RBDS002_T25", "RBDS015_T35", "RBDS028_T45")]
        for folder in trial_folders()
    ],
)
def test_real_runners_have_their_page(folder: Path, tmp_path: Path) -> None:
    files = {Placement(side, segment): folder / f"{side}_{segment}.csv.gz" for side in Side for segment in Segment}
    path = tmp_path / "run.legcycle"
    import_csv(files, path, runner=Runner(folder.name, 1.75))
    page = page_of(path)
    assert folder.name in page
    assert "Next time" in page
    assert len(page.encode()) < 300_000

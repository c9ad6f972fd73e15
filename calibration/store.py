"""Calibrations in files: JSON that a person can read, checked when it is read."""

import re
from pathlib import Path

import msgspec
import platformdirs

from calibration.model import CalibrationSet
from firmware_bridge.errors import LegcycleError, Reason

FOLDER = "calibrations"


class CalibrationError(LegcycleError):
    """A file does not hold a calibration, or cannot be read or written."""


def calibration_folder() -> Path:
    """Give where calibrations are kept unless a person says otherwise."""
    return Path(platformdirs.user_data_dir("legcycle", appauthor=False)) / FOLDER


def default_path(calibration: CalibrationSet, runner: str = "", folder: Path | None = None) -> Path:
    """Give where a calibration is kept: by runner and the time when it was made.

    Parameters
    ----------
    calibration : with the time when it was made
    runner : pseudonym; "" where nobody was named
    folder : by default that of this user
    """
    stamp = "".join(sign for sign in calibration.made[:19] if sign.isalnum()) or "undated"
    return (folder or calibration_folder()) / f"{stem_of(runner)}-{stamp}.json"


def stem_of(runner: str) -> str:
    """Give how a runner's files begin: the code, with "_" for what is no sign of a file's name."""
    return re.sub(r"[^\w.-]+", "_", runner).lstrip(".") or "runner"


def save_calibration(calibration: CalibrationSet, path: Path) -> None:
    """Write a calibration, and only as a whole.

    Raises
    ------
    CalibrationError : it cannot be written there
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(msgspec.json.format(calibration.to_json().encode(), indent=2) + b"\n")
        part.replace(path)
    except OSError as error:
        raise CalibrationError(
            Reason.NOT_WRITABLE, f"The calibration cannot be written to {path}: {error}.", "Name another file with -o."
        ) from error


def load_calibration(path: Path) -> CalibrationSet:
    """Read a calibration.

    Raises
    ------
    CalibrationError : there is none, or it is none of a version that is known
    """
    try:
        return CalibrationSet.from_json(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        sentence, advice = f"There is no calibration {path}.", "`legcycle calibrate` makes one."
        raise CalibrationError(Reason.MISSING, sentence, advice) from error
    except (OSError, UnicodeDecodeError) as error:
        sentence, advice = f"{path} cannot be read as text: {error}.", "`legcycle calibrate` makes a new one."
        raise CalibrationError(Reason.UNREADABLE, sentence, advice) from error
    except ValueError as error:
        sentence = f"{path} is no calibration that this program knows: {error}."
        raise CalibrationError(Reason.DAMAGED, sentence, "`legcycle calibrate` makes a new one.") from error

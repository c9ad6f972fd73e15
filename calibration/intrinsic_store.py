"""Intrinsic calibrations in files, one a sensor: JSON in units that a person thinks in, checked when it is read."""

import re
from collections.abc import Callable, Iterable
from math import degrees, radians
from pathlib import Path
from typing import Annotated
from zlib import crc32

import msgspec
import numpy as np
import platformdirs
from msgspec import Meta

from calibration.intrinsic import AxisErrors, as_rows, as_triple, axis_errors, correction_matrix
from calibration.model import IntrinsicCalibration
from firmware_bridge.errors import LegcycleError, Reason
from firmware_bridge.protocols.units import STANDARD_GRAVITY_M_S2
from firmware_bridge.source import SensorFacts

FORMAT_VERSION = 1
FOLDER = "sensors"
MG = 1e-3 * STANDARD_GRAVITY_M_S2
"""One thousandth of g, m/s^2."""
DECIMALS = 5
"""Of numbers as written: far finer than any of them is known."""
AGAIN = "`legcycle calibrate --intrinsic` makes a new one."

Bias = Annotated[float, Meta(ge=-1000.0, le=1000.0)]
Percent = Annotated[float, Meta(ge=-50.0, le=50.0)]
Angle = Annotated[float, Meta(ge=-30.0, le=30.0)]
NotNegative = Annotated[float, Meta(ge=0.0)]


class IntrinsicStoreError(LegcycleError):
    """A file does not hold an intrinsic calibration, or cannot be read or written."""


class _PerAxis(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    x: Percent
    y: Percent
    z: Percent


class _Biases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    x: Bias
    y: Bias
    z: Bias


class _PerPair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    yz: Angle
    xz: Angle
    xy: Angle


class _Accelerometer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an axis tells too much, and by how much the angles between the axes fall short of 90 degrees."""

    bias_mg: _Biases
    bias_uncertainty_mg: NotNegative
    scale_error_percent: _PerAxis
    scale_uncertainty_percent: NotNegative
    nonorthogonality_deg: _PerPair
    nonorthogonality_uncertainty_deg: NotNegative
    rests: Annotated[int, Meta(ge=0)]
    residual_mg: NotNegative


class _Gyroscope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scale_error_percent: _PerAxis
    scale_uncertainty_percent: NotNegative
    turns: Annotated[int, Meta(ge=0)]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format_version: int
    device: str
    node: int
    made: str
    temperature_c: float | None
    accelerometer: _Accelerometer
    gyroscope: _Gyroscope


class _Head(msgspec.Struct, frozen=True):
    format_version: int


def intrinsic_folder() -> Path:
    """Give where intrinsic calibrations are kept unless a person says otherwise."""
    return Path(platformdirs.user_data_dir("legcycle", appauthor=False)) / FOLDER


class IntrinsicStore:
    """The intrinsic calibrations of a user's sensors, a file each.

    Parameters
    ----------
    folder : by default that of this user
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or intrinsic_folder()

    def path_of(self, device: str, node: int = 0) -> Path:
        """Give the file of a sensor; an identity that is no name of a file is told from others by a check sum."""
        plain = re.sub(r"[^A-Za-z0-9._-]+", "_", device)
        mark = "" if plain == device else f"-{crc32(device.encode()):08x}"
        return self.folder / f"{plain}{mark}-{node}.json"

    def save(self, calibration: IntrinsicCalibration) -> Path:
        """Keep a calibration in place of an earlier one of the same sensor, and only as a whole; give its file.

        Raises
        ------
        IntrinsicStoreError : it cannot be written
        """
        path = self.path_of(calibration.device, calibration.node)
        part = path.with_name(path.name + ".part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part.write_text(as_text(calibration), encoding="utf-8")
            part.replace(path)
        except OSError as error:
            sentence = f"The calibration of {calibration.device} cannot be written to {path}: {error}."
            raise IntrinsicStoreError(
                Reason.NOT_WRITABLE, sentence, "Make room there, or let it be written."
            ) from error
        return path

    def load(self, device: str, node: int = 0) -> IntrinsicCalibration | None:
        """Give the calibration of a sensor; None where there is none.

        Raises
        ------
        IntrinsicStoreError : its file cannot be read, or is no calibration of this sensor
        """
        path = self.path_of(device, node)
        try:
            calibration = from_text(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise IntrinsicStoreError(Reason.UNREADABLE, f"{path} cannot be read as text: {error}.", AGAIN) from error
        except ValueError as error:
            sentence = f"{path} is no calibration of a sensor that this program knows: {error}."
            raise IntrinsicStoreError(Reason.DAMAGED, sentence, AGAIN) from error
        if (calibration.device, calibration.node) != (device, node):
            sentence = f"{path} is the calibration of another sensor, {calibration.device} (node {calibration.node})."
            raise IntrinsicStoreError(Reason.DAMAGED, sentence, AGAIN)
        return calibration

    def of(self, sensors: Iterable[SensorFacts], say: Callable[[str], None]) -> tuple[IntrinsicCalibration, ...]:
        """Give the calibrations of those sensors that have one; what cannot be read is said and done without."""
        found = []
        for facts in sensors:
            try:
                calibration = self.load(facts.device, facts.node) if facts.device else None
            except IntrinsicStoreError as error:
                say(str(error))
                continue
            if calibration is not None:
                found.append(calibration)
        return tuple(found)


def as_text(calibration: IntrinsicCalibration) -> str:
    """Write a calibration as JSON, indented, in mg, percent and degrees."""
    errors = axis_errors(calibration.acc_matrix)
    gyr_percent = 100.0 * (1.0 / np.array(calibration.gyr_scale) - 1.0)
    file = _File(
        FORMAT_VERSION,
        calibration.device,
        calibration.node,
        calibration.made,
        calibration.temperature_c,
        _Accelerometer(
            _Biases(*_rounded(np.array(calibration.acc_bias_m_s2) / MG)),
            round(calibration.acc_bias_sd_m_s2 / MG, DECIMALS),
            _PerAxis(*_rounded(100.0 * (errors.scale - 1.0))),
            round(100.0 * calibration.acc_scale_sd, DECIMALS),
            _PerPair(*_rounded(np.degrees(errors.nonorthogonality_rad))),
            round(degrees(calibration.acc_nonorthogonality_sd_rad), DECIMALS),
            calibration.poses,
            round(calibration.residual_m_s2 / MG, DECIMALS),
        ),
        _Gyroscope(
            _PerAxis(*_rounded(gyr_percent)), round(100.0 * calibration.gyr_scale_sd, DECIMALS), calibration.gyr_turns
        ),
    )
    return msgspec.json.format(msgspec.json.encode(file), indent=2).decode() + "\n"


def from_text(text: str) -> IntrinsicCalibration:
    """Read what `as_text` wrote.

    Raises
    ------
    ValueError : it is none, or of another version
    """
    version = msgspec.json.decode(text, type=_Head).format_version
    if version != FORMAT_VERSION:
        raise ValueError(f"expected format {FORMAT_VERSION}, got {version}")
    file = msgspec.json.decode(text, type=_File)
    acc, gyr = file.accelerometer, file.gyroscope
    scale = 1.0 + _array(acc.scale_error_percent) / 100.0
    matrix = correction_matrix(AxisErrors(scale, np.radians(_array(acc.nonorthogonality_deg))))
    return IntrinsicCalibration(
        file.device,
        file.node,
        file.made,
        as_triple(_array(acc.bias_mg) * MG),
        as_rows(matrix),
        as_triple(1.0 / (1.0 + _array(gyr.scale_error_percent) / 100.0)),
        file.temperature_c,
        acc.rests,
        acc.residual_mg * MG,
        acc.bias_uncertainty_mg * MG,
        acc.scale_uncertainty_percent / 100.0,
        gyr.turns,
        radians(acc.nonorthogonality_uncertainty_deg),
        gyr.scale_uncertainty_percent / 100.0,
    )


def _array(values: msgspec.Struct) -> np.ndarray:
    return np.array(msgspec.structs.astuple(values), np.float64)


def _rounded(values: np.ndarray) -> list[float]:
    return [round(float(value), DECIMALS) for value in values]

import gzip
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from firmware_bridge.samples import Placement, Segment, Side

STAND_S = 4.0
STRIDES_PER_S = 1.4
HEADER = "time_s,gyr_x_deg_s,gyr_y_deg_s,gyr_z_deg_s,acc_x_g,acc_y_g,acc_z_g"


@dataclass
class SensorFile:
    """A sensor file to be: header and numbers, (n, 7) as in the header."""

    rows: np.ndarray
    header: str = HEADER

    def scaled(self, *factors: float) -> "SensorFile":
        """Multiply time, gyr and acc."""
        time, gyr, acc = factors
        return replace(self, rows=self.rows * np.array([time, gyr, gyr, gyr, acc, acc, acc]))

    def text(self) -> str:
        lines = [",".join(map(repr, row)) for row in self.rows.tolist()]
        return "\n".join([self.header, *lines, ""])

    def write(self, path: Path) -> Path:
        data = self.text().encode()
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
        return path


def sensor(
    segment: Segment, *, rate_hz: float = 100.0, start_s: float = 0.0, end_s: float = 12.0, seed: int = 0
) -> SensorFile:
    """Signals of a leg that stands for 4 s and then runs: crude, with the sizes of the real ones."""
    rng = np.random.default_rng(seed + (segment is Segment.SHANK))
    time = np.arange(start_s, end_s, 1 / rate_hz)
    cycle = 2 * np.pi * STRIDES_PER_S * time
    runs = time >= STAND_S
    gyr, acc = rng.normal(scale=0.05, size=(len(time), 3)), rng.normal(scale=0.003, size=(len(time), 3))
    gyr[:, 2] += runs * (260.0 if segment is Segment.THIGH else 430.0) * np.sin(cycle)
    acc[:, 1] += 1.0 + runs * 2.0 * np.abs(np.sin(cycle))
    return SensorFile(np.column_stack([time, gyr, acc]))


@pytest.fixture
def sensor_file():
    """Make one sensor's file: `sensor_file(Segment.THIGH, rate_hz=..., start_s=..., end_s=..., seed=...)`."""
    return sensor


@pytest.fixture
def leg_files():
    """Make both files of a leg: `leg_files(Side.LEFT, ...)`."""

    def leg(side: Side = Side.LEFT, **kwargs) -> dict[Placement, SensorFile]:
        return {Placement(side, segment): sensor(segment, **kwargs) for segment in Segment}

    return leg


@pytest.fixture
def written(tmp_path):
    """Write sensor files and give their paths by placement."""

    def write(files: dict[Placement, SensorFile], suffix: str = ".csv") -> dict[Placement, Path]:
        return {place: file.write(tmp_path / f"{place.side}_{place.segment}{suffix}") for place, file in files.items()}

    return write

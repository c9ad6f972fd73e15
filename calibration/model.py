"""What a calibration is: how a sensor sits on its segment, how sure that is, and which zero the angles have."""

from collections.abc import Sequence
from enum import StrEnum
from math import cos, sin

import msgspec
import numpy as np
from numpy.typing import NDArray

from firmware_bridge.samples import Placement, SampleBlock, Segment, Side
from firmware_bridge.source import SensorFacts

FORMAT_VERSION = 2
"""2: who wears what, intrinsic calibrations, and when it was made; what version 1 has is read."""

Triple = tuple[float, float, float]

ROTATION_WITHIN = 0.01
"""Dot products of a rotation's rows are off by less; three decimals, as a person may type them, leave 0.002."""

CORRECTS_WITHIN = 0.5
"""Of a matrix's elements and of scales, from those that change nothing; sensors are off by a tenth of it at most."""


class ZeroSource(StrEnum):
    """Where the zero of a segment's angle comes from (docs/conventions.md, "Zero")."""

    STANDING_AND_RUNNING = "standing and running"
    """Standing plus the mean lean of standing people, averaged with the mean posture of running."""
    STANDING = "standing"
    """Standing plus the mean lean of standing people."""
    RUNNING = "running"
    """The mean posture of running people."""
    GIVEN = "given"
    """Known from elsewhere: a simulated runner, a laboratory."""


class SegmentCalibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sensor frame to segment frame, for one sensor.

    Attributes
    ----------
    rotation : 3 rows: the segment's x (anterior), y (proximal), z (to the right) axes in the sensor
        frame, orthonormal; segment = rotation . sensor
    gyr_bias_rad_s : gyroscope bias in the sensor frame, rad/s
    gyr_bias_sd_rad_s : its standard uncertainty, rad/s
    plane_spread : share of the movement of gravity that left the sagittal plane, 0..1/3; small is good
    zero_sd_rad : standard uncertainty of the angle's zero, rad

    Raises
    ------
    ValueError : what is given as a rotation is none: a frame that is stretched, skew or left-handed
    """

    rotation: tuple[Triple, Triple, Triple]
    gyr_bias_rad_s: Triple = (0.0, 0.0, 0.0)
    gyr_bias_sd_rad_s: float = 0.0
    plane_spread: float = 0.0
    zero_sd_rad: float = 0.0

    def __post_init__(self) -> None:
        if not _is_rotation(self.rotation):
            raise ValueError(f"expected a rotation: three unit vectors at right angles, got {self.rotation}")

    def matrix(self) -> NDArray[np.float64]:
        """Give the rotation as an array, shape (3, 3)."""
        return np.array(self.rotation)

    def turned(self, turn_rad: float) -> "SegmentCalibration":
        """Give the same for a sensor that has turned round the segment: the frame turned about y by so much."""
        x, y, z = self.rotation
        c, s = cos(turn_rad), sin(turn_rad)
        ahead = tuple(c * a + s * b for a, b in zip(x, z, strict=True))
        beside = tuple(c * b - s * a for a, b in zip(x, z, strict=True))
        return msgspec.structs.replace(self, rotation=(ahead, y, beside))


class LegCalibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Both sensors of one leg.

    Attributes
    ----------
    side : which leg
    thigh, shank : the two sensors
    zero_source : where the angles' zero comes from
    sign_margin : how clearly the votes agreed on forward, 0 (undecided) to 1; 1 where nothing had to be voted on,
        as in a calibration that was given
    strides : running strides that it rests on
    advice : what to do for a better one; empty where nothing is wrong
    """

    side: Side
    thigh: SegmentCalibration
    shank: SegmentCalibration
    zero_source: ZeroSource
    sign_margin: float = 1.0
    strides: int = 0
    advice: str = ""

    def __getitem__(self, segment: Segment) -> SegmentCalibration:
        return self.thigh if segment is Segment.THIGH else self.shank


class WornSensor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which sensor is worn where.

    Attributes
    ----------
    device, node : what tells the sensor from all others (`firmware_bridge.source.SensorFacts`)
    side, segment : where it is worn
    """

    device: str
    node: int
    side: Side
    segment: Segment

    @property
    def placement(self) -> Placement:
        """Where it is worn."""
        return Placement(self.side, self.segment)


class IntrinsicCalibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one sensor makes of what it feels, and how that is taken back: true = matrix . (measured - bias).

    Attributes
    ----------
    device, node : which sensor
    made : when, ISO 8601 date and time in UTC
    acc_bias_m_s2 : bias of the accelerometer, m/s^2
    acc_matrix : 3 rows; scale and non-orthogonality of the accelerometer taken back
    gyr_scale : factor for each axis of the gyroscope; 1 where it was not measured
    temperature_c : at which it was made, degrees Celsius; None where not known
    poses : rests that it stands on
    residual_m_s2 : root mean square of what is left of | |a| - g | over these rests, m/s^2
    acc_bias_sd_m_s2, acc_scale_sd : standard uncertainties, of the worst axis; m/s^2 and as a share
    gyr_turns : whole turns behind `gyr_scale`, all axes together; 0 where it was not measured
    acc_nonorthogonality_sd_rad : standard uncertainty of the angle between two axes, of the worst two, rad
    gyr_scale_sd : standard uncertainty of `gyr_scale`, of the worst axis that was measured, as a share

    Raises
    ------
    ValueError : it takes back more than any sensor errs by
    """

    device: str
    node: int = 0
    made: str = ""
    acc_bias_m_s2: Triple = (0.0, 0.0, 0.0)
    acc_matrix: tuple[Triple, Triple, Triple] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    gyr_scale: Triple = (1.0, 1.0, 1.0)
    temperature_c: float | None = None
    poses: int = 0
    residual_m_s2: float = 0.0
    acc_bias_sd_m_s2: float = 0.0
    acc_scale_sd: float = 0.0
    gyr_turns: int = 0
    acc_nonorthogonality_sd_rad: float = 0.0
    gyr_scale_sd: float = 0.0

    def __post_init__(self) -> None:
        off = [value - (row == column) for row, line in enumerate(self.acc_matrix) for column, value in enumerate(line)]
        if not all(abs(value) < CORRECTS_WITHIN for value in (*off, *(scale - 1.0 for scale in self.gyr_scale))):
            said = f"acc_matrix {self.acc_matrix} and gyr_scale {self.gyr_scale}"
            raise ValueError(f"expected corrections within {CORRECTS_WITHIN:g} of none, got {said}")


class CalibrationSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The calibrations of a runner's legs, as stored.

    Attributes
    ----------
    legs : one per leg, at most one a side
    format_version : version of this format; a later one is refused
    sensors : which sensor is worn where; empty where the session knows it
    intrinsics : intrinsic calibrations of sensors that are worn
    made : when, ISO 8601 date and time in UTC; "" where not known

    Raises
    ------
    ValueError : two calibrations of one leg
    """

    legs: tuple[LegCalibration, ...]
    format_version: int = FORMAT_VERSION
    sensors: tuple[WornSensor, ...] = ()
    intrinsics: tuple[IntrinsicCalibration, ...] = ()
    made: str = ""

    def __post_init__(self) -> None:
        sides = [leg.side for leg in self.legs]
        if len(set(sides)) < len(sides):
            raise ValueError(f"expected at most one calibration a leg, got {', '.join(sides)}")

    def to_json(self) -> str:
        """Write as JSON text."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "CalibrationSet":
        """Read JSON text; ValueError where it is not a calibration of this version."""
        try:
            read = msgspec.json.decode(text, type=cls)
        except msgspec.DecodeError as error:
            raise ValueError(f"expected a calibration in JSON, got one in which {error}") from error
        if not 1 <= read.format_version <= FORMAT_VERSION:
            raise ValueError(f"expected calibration format 1 to {FORMAT_VERSION}, got {read.format_version}")
        return read

    def leg(self, side: Side) -> LegCalibration | None:
        """Give the calibration of a leg, None where there is none."""
        return next((leg for leg in self.legs if leg.side is side), None)

    def placed(self, sensors: Sequence[SensorFacts]) -> list[SensorFacts]:
        """Give sensors where this calibration says that they are worn; one of which it says nothing stays.

        Raises
        ------
        ValueError : two sensors would be worn at one place
        """
        worn = {(sensor.device, sensor.node): sensor.placement for sensor in self.sensors if sensor.device}
        placed = [facts._replace(placement=worn.get((facts.device, facts.node), facts.placement)) for facts in sensors]
        if len({facts.placement for facts in placed}) < len(placed):
            said = ", ".join(f"{facts.name or facts.device} on the {facts.placement}" for facts in placed)
            raise ValueError(f"expected each sensor at a place of its own, got {said}")
        return placed

    def intrinsic(self, facts: SensorFacts) -> IntrinsicCalibration | None:
        """Give the intrinsic calibration of a sensor, None where there is none."""
        identity = facts.device, facts.node
        return next((one for one in self.intrinsics if one.device and (one.device, one.node) == identity), None)


def to_segment_frame(block: SampleBlock, calibration: SegmentCalibration) -> SampleBlock:
    """Turn samples of the sensor frame into the segment frame, the gyroscope's bias removed.

    Elementwise on purpose: a matrix product of BLAS differs in the last bit with the block's length. The result
    is stored column by column, as the stages that follow read it.
    """
    bias = calibration.gyr_bias_rad_s
    gyr = columns_times(calibration.rotation, [block.gyr[:, k] - bias[k] for k in range(3)])
    acc = columns_times(calibration.rotation, [np.ascontiguousarray(block.acc[:, k]) for k in range(3)])
    return SampleBlock(block.time, gyr, acc, block.quality)


def columns_times(matrix: tuple[Triple, ...], columns: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Multiply vectors, given as three columns (n,), by a matrix, elementwise; give them (n, 3), column by column."""
    x, y, z = columns
    rows = np.empty((3, len(x)))
    for k, (a, b, c) in enumerate(matrix):
        np.multiply(x, a, out=rows[k])
        rows[k] += b * y
        rows[k] += c * z
    return rows.T


def _is_rotation(rows: tuple[Triple, Triple, Triple]) -> bool:
    """Tell whether rows are orthonormal and right-handed; what is not finite is not."""
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = rows
    crossed = (ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx)  # what the third row must be
    first, second = (sum(value * value for value in row) for row in rows[:2])
    off = (first - 1.0, second - 1.0, ax * bx + ay * by + az * bz, cx - crossed[0], cy - crossed[1], cz - crossed[2])
    return all(abs(value) < ROTATION_WITHIN for value in off)

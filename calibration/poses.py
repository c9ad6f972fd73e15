"""The twelve poses in which a sensor is laid: its six faces, and an edge for each way between two axes."""

from collections.abc import Sequence
from math import cos, radians, sqrt
from typing import NamedTuple

AXES = "xyz"
TOLERANCE_RAD = radians(20.0)
"""A pose counts as one of the twelve up to here; from the next one it is then at least 25 degrees."""


class Pose(NamedTuple):
    """One of the twelve.

    Attributes
    ----------
    name : what is up: "+x" on a face, "x+y" on an edge between two axes
    up : the direction that is up, in the sensor's frame, unit length
    """

    name: str
    up: tuple[float, float, float]

    @property
    def is_face(self) -> bool:
        """Whether it lies flat."""
        return len(self.name) == len("+x")


def _poses() -> tuple[Pose, ...]:
    unit = [tuple(float(k == m) for m in range(3)) for k in range(3)]
    faces = [
        Pose(f"{sign}{axis}", _times(unit[k], scale))
        for sign, scale in (("+", 1.0), ("-", -1.0))
        for k, axis in enumerate(AXES)
    ]
    edges = [
        Pose(f"{AXES[k]}{sign}{AXES[m]}", _times([a + scale * b for a, b in zip(unit[k], unit[m], strict=True)], half))
        for k, m in ((0, 1), (1, 2), (2, 0))
        for sign, scale in (("+", 1.0), ("-", -1.0))
        for half in (1.0 / sqrt(2.0),)
    ]
    return (*faces, *edges)


def _times(vector: Sequence[float], scale: float) -> tuple[float, float, float]:
    x, y, z = (scale * value for value in vector)
    return x, y, z


POSES: tuple[Pose, ...] = _poses()
"""Six faces and six edges. Of an edge and the one opposite to it one will do: they say the same of the axes' angle."""
FACES: tuple[Pose, ...] = tuple(pose for pose in POSES if pose.is_face)
EDGES: tuple[Pose, ...] = tuple(pose for pose in POSES if not pose.is_face)


def pose_of(force: Sequence[float]) -> Pose | None:
    """Give the pose in which a sensor feels such a force; None where it is near none of the twelve."""
    size = sqrt(sum(value * value for value in force))
    if not size > 0.0:
        return None
    nearness = {pose: _nearness(pose, force) / size for pose in POSES}
    nearest = max(POSES, key=nearness.__getitem__)
    return nearest if nearness[nearest] > cos(TOLERANCE_RAD) else None


def _nearness(pose: Pose, force: Sequence[float]) -> float:
    along = sum(a * b for a, b in zip(pose.up, force, strict=True))
    return along if pose.is_face else abs(along)

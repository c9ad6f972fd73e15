"""Rigid-body kinematics of a sensor on the leg: orientation, angular velocity and specific force from the motion.

World frame: x forward at heading 0, y up, z right. Segment frame: x anterior, y proximal, z right.
Segment to world is Ry(heading) Rz(sagittal) Rx(adduction) Ry(rotation): the long axis projected on the
sagittal plane then makes exactly the sagittal angle with the vertical.
"""

from dataclasses import dataclass

import numpy as np

from firmware_bridge.samples import Segment, Side
from legcycle_imu.runner import LegGeometry
from legcycle_imu.simulation.gaits import GRAVITY
from legcycle_imu.simulation.motion import GRID_HZ, Motion
from legcycle_imu.simulation.norms import Floats


@dataclass(frozen=True)
class Orientation:
    """Orientation of a segment over time: four angles (n,), rad; see the module."""

    heading: Floats
    sagittal: Floats
    adduction: Floats
    rotation: Floats

    def to_world(self, vector: Floats) -> Floats:
        """Turn vectors (3, n) of the segment frame into the world frame."""
        turned = about_x(about_y(vector, self.rotation), self.adduction)
        return about_y(about_z(turned, self.sagittal), self.heading)

    def to_segment(self, vector: Floats) -> Floats:
        """Turn vectors (3, n) of the world frame into the segment frame."""
        turned = about_z(about_y(vector, -self.heading), -self.sagittal)
        return about_y(about_x(turned, -self.adduction), -self.rotation)

    def rate(self) -> Floats:
        """Give the angular velocity in the segment frame, (3, n), rad/s."""
        zero = np.zeros_like(self.sagittal)
        turned = about_z(np.stack([zero, slope(self.heading), zero]), -self.sagittal)
        turned[2] += slope(self.sagittal)
        turned = about_x(turned, -self.adduction)
        turned[0] += slope(self.adduction)
        turned = about_y(turned, -self.rotation)
        turned[1] += slope(self.rotation)
        return turned


def orientation(motion: Motion, side: Side, segment: Segment) -> Orientation:
    """Give the orientation of one segment over a piece of motion."""
    leg, first = motion.legs[side], 0 if segment is Segment.THIGH else 2
    return Orientation(motion.tracks.heading, leg.angle(segment), leg.tilts[:, first], leg.tilts[:, first + 1])


def segment_origin(motion: Motion, side: Side, segment: Segment, geometry: LegGeometry) -> Floats:
    """Give the proximal end of a segment, hip or knee, in the world, (3, n), m."""
    hip = motion.pelvis + about_y(motion.legs[side].hip, motion.tracks.heading)
    if segment is Segment.THIGH:
        return hip
    down = np.zeros_like(hip)
    down[1] = -geometry.thigh_m
    return hip + orientation(motion, side, Segment.THIGH).to_world(down)


def specific_force(position: Floats) -> Floats:
    """Give the specific force in the world, (3, n), m/s^2, of a point that moves along `position`."""
    force = bend(position)
    force[1] += GRAVITY
    return force


def slope(curve: Floats) -> Floats:
    """Give the first derivative over the grid, along the last axis; fourth order, the two outermost points 0.

    Its sum over any stretch is a difference of the curve's values, so nothing is gained or lost.
    """
    out = np.zeros_like(curve)
    out[..., 2:-2] = (8.0 * (curve[..., 3:-1] - curve[..., 1:-3]) - (curve[..., 4:] - curve[..., :-4])) * (
        GRID_HZ / 12.0
    )
    return out


def bend(curve: Floats) -> Floats:
    """Give the second derivative over the grid, along the last axis; as `slope`."""
    out = np.zeros_like(curve)
    out[..., 2:-2] = (
        16.0 * (curve[..., 3:-1] + curve[..., 1:-3]) - (curve[..., 4:] + curve[..., :-4]) - 30.0 * curve[..., 2:-2]
    ) * (GRID_HZ**2 / 12.0)
    return out


def about_x(vector: Floats, angle: Floats) -> Floats:
    """Turn vectors (3, n) by angles (n,) about x."""
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([vector[0], c * vector[1] - s * vector[2], s * vector[1] + c * vector[2]])


def about_y(vector: Floats, angle: Floats) -> Floats:
    """Turn vectors (3, n) by angles (n,) about y."""
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([c * vector[0] + s * vector[2], vector[1], c * vector[2] - s * vector[0]])


def about_z(vector: Floats, angle: Floats) -> Floats:
    """Turn vectors (3, n) by angles (n,) about z."""
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([c * vector[0] - s * vector[1], s * vector[0] + c * vector[1], vector[2]])

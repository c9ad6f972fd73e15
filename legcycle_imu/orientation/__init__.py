"""Orientation of a segment in the sagittal plane: strapdown integration, held to gravity once per stride."""

from legcycle_imu.orientation.segment_angle import Orientation, OrientationSettings
from legcycle_imu.orientation.vertical import Vertical, VerticalSettings
from legcycle_imu.orientation.windows import WindowSettings

__all__ = ["Orientation", "OrientationSettings", "Vertical", "VerticalSettings", "WindowSettings"]

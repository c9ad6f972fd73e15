"""What is to be seen in a picture. Needs PySide6."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PySide6.QtGui import QImage


def count(picture: "QImage", colour: str, tolerance: int = 3) -> int:
    """Give how many pixels have a colour."""
    from PySide6.QtGui import QColor, QImage  # noqa: PLC0415 - Qt may be missing

    plain = picture.convertToFormat(QImage.Format.Format_RGBA8888)
    pixels = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.width(), 4)[:, :, :3]
    wanted = np.array(QColor(colour).getRgb()[:3])
    return int((np.abs(pixels.astype(int) - wanted).max(axis=2) <= tolerance).sum())

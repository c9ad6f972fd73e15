"""Figures that several panels draw."""

from collections.abc import Iterator

import pytest

pytest.importorskip(
    "PySide6.QtWidgets",
    reason="Qt cannot be loaded: apt-get install libegl1 libxkbcommon0 libdbus-1-3",
    exc_type=ImportError,
)
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from calibration.guidance import Step
from firmware_bridge.samples import Side
from legcycle_imu.live.drawn_legs import draw_leg, draw_person, placing
from legcycle_imu.live.palette import DARK, VERMILLION
from legcycle_imu.view.poses import POSES, UPRIGHT, Pose
from tests.pixels import count

SIZE = (300, 400)


@pytest.fixture
def paper(app: QApplication) -> Iterator[tuple[QImage, QPainter]]:
    image = QImage(*SIZE, QImage.Format.Format_RGB32)
    image.fill(QColor(DARK.card))
    painter = QPainter(image)
    yield image, painter
    painter.end()


def edge(image: QImage) -> int:
    """How many pixels of the border are not the card's."""
    last = (SIZE[0] - 1, SIZE[1] - 1)
    border = [(x, y) for x in range(SIZE[0]) for y in (0, last[1])] + [
        (x, y) for y in range(SIZE[1]) for x in (0, last[0])
    ]
    return sum(image.pixelColor(x, y) != QColor(DARK.card) for x, y in border)


def test_forward_is_right_and_up_is_up() -> None:
    at = placing(QPointF(100.0, 50.0), 10.0)
    assert at((0.0, 0.0)) == QPointF(100.0, 50.0)
    assert at((1.0, -2.0)) == QPointF(110.0, 70.0)


def test_a_leg_is_where_it_is_placed(paper: tuple[QImage, QPainter]) -> None:
    image, painter = paper
    at = placing(QPointF(150.0, 50.0), 250.0)
    draw_leg(painter, at, UPRIGHT, "#FF0000", 10.0)
    for point in (UPRIGHT.hip, UPRIGHT.knee, UPRIGHT.ankle):
        assert image.pixelColor(at(point).toPoint()) == QColor("#FF0000")
    assert image.pixelColor(20, 50) == QColor(DARK.card)


@pytest.mark.parametrize("pose", [pose for poses in POSES.values() for pose in poses], ids=lambda pose: pose.words)
def test_a_person_fits_into_the_box_and_wears_four_sensors(paper: tuple[QImage, QPainter], pose: Pose) -> None:
    image, painter = paper
    at = draw_person(painter, QRectF(1, 1, SIZE[0] - 2, SIZE[1] - 2), pose, DARK)
    assert edge(image) <= 4  # where the ground ends
    assert count(image, VERMILLION) > 300
    assert at(pose.legs[Side.RIGHT].hip).y() < at((0.0, pose.floor_y)).y() < SIZE[1]


def test_the_leg_that_a_step_is_about_stands_out(paper: tuple[QImage, QPainter]) -> None:
    image, painter = paper
    (lifted,) = POSES[Step.RIGHT_KNEE]
    at = draw_person(painter, QRectF(0, 0, *SIZE), lifted, DARK)
    right, left = (at(lifted.legs[side].knee) for side in (Side.RIGHT, Side.LEFT))
    assert image.pixelColor(right.toPoint()) == QColor(DARK.ink)
    assert image.pixelColor(left.toPoint()) == QColor(DARK.missing)

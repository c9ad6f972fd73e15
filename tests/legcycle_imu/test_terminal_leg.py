from math import radians

import pytest

from legcycle_imu.runner import LegGeometry, Runner
from legcycle_imu.terminal_leg import COLUMNS, ROWS, leg_drawing

LEG = Runner(height_m=1.75).geometry


def dots(thigh_deg: float, shank_deg: float, geometry: LegGeometry = LEG) -> set[tuple[int, int]]:
    """Give the dots (x, y) of the leg in its colour."""
    drawing = leg_drawing(radians(thigh_deg), radians(shank_deg), geometry, "#D55E00", 50.0)
    offset, found = 0, set()
    bits = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
    coloured = {k for span in drawing.spans if "D55E00" in str(span.style) for k in range(span.start, span.end)}
    for row, line in enumerate(drawing.plain.split("\n")):
        for column, sign in enumerate(line):
            if offset + column in coloured:
                code = ord(sign) - 0x2800
                found |= {(2 * column + x, 4 * row + y) for y in range(4) for x in range(2) if code & bits[y][x]}
        offset += len(line) + 1
    return found


def test_a_standing_leg_is_upright_with_the_foot_forward():
    found = dots(0.0, 0.0)
    xs = {x for x, y in found if 3 < y < 22}
    assert max(xs) - min(xs) <= 2  # a dot of the target may share a character
    feet = [x for x, y in found if y > 25]
    assert max(feet) > max(xs)


def test_forward_is_to_the_right():
    knee_forward = {x for x, _ in dots(60.0, -30.0)}
    knee_back = {x for x, _ in dots(-30.0, -90.0)}
    assert max(knee_forward) > 25
    assert min(knee_back) < 8


def test_a_lifted_heel_is_drawn_higher_than_the_knee():
    bent, straight = dots(10.0, -130.0), dots(10.0, 0.0)
    assert max(y for _, y in bent) < max(y for _, y in straight) - 8


def test_the_target_is_named():
    assert "50°" in leg_drawing(0.0, 0.0, LEG, "#D55E00", 50.0).plain
    assert "90°" in leg_drawing(0.0, 0.0, LEG, "#D55E00", 90.0).plain


def test_unknown_lengths_draw_a_usual_leg():
    assert dots(20.0, -40.0, LegGeometry())


@pytest.mark.parametrize("thigh", [-90.0, -30.0, 0.0, 45.0, 110.0])
@pytest.mark.parametrize("shank", [-230.0, -150.0, -60.0, 20.0])
def test_any_posture_keeps_the_size_of_the_drawing(thigh, shank):
    lines = leg_drawing(radians(thigh), radians(shank), LEG, "#D55E00", 50.0).plain.split("\n")
    assert [len(line) for line in lines] == [COLUMNS] * ROWS

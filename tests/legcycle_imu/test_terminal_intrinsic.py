from math import nan, radians

import numpy as np
from rich.console import Console, RenderableType

from calibration.guidance import Trouble
from calibration.intrinsic import AxisErrors, as_rows, correction_matrix
from calibration.intrinsic_guidance import HOLD, IntrinsicGuidance, IntrinsicStep, ask_for_pose
from calibration.model import IntrinsicCalibration
from calibration.poses import POSES
from legcycle_imu.terminal_intrinsic import IntrinsicLines, intrinsic_view, result_lines

G = 9.80665
TROUBLE = Trouble("It moved after 1.2 s.", "Hold it still.")


def drawn(view: RenderableType) -> str:
    console = Console(width=80, color_system=None)
    with console.capture() as capture:
        console.print(view)
    return capture.get()


def poses(covered: int = 0, lying: str = "", **more: object) -> IntrinsicGuidance:
    names = tuple(pose.name for pose in POSES[:covered])
    instruction = ask_for_pose(POSES[:covered], good=False)
    values = {"progress": covered / 12, "covered": names, "lying": lying, "instruction": instruction} | more
    return IntrinsicGuidance(IntrinsicStep.POSES, **values)  # type: ignore[arg-type]


def test_the_map_shows_what_is_there_what_is_missing_and_how_it_lies():
    text = drawn(intrinsic_view(poses(2, lying="-z", remaining_s=1.25)))
    assert "● +x" in text
    assert "● +y" in text
    assert "◉ -z" in text
    assert "○ x+y" in text
    assert text.count("○") == 9
    assert "1.2 s" in text
    assert "2 of 6 are done" in text


def test_trouble_and_a_lost_link_are_shown_with_what_to_do():
    text = drawn(intrinsic_view(poses(1, trouble=TROUBLE), "The link is lost: out of reach."))
    for part in ("It moved after 1.2 s.", "Hold it still.", "out of reach"):
        assert part in text


def test_turns_are_shown_once_they_are_due():
    assert "turns" not in drawn(intrinsic_view(poses(3)))
    text = drawn(intrinsic_view(IntrinsicGuidance(IntrinsicStep.TURNS, "Turn it.", turned="y", remaining_s=nan)))
    assert "turns   ○ x   ● y   ○ z" in text


def test_every_line_fits_a_classic_terminal():
    longest = Trouble("It was turned " * 8, "Lay it " * 20)
    view = intrinsic_view(poses(11, lying="x-y", remaining_s=2.0, trouble=longest), "Nothing comes from it.")
    assert max(len(line.rstrip()) for line in drawn(view).splitlines()) <= 80


def test_lines_tell_each_new_thing_once():
    lines = IntrinsicLines()
    first = poses()
    assert lines.push(first) == [first.instruction]
    assert lines.push(first) == []
    assert lines.push(poses(instruction=HOLD)) == []
    assert lines.push(poses(trouble=TROUBLE)) == ["▲ again: It moved after 1.2 s. Hold it still."]
    assert lines.push(poses(trouble=TROUBLE)) == []
    assert lines.push(poses(), "The link is lost.") == ["▲ The link is lost."]
    assert lines.push(poses(), "The link is lost.") == []
    assert lines.push(poses(trouble=TROUBLE)) != []
    assert lines.push(poses(1)) == [poses(1).instruction]
    assert lines.push(poses(1, instruction=f"Good. {poses(1).instruction}")) == []


ERRORS = AxisErrors(np.array([1.005, 0.997, 1.0]), np.radians([0.5, -0.25, 1.0]))
FOUND = IntrinsicCalibration(
    "X",
    acc_bias_m_s2=(0.02 * G, -0.0125 * G, 0.0),
    acc_matrix=as_rows(correction_matrix(ERRORS)),
    gyr_scale=(1.0, 1.0 / 1.01, 1.0),
    poses=12,
    residual_m_s2=0.0001 * G,
    acc_bias_sd_m_s2=0.0002 * G,
    acc_scale_sd=0.0002,
    gyr_turns=3,
    acc_nonorthogonality_sd_rad=radians(0.03),
    gyr_scale_sd=0.0009,
)


def test_the_result_says_figures_units_and_uncertainties():
    text = "\n".join(result_lines(FOUND))
    assert "x +20.0  y -12.5  z +0.0  mg (+-0.20)" in text
    assert "x +0.50  y -0.30  z +0.00  % (+-0.020)" in text
    assert "yz +0.50  xz -0.25  xy +1.00  deg (+-0.030)" in text
    assert "y +1.00" in text
    assert "% (+-0.090)" in text
    assert "12 rests, which agree within 0.10 mg" in text


def test_what_was_not_measured_is_not_told_as_nought():
    assert result_lines(IntrinsicCalibration("X"))[-1].split() == ["gyroscope", "scale", "not", "measured"]

import ast
from pathlib import Path

import numpy as np
import pytest

from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.cycle import EventKind
from legcycle_imu.model import STRIDE_COLUMNS, GaitEvent, SegmentAngles, Update

ROOT = Path(__file__).parents[2]
THIGH = Placement(Side.LEFT, Segment.THIGH)


def angles(start: int, count: int) -> SegmentAngles:
    time = np.arange(start, start + count) / 100.0
    return SegmentAngles(THIGH, time, 2.0 * time, np.full(count, 2.0), np.zeros(count, np.uint8))


def test_the_table_has_the_columns_of_the_conventions_in_their_order():
    assert " ".join(STRIDE_COLUMNS) == (
        "side stride initial_contact_s toe_off_s peak_heel_lift_s peak_knee_drive_s next_initial_contact_s "
        "stride_time_s contact_time_s flight_time_s cadence_spm push_s lift_s drive_s place_s "
        "hip_extension_deg peak_hip_extension_deg heel_lift_cm heel_lift_pct knee_drive_deg placement_cm "
        "shank_at_contact_deg peak_knee_flexion_deg initial_contact_known_s toe_off_known_s "
        "peak_heel_lift_known_s peak_knee_drive_known_s coverage_pct flags"
    )


def test_joined_angles_are_the_whole():
    whole, again = angles(0, 10), SegmentAngles.join([angles(0, 4), angles(4, 0), angles(4, 6)])
    assert len(again) == 10
    for name in ("time", "angle", "rate", "quality"):
        np.testing.assert_array_equal(getattr(again, name), getattr(whole, name), strict=True)


def test_updates_share_no_lists():
    Update().strides.append(None)  # type: ignore[arg-type]
    assert not Update().strides


def test_events_sort_by_when_they_were_known():
    late = GaitEvent(2.0, 1.0, Side.LEFT, EventKind.TOE_OFF)
    early = GaitEvent(1.5, 1.4, Side.RIGHT, EventKind.TOE_OFF)
    assert sorted([late, early]) == [early, late]


def settings_classes() -> list[tuple[str, ast.ClassDef]]:
    paths = sorted(
        p for package in ("firmware_bridge", "calibration", "legcycle_imu") for p in (ROOT / package).rglob("*.py")
    )
    texts = ((path, path.read_text(encoding="utf-8")) for path in paths)
    trees = ((path, ast.parse(text)) for path, text in texts if "Settings:" in text)
    return [
        (f"{path.relative_to(ROOT)}:{node.name}", node)
        for path, tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name.endswith("Settings")
    ]


SETTINGS = settings_classes()


def documented(node: ast.ClassDef) -> set[str]:
    """Names under "Parameters" of the class, and fields with a docstring of their own."""
    text = ast.get_docstring(node) or ""
    heads = [line.split(" : ")[0] for line in text.partition("Parameters\n")[2].splitlines() if " : " in line]
    own = {
        field.target.id
        for field, below in zip(node.body, node.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
    }
    return own | {name.strip() for head in heads for name in head.split(",")}


@pytest.mark.parametrize("node", [node for _, node in SETTINGS], ids=[name for name, _ in SETTINGS])
def test_every_setting_is_documented_and_frozen(node: ast.ClassDef):
    fields = [f for f in node.body if isinstance(f, ast.AnnAssign) and isinstance(f.target, ast.Name)]
    assert not {f.target.id for f in fields} - documented(node)
    assert all(field.value is not None for field in fields), "every setting has a default"
    assert any("frozen=True" in ast.unparse(decorator) for decorator in node.decorator_list)


def test_there_are_settings_to_look_at():
    assert len(SETTINGS) >= 10

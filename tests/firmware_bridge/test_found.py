import pytest

from firmware_bridge.found import Found
from firmware_bridge.protocols.packets import Introduction


@pytest.mark.parametrize(
    ("told", "device"),
    [
        (Introduction(0, "0001", "LegLink"), "0001"),
        (Introduction(0, None, "WT901"), "WT901 C4:12:AB"),
        (Introduction(0), "C4:12:AB"),
    ],
)
def test_a_sensor_is_its_serial_number_else_its_name_and_address(told: Introduction, device: str):
    assert Found("ble:C4:12:AB", "leglink", told).device == device


def test_a_sensor_of_which_nothing_is_known_has_no_identity():
    assert Found("sim:", "leglink", Introduction(0)).device == ""

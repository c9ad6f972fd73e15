import pytest

from calibration.model import CalibrationSet, IntrinsicCalibration, LegCalibration, SegmentCalibration, WornSensor
from calibration.model import ZeroSource as Zero
from firmware_bridge.protocols import PROTOCOLS
from firmware_bridge.recording_format import RecordingMeta, Runner
from firmware_bridge.samples import Placement, Segment, Side
from legcycle_imu.drills import Drill
from legcycle_imu.pseudonyms import MARK, Pseudonyms, has_lengths, shared_mark, shared_meta, shared_runner

THIGH, SHANK = (
    PROTOCOLS["leglink-serial"].defaults._replace(
        placement=Placement(Side.LEFT, segment), name="Anna's", device="5EED0001", link="serial:COM3", node=node
    )
    for node, segment in enumerate(Segment)
)


@pytest.mark.parametrize(
    "text",
    [
        "marker",
        "lap 1",
        "lap 12",
        "repetition 3",
        "set 2",
        "drill stop",
        "drill rest",
        "drill start",
        "7 entries before this were lost",
        *(f"drill {drill}" for drill in Drill),
        *(f"drill {drill} left" for drill in Drill),
    ],
)
def test_the_program_s_own_marks_stay(text):
    assert shared_mark(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Anna",
        "lap of Anna",
        "Lap 1",
        "lap 2026",
        "lap 1\n",
        "lap 1 17:31",
        "4 May 2026",
        "marker 491761234567",
        "drill heel-drag for Anna",
        "drill-heel",
        "set set set set",
        "Anna 7 entries before this were lost",
    ],
)
def test_all_other_words_go(text):
    assert shared_mark(text) == MARK


def test_sensors_of_one_device_and_of_one_link_stay_together():
    names = Pseudonyms([THIGH, SHANK])
    one, other = names.sensors([THIGH, SHANK])
    assert (one.name, other.name) == ("sensor-1", "sensor-2")
    assert one.device == other.device == "sensor-1"
    assert one.link == other.link == "link-1"
    assert (one.node, other.node, one.placement, other.placement) == (0, 1, THIGH.placement, SHANK.placement)
    assert one._replace(name="", device="", link="") == THIGH._replace(name="", device="", link="")


def test_a_calibration_means_the_same_sensors_and_keeps_every_figure():
    seat = SegmentCalibration(
        ((1 / 3, 0.0, 8**0.5 / 3), (0.0, 1.0, 0.0), (-(8**0.5) / 3, 0.0, 1 / 3)), (1e-17, 0.1, 0.3), zero_sd_rad=0.7
    )
    calibration = CalibrationSet(
        (LegCalibration(Side.LEFT, seat, seat, Zero.STANDING, 0.5, 12, "Ask Anna to jog."),),
        sensors=(WornSensor("5EED0001", 1, Side.LEFT, Segment.THIGH), WornSensor("", 0, Side.LEFT, Segment.SHANK)),
        intrinsics=(IntrinsicCalibration("5EED0001", 1, "2026-05-04", (1 / 3, 0.0, 0.0), temperature_c=31.25),),
        made="2026-05-04T17:31:09+00:00",
    )
    names = Pseudonyms([THIGH, SHANK])
    shared = names.calibration(calibration)
    assert [worn.device for worn in shared.sensors] == ["sensor-1", ""]
    assert (shared.made, shared.intrinsics[0].made, shared.legs[0].advice) == ("", "", "")
    assert shared.legs[0].thigh == seat
    assert CalibrationSet.from_json(shared.to_json()) == shared
    moved = calibration.placed([THIGH, SHANK._replace(node=1, placement=THIGH.placement)][1:])
    assert [facts.placement for facts in moved] == [Placement(Side.LEFT, Segment.THIGH)]
    known = shared.intrinsic(names.sensors([THIGH, SHANK])[1])
    assert known is not None
    assert known.acc_bias_m_s2 == (1 / 3, 0.0, 0.0)


def test_a_device_that_a_calibration_alone_names_gets_a_number_of_its_own():
    names = Pseudonyms([THIGH, SHANK])
    assert [names.device(device) for device in ("other", "5EED0001", "third", "other", "")] == [
        "sensor-3",
        "sensor-1",
        "sensor-4",
        "sensor-3",
        "",
    ]


@pytest.mark.parametrize("keep", [True, False])
def test_of_a_runner_stay_lengths_at_most(keep):
    runner = Runner("anna", 1.71, None, 0.41)
    shared = shared_runner(runner, keep_lengths=keep)
    assert shared == (Runner("", 1.71, None, 0.41) if keep else Runner())
    assert has_lengths(shared) is keep
    assert not has_lengths(None)


def test_of_a_session_stays_who_wrote_it_and_no_time_and_no_settings():
    meta = RecordingMeta((THIGH,), None, "2026-05-04", "{}", '{"folder": "/home/anna"}', "legcycle-imu 0.1.0")
    shared = shared_meta(meta, Pseudonyms([THIGH]), None, keep_lengths=True)
    assert (shared.runner, shared.started, shared.calibration, shared.settings) == (None, None, None, None)
    assert shared.software == "legcycle-imu 0.1.0"

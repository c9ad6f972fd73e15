from rich.console import Console

from firmware_bridge.backlog import Amount
from firmware_bridge.recorder_state import Condition, RecorderState
from firmware_bridge.samples import Placement, Segment, Side
from firmware_bridge.sensor_health import SensorHealth, State
from firmware_bridge.source import SensorFacts
from legcycle_imu.terminal_sensors import Changes, sensor_table, status_line

THIGH, SHANK = (SensorFacts(Placement(Side.LEFT, segment), "leglink", 200.0, 160.0, 35.0) for segment in Segment)
GOOD = SensorHealth(State.STREAMING, (), 0.02, 199.6, 199.6, 0.001, 0.031, 0.035, 0.0, 0.0, 0.87)
LOST = SensorHealth(State.LOST, ("Lost 3 s ago: out of reach",), 3.0, loss=0.04)


def recorder(condition: Condition = Condition.RECORDING, sentence: str = "") -> RecorderState:
    nothing = Amount(0, 0)
    return RecorderState(condition, sentence, 61.0, Amount(10, 1_500_000), nothing, nothing, 0.3, alarm=False)


def drawn(health: list[SensorHealth]) -> str:
    console = Console(width=100)
    with console.capture() as capture:
        console.print(sensor_table([THIGH, SHANK], health))
    return capture.get()


def test_the_table_tells_state_by_shape_and_word_and_never_makes_up_a_number():
    good, lost = (line for line in drawn([GOOD, LOST]).splitlines() if "left" in line)

    assert good.split() == ["left", "thigh", "●", "streaming", "200", "0.1", "%", "31", "87", "%", "0.0", "%", "0.0"]
    assert lost.split() == ["left", "shank", "✖", "lost", "–", "4.0", "%", "–", "–", "–", "3.0"]


def test_the_line_of_status_has_the_sum_of_the_rates_and_the_worst_loss():
    line = status_line(3723.4, [GOOD, GOOD._replace(loss=0.05)], recorder())

    assert line == "1:02:03  2 of 2 sensors  399 samples/s  loss 5.0 %  1.5 MB  0.3 s behind"
    assert status_line(0.0, [LOST, SensorHealth()], None) == "0:00:00  0 of 2 sensors  no samples  loss 4.0 %"


def test_what_is_new_is_said_once():
    changes = Changes([THIGH, SHANK])
    weak = GOOD._replace(state=State.WEAK, remarks=("Loses 3% of its samples.",))
    worse = weak._replace(remarks=("Loses 14% of its samples.",))

    assert changes.push([GOOD, SensorHealth()], None) == ["left thigh: ● streaming."]
    assert changes.push([GOOD, GOOD], None) == ["left shank: ● streaming."]
    assert changes.push([GOOD, weak], None) == ["left shank: ▲ weak. Loses 3% of its samples."]
    assert changes.push([GOOD, worse], None) == []
    assert changes.push([GOOD, GOOD], None) == []
    assert changes.push([GOOD, weak], None) == []
    assert changes.push([LOST, weak], None) == ["left thigh: ✖ lost. Lost 3 s ago: out of reach"]
    assert changes.push([LOST, weak], None) == []
    assert changes.push([GOOD, weak], None) == ["left thigh: ● streaming."]


def test_trouble_of_the_recorder_is_said_and_its_end_too():
    changes = Changes([])

    assert changes.push([], recorder()) == []
    assert changes.push([], recorder(Condition.FAILING, "The disk is full.")) == ["recording: The disk is full."]
    assert changes.push([], recorder(Condition.FAILING, "The disk is full. More waits.")) == []
    assert changes.push([], recorder(sentence="Recording to a.")) == ["recording: Recording to a."]


def test_a_sensor_that_was_found_to_be_worn_elsewhere_is_called_by_that_from_then_on():
    changes = Changes([THIGH, SHANK])
    moved = [SHANK, THIGH]

    assert changes.push([GOOD, GOOD], None, [THIGH, SHANK]) == ["left thigh: ● streaming.", "left shank: ● streaming."]
    assert changes.push([GOOD, GOOD], None, moved) == []
    assert changes.push([LOST, GOOD], None, moved) == ["left shank: ✖ lost. Lost 3 s ago: out of reach"]
    assert changes.push([GOOD, GOOD], None) == ["left shank: ● streaming."]

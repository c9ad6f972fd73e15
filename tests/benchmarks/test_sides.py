import pytest

from benchmarks import sides, trials
from firmware_bridge.samples import Side
from legcycle_imu.simulation import simulate_run
from legcycle_imu.simulation.files import write_sensor_files, write_truth


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> trials.Trial:
    data = tmp_path_factory.mktemp("data")
    simulation = simulate_run(3.5, 6.0, seed=1)
    write_truth(simulation, data / "one")
    write_sensor_files(simulation, data / "one")
    return trials.trials(data, tmp_path_factory.mktemp("work"))[0]


def test_the_difference_is_one_of_errors(trial: trials.Trial) -> None:
    found = sides.difference(trial)
    assert set(found) == set(sides.METRICS)
    assert all(abs(found[metric]) < 0.02 for metric in sides.DETECTION_SD_S)
    assert all(abs(found[metric]) < 5.0 for metric in ("knee_drive_deg", "peak_knee_flexion_deg"))
    assert len(sides.rows([found, found])) == len(sides.METRICS)


def test_flight_ends_with_the_other_leg_s_contact(trial: trials.Trial) -> None:
    whole = sides.with_flight(trial.strides)
    flights = [stride.flight_time_s for stride in whole if stride.flight_time_s == stride.flight_time_s]
    assert len(flights) > 10
    assert all(0.05 < flight < 0.2 for flight in flights)


def test_an_offset_of_one_leg_is_the_difference(trial: trials.Trial) -> None:
    true = sides.with_flight(trial.strides)
    found = [s._replace(contact_time_s=s.contact_time_s + 0.01 * (s.side is Side.LEFT)) for s in true]
    left, right = (sides._error(true, found, side, "contact_time_s") for side in Side)
    assert left - right == pytest.approx(0.01)


def test_what_the_report_tells_is_held_against_the_truth(trial: trials.Trial) -> None:
    counted = sides.told(trial)
    assert 0 <= counted["wrong"] <= counted["told"] <= len(sides.METRICS)

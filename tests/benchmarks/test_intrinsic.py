import numpy as np
import pytest

from benchmarks.intrinsic import CASES, Case, Errors, as_corrected, columns, fit_rows, fitted, guided, running_rows
from calibration.model import IntrinsicCalibration
from calibration.poses import FACES, POSES
from firmware_bridge.samples import SampleBlock


@pytest.mark.parametrize("case", CASES[:3], ids=lambda case: case.title)
def test_what_twelve_rests_leave_is_within_what_is_promised(case: Case):
    left = [fitted((case, seed)) for seed in range(12)]
    kept = [errors for errors in left if errors is not None]
    assert len(kept) >= 11
    assert max(errors.bias_mg for errors in kept) < 1.0
    assert max(errors.scale_percent for errors in kept) < 0.1
    assert max(errors.nonorthogonality_deg for errors in kept) < 0.1


def test_faces_alone_are_refused():
    assert fitted((Case("faces", FACES, 200), 1)) is None


def test_the_same_seed_gives_the_same():
    case = Case("all", POSES, 100)
    assert fitted((case, 3)) == fitted((case, 3)) != fitted((case, 4))


def test_the_whole_routine_ends_within_what_is_promised():
    errors, end_s = guided(1)
    assert errors is not None
    assert (errors.bias_mg < 1.0, errors.scale_percent < 0.1, errors.nonorthogonality_deg < 0.1) == (True, True, True)
    assert 0.0 < errors.gyr_percent < 0.5
    assert 60.0 < end_s < 120.0


def test_rows_count_what_was_refused_and_give_percentiles():
    kept = [Errors(float(k), 0.1, 0.2, 0.3) for k in range(101)]
    ((title, draws, refused, bias, *_),) = fit_rows({CASES[0]: [*kept, None]})
    assert (title, draws, refused) == (CASES[0].title, "102", "1")
    assert bias == "50.00 / 95.00 / 99.00 / 100.00"
    assert len(columns(kept)) == 3
    assert columns(kept, gyr=True)[3] == "0.30 / 0.30 / 0.30 / 0.30"


def test_angles_are_told_about_their_mean_and_the_mean_apart():
    errors = {what: np.array([1.0, 3.0]) for what in ("thigh", "shank", "knee")}
    rows = running_rows([("as recorded: 25 mg, 0.5 %, 1 %", "as it is", errors)])
    assert rows[0] == ["as recorded: 25 mg, 0.5 %, 1 %", "as it is", *["1.00 / 2.00"] * 3]


def test_samples_are_corrected_as_the_row_says():
    block = SampleBlock(np.arange(2.0), np.ones((2, 3)), np.ones((2, 3)), np.zeros(2, np.uint8))
    found = IntrinsicCalibration("x", acc_bias_m_s2=(1.0, 1.0, 1.0), gyr_scale=(1.25, 1.25, 1.25))
    assert as_corrected(block, found, "as it is") is block
    assert as_corrected(block, None, "both corrected") is block
    half, both = (as_corrected(block, found, how) for how in ("accelerometer corrected", "both corrected"))
    assert (half.acc.max(), half.gyr.max()) == (0.0, 1.0)
    assert (both.acc.max(), both.gyr.max()) == (0.0, 1.25)

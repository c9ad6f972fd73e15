import subprocess
import sys

import pytest

import legcycle_imu


def test_every_public_name_is_there_once_and_documented():
    assert sorted(legcycle_imu._HOME) == sorted(legcycle_imu.__all__)
    for name in legcycle_imu.__all__:
        assert getattr(legcycle_imu, name) is not None
        assert name in dir(legcycle_imu)
        if callable(getattr(legcycle_imu, name)):
            assert getattr(legcycle_imu, name).__doc__


def test_another_name_is_an_error():
    with pytest.raises(AttributeError, match="no attribute 'analyze'"):
        _ = legcycle_imu.analyze


def test_the_import_alone_is_light():
    program = "import sys, legcycle_imu; sys.exit(len({'numpy', 'scipy', 'vqf', 'rich'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

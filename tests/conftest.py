from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.strategies import SESSIONS, Session

settings.register_profile(
    "reproducible",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=20,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("reproducible")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew instead of comparing")


@pytest.fixture(scope="session")
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def golden_folder() -> Path:
    return Path(__file__).parent / "data" / "golden"


@pytest.fixture(scope="session")
def run() -> Session:
    """Nothing but running, both legs."""
    return SESSIONS["run"]()


@pytest.fixture(scope="session")
def preamble() -> Session:
    """Standing, knee lifts, standing, running, standing."""
    return SESSIONS["preamble"]()

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="session")
def load() -> Callable[[str], ModuleType]:
    """Give a function that imports a script of docs/ by its path there."""

    def script(path: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(Path(path).stem, DOCS / path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return script

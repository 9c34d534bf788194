"""Read models for commands to look at, from the lives that the tests of insight keep."""

import importlib.util
from pathlib import Path

import pytest

LIVES = Path(__file__).parents[1] / "insight" / "conftest.py"


@pytest.fixture(scope="package")
def lives():
    spec = importlib.util.spec_from_file_location("lives", LIVES)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch):
    """A pipe's width, however the tests run: with many processes at once, pytest tells them a terminal's."""
    monkeypatch.delenv("COLUMNS", raising=False)

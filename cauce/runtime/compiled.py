"""Modules of the hot path as mypyc compiles them, used where they were built from exactly the sources at hand.

`deploy/compile.py` builds them into a folder named by the hash of their sources. A module that was edited since has
another hash, so everything runs as it stands in its file until they are built again; with them or without, a decision
has the same bytes. They are compiled together: all of them are used, or none. See docs/decisions/0012.
"""

import os
import sys
from collections.abc import Sequence
from hashlib import sha256
from importlib.abc import MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

HOT = (
    "cauce.ids",
    "cauce.replay.fingerprint",
    "cauce.runtime.batches",
    "cauce.runtime.deciding",
    "cauce.runtime.engine.ordered",
    "cauce.runtime.engine.rows",
    "cauce.runtime.engine.work",
    "cauce.runtime.publishing",
    "cauce.runtime.reference.references",
    "schemas.envelope",
    "schemas.headers",
    "services.allocation.domain.criteria",
    "services.allocation.domain.draft",
    "services.allocation.domain.eligibility",
    "services.allocation.domain.keeper",
    "services.allocation.domain.levels",
    "services.allocation.domain.plans",
    "services.allocation.domain.promises",
    "services.allocation.domain.release",
    "services.allocation.domain.reservation",
    "services.allocation.domain.ruling",
    "services.allocation.domain.search",
    "services.allocation.domain.sourcing",
    "services.allocation.domain.stock",
)
GROUP = "cauce_hot"  # mypyc keeps the code of all of them in one library
ROOT = Path(__file__).parents[2]
SWITCH = "CAUCE_COMPILED"  # `no`: run the sources, as a profiler or a debugger wants it


def source_of(module: str) -> Path:
    """The file of a module of ours."""
    return ROOT / f"{module.replace('.', '/')}.py"


def folder() -> Path:
    """Where the modules are that were compiled from these sources by this Python, if they were."""
    digest = sha256(EXTENSION_SUFFIXES[0].encode())
    for module in HOT:
        digest.update(source_of(module).read_bytes())
    return ROOT / "cauce" / "_compiled" / digest.hexdigest()[:16]


def library(module: str) -> str:
    """The path of a compiled module within its folder."""
    return module.replace(".", "/") + EXTENSION_SUFFIXES[0]


class CompiledFinder(MetaPathFinder):
    """Finds the compiled modules before their sources are looked for."""

    def __init__(self, built: Path) -> None:
        shared = f"{GROUP}__mypyc"
        self._paths = {module: built / library(module) for module in (*HOT, shared)}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """See importlib.abc.MetaPathFinder."""
        del path, target
        found = self._paths.get(fullname)
        return None if found is None else spec_from_file_location(fullname, found)


def use_compiled() -> bool:
    """From now on import the compiled modules, where they are built and none was imported; whether so."""
    if os.environ.get(SWITCH) == "no" or any(module in sys.modules for module in HOT):
        return False
    built = folder()
    if not built.is_dir():
        return False
    sys.meta_path.insert(0, CompiledFinder(built))
    return True

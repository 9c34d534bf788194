"""Compiles the modules of the hot path with mypyc, once for each state of their sources: `make compiled`.

Needs a C compiler and Python's headers, which deploy/setup.sh looks after. About half a minute; nothing when current.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from mypyc.build import mypycify
from setuptools import Distribution

from cauce.runtime.compiled import GROUP, HOT, folder, source_of


def build(into: Path) -> None:
    """Put the compiled modules into a folder. Ends the program with mypyc's words when a module cannot be compiled."""
    sources = [str(source_of(module)) for module in HOT]
    with tempfile.TemporaryDirectory() as scratch:
        extensions = mypycify(sources, opt_level="3", debug_level="0", target_dir=f"{scratch}/c", group_name=GROUP)
        command = Distribution({"name": GROUP, "ext_modules": extensions}).get_command_obj("build_ext")
        command.build_lib, command.build_temp = f"{scratch}/lib", f"{scratch}/o"
        command.ensure_finalized()
        command.run()
        _put(Path(scratch) / "lib", into)


def _put(built: Path, into: Path) -> None:
    """Whole or not at all, in the place of what older sources gave."""
    shutil.rmtree(into.parent, ignore_errors=True)
    into.parent.mkdir()
    part = into.with_suffix(".part")
    shutil.move(built, part)
    part.rename(into)


if __name__ == "__main__":
    wanted = folder()
    if not wanted.is_dir():
        print(f"compile: {len(HOT)} modules of the hot path, half a minute", file=sys.stderr)
        build(wanted)

"""Compiled or as written, the same is decided; and compiled modules never outlive their sources."""

import os
import subprocess
import sys

import pytest

from cauce.runtime import compiled

DECIDE = """
import hashlib, sys
sys.path.insert(0, "bench")
import _job
from cauce.runtime import publishing
from cauce.runtime.assembly import lanes_of
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.lane import Record
from cauce.runtime.settings import Settings
from services.allocation.worker import SERVICE

settings = Settings().model_copy(update={"release": _job.RELEASE})
(keeper,) = (lane for lane in lanes_of(SERVICE, settings) if lane.name == "keeper")
entries = [*_job.opening(0), *_job.orders(0, range(200))]
outputs = OfflineTenure(keeper, 0).decide([Record("stock-commands", 0, at, *one) for at, one in enumerate(entries)])
print(publishing.__file__.endswith(".py"), len(outputs), hashlib.sha256(repr(outputs).encode()).hexdigest())
"""


def decided(switch: str) -> tuple[str, str, str]:
    environment = os.environ | {compiled.SWITCH: switch}
    ended = subprocess.run(
        [sys.executable, "-c", DECIDE], cwd=compiled.ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return tuple(ended.stdout.split())


def test_a_compiled_keeper_decides_the_same_to_the_byte():
    as_written, number, digest = decided("no")
    assert (as_written, int(number) > 800) == ("True", True)
    assert decided("yes") == (str(not compiled.folder().is_dir()), number, digest)


def test_an_edited_module_is_not_run_as_it_was_compiled(tmp_path, monkeypatch):
    for module in compiled.HOT:
        copy = tmp_path / compiled.source_of(module).relative_to(compiled.ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(compiled.source_of(module).read_bytes())
    before = compiled.folder().name
    monkeypatch.setattr(compiled, "ROOT", tmp_path)
    assert compiled.folder().name == before
    with compiled.source_of("cauce.ids").open("a") as source:
        source.write("# edited\n")
    assert compiled.folder().name != before


def test_modules_that_were_imported_stay_as_they_are():
    assert "cauce.ids" in sys.modules
    assert not compiled.use_compiled()


@pytest.mark.parametrize("module", compiled.HOT)
def test_the_finder_knows_the_hot_modules_alone(module, tmp_path):
    finder = compiled.CompiledFinder(tmp_path)
    assert finder.find_spec(module).origin == str(tmp_path / compiled.library(module))
    assert finder.find_spec("cauce.money") is None

"""Every worker of a machine has a folder of its own, and the same one after a restart."""

import os
import signal
import subprocess
import sys

import pytest

from cauce.runtime.engine.folder import claim
from cauce.runtime.faults import Unavailable

HOLD = "import sys, time; from pathlib import Path; from cauce.runtime.engine.folder import claim; \
print(claim(Path(sys.argv[1])).name, flush=True); time.sleep(60)"


def holder(root):
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(root)], stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().strip()


def test_workers_get_different_folders_and_a_killed_one_leaves_its_own_to_its_successor(tmp_path):
    (first, one), (second, other) = holder(tmp_path), holder(tmp_path)
    assert {one, other} == {"unnamed-0", "unnamed-1"}
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    first.stdout.close()
    third, again = holder(tmp_path)
    assert again == one
    for process in (second, third):
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_name_that_is_taken_is_refused_with_what_to_do(tmp_path):
    assert claim(tmp_path, "blue") == tmp_path / "blue"
    with pytest.raises(Unavailable, match="in use by another worker; stop it"):
        claim(tmp_path, "blue")

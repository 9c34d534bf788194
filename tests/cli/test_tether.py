"""What a supervisor runs ends with it, whichever command it is; what a person runs is asked nothing."""

import os
import signal
import subprocess
import sys

import pytest

from cauce.runtime import tether

ASKED = {**os.environ, tether.VARIABLE: "1"}
SANDBOX = ("sandbox", "payments", "--port", "0", "--ledger")


def start(*words, env, **more):
    return subprocess.Popen([sys.executable, "-m", "cauce", *words], stdin=subprocess.PIPE, env=env, **more)


@pytest.mark.parametrize("command", ["run payments", "run insight", "clock", "world crew"])
def test_a_command_that_runs_on_ends_when_its_parent_is_gone(command, settings, tmp_path):
    env = {**ASKED, "CAUCE_SERVERS": settings.servers, "CAUCE_PREFIX": settings.prefix, "CAUCE_HOME": str(tmp_path)}
    with start(*command.split(), env=env, stderr=subprocess.DEVNULL) as child:
        child.stdin.close()
        assert child.wait(60) in {0, -signal.SIGTERM}  # told before it could listen, or after


def test_it_ends_as_when_told_to_stop(tmp_path):
    with start(*SANDBOX, str(tmp_path / "ledger"), env=ASKED, stdout=subprocess.PIPE) as child:
        assert child.stdout.readline()
        child.stdin.close()
        assert child.wait(60) == 0


def test_a_command_that_nobody_tethered_does_not_mind_its_input(tmp_path):
    with start(*SANDBOX, str(tmp_path / "ledger"), env=os.environ, stdout=subprocess.PIPE) as child:
        child.stdin.close()
        assert child.stdout.readline()
        assert child.poll() is None
        child.terminate()
        assert child.wait(60) == 0

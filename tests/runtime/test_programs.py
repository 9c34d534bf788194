"""Other programs, real ones."""

import os
import sys
from pathlib import Path

import pytest

from cauce.runtime.broker.java import OLDEST, java, major_version
from cauce.runtime.broker.programs import ProgramFailed, birth, ended, found, launch, run

PYTHON = Path(sys.executable)


def test_a_program_gives_what_it_printed():
    assert run(PYTHON, "-c", "print('yes')", timeout_seconds=30) == "yes\n"


def test_a_failure_shows_the_end_of_the_output():
    with pytest.raises(ProgramFailed, match="ended with 3:\nthe reason"):
        run(PYTHON, "-c", "import sys; print('the reason'); sys.exit(3)", timeout_seconds=30)


def test_a_program_that_does_not_end_in_time_is_a_failure():
    with pytest.raises(ProgramFailed, match="did not end"):
        run(PYTHON, "-c", "import signal; signal.pause()", timeout_seconds=0.5)


def test_a_launched_program_lives_in_its_own_session_until_it_ends(tmp_path):
    log = tmp_path / "log"
    pid = launch(PYTHON, "-c", "import signal; print('up', flush=True); signal.pause()", log=log)
    assert birth(pid) is not None
    assert os.getsid(pid) == pid
    assert not ended(pid, timeout_seconds=0.2)
    os.kill(pid, 9)
    assert ended(pid, timeout_seconds=30)
    assert birth(pid) is None


def test_a_launched_program_holds_no_file_of_who_launched_it(tmp_path):
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)  # noqa: FBT003  # takes no name
    pid = launch(PYTHON, "-c", "import signal; signal.pause()", log=tmp_path / "log")
    os.close(writer)
    assert os.read(reader, 1) == b"", "the pipe has ended, although the program lives"
    assert birth(pid) is not None
    os.close(reader)
    os.kill(pid, 9)
    assert ended(pid, timeout_seconds=30)


def test_a_pid_that_never_was_has_ended():
    assert ended(2**22 + 1, timeout_seconds=1)


def test_a_program_that_is_not_there_is_not_found():
    assert found("no-such-program-of-that-name") is None


def test_the_java_for_the_broker_is_new_enough():
    assert major_version(java()) >= OLDEST


def test_what_does_not_run_is_no_java(tmp_path):
    assert major_version(tmp_path / "java") == 0

"""Keeping processes running, with real ones: small programs that fail, hold a lock, or wait to be stopped."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import asynccontextmanager

import pytest

from cauce.runtime.supervisor import GaveUp, Patience, Program, Supervisor

QUICK = Patience(first_seconds=0.01, longest_seconds=0.02, give_up_after=None)
FAIL = "raise SystemExit(3)"
WAIT = """
import fcntl, os, signal, sys
from pathlib import Path
from cauce.runtime import tether
def leave(*_):
    Path(sys.argv[1] + ".left").touch()
    raise SystemExit(0)
signal.signal(signal.SIGTERM, leave)
tether.hold()
with open(sys.argv[1] + ".lock", "w") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    Path(sys.argv[1] + ".pid").write_text(str(os.getpid()))
    while True:
        signal.pause()
"""
PARENT = """
import asyncio, signal, sys
from pathlib import Path
from cauce.cli.up import run_until_told
from cauce.runtime.supervisor import UNENDING, Program, Supervisor
signal.signal(signal.SIGHUP, signal.SIG_IGN if sys.argv[1] == "nohup" else signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background of a shell are deaf to it
waiter = Program("waiter", (sys.executable, "-c", sys.argv[2], sys.argv[3] + "/waiter"), {})
asyncio.run(run_until_told(Supervisor([waiter], Path(sys.argv[3]), UNENDING)))
"""


def program(name, code, *arguments):
    return Program(name, (sys.executable, "-c", code, *map(str, arguments)), {})


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  # another process's life and end set no event here
            await asyncio.sleep(0.01)


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@asynccontextmanager
async def running(supervisor):
    task = asyncio.ensure_future(supervisor.run())
    try:
        yield task
    finally:
        await supervisor.stop()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def parent(tmp_path):
    """Starts a process that supervises one waiting program as `cauce up` does; gives it."""
    started = []

    def parent(how="terminal"):
        started.append(subprocess.Popen([sys.executable, "-c", PARENT, how, WAIT, str(tmp_path)]))
        return started[-1]

    yield parent
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def waiter(tmp_path):
    """The process id of the waiting program, once it waits."""

    async def waiter():
        file = tmp_path / "waiter.pid"
        await until(lambda: file.exists() and file.read_text())
        pid = int(file.read_text())
        file.unlink()
        return pid

    return waiter


async def test_a_program_that_fails_for_ever_is_retried_and_named_while_the_others_run(
    tmp_path, waiter, expected_errors, caplog
):
    expected_errors.add("worker name=broken ended")
    supervisor = Supervisor([program("broken", FAIL), program("waiter", WAIT, tmp_path / "waiter")], tmp_path, QUICK)
    async with running(supervisor) as task:
        pid = await waiter()
        await until(lambda: supervisor.restarts["broken"] > 10)
        assert not task.done()
        assert supervisor.pid("waiter") == pid
        assert supervisor.restarts["waiter"] == 0
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert errors[-1].endswith(f"see {tmp_path / 'broken.log'}")


async def test_where_patience_has_an_end_all_are_stopped_and_the_log_is_named(tmp_path, expected_errors):
    expected_errors.add("worker name=broken ended")
    programs = [program("broken", FAIL), program("waiter", WAIT, tmp_path / "waiter")]
    supervisor = Supervisor(programs, tmp_path, QUICK._replace(give_up_after=3))
    with pytest.raises(GaveUp, match=r"broken ended 4 times in a row, last with 3: see .*broken\.log"):
        await supervisor.run()
    assert supervisor.pid("waiter") is None


async def test_a_killed_program_is_counted_and_started_again(tmp_path, waiter):
    supervisor = Supervisor([program("waiter", WAIT, tmp_path / "waiter")], tmp_path, QUICK._replace(longest_seconds=1))
    assert supervisor.kill("waiter") is None
    async with running(supervisor):
        first = await waiter()
        assert supervisor.kill("waiter") == first
        second = await waiter()
        assert (second != first, supervisor.restarts) == (True, {"waiter": 1})


async def test_what_ended_is_not_started_again_while_it_may_not(tmp_path, waiter):
    may = asyncio.Event()
    programs = [program("waiter", WAIT, tmp_path / "waiter")]
    supervisor = Supervisor(programs, tmp_path, QUICK._replace(longest_seconds=1), may_start=may.is_set)
    async with running(supervisor):
        first = await waiter()  # the first start is not held back
        supervisor.kill("waiter")
        await until(lambda: supervisor.restarts["waiter"])
        await asyncio.sleep(1)
        assert (supervisor.pid("waiter"), supervisor.restarts["waiter"]) == (None, 1)
        may.set()
        assert await waiter() != first


async def test_a_stop_waits_for_nobody_who_may_not_start(tmp_path):
    supervisor = Supervisor([program("broken", FAIL)], tmp_path, QUICK, may_start=lambda: False)
    async with running(supervisor) as task, asyncio.timeout(20):
        await until(lambda: supervisor.restarts["broken"])
        await supervisor.stop()
        await task


async def test_a_stop_waits_for_no_pause(tmp_path):
    supervisor = Supervisor([program("broken", FAIL)], tmp_path, Patience(first_seconds=600, longest_seconds=601))
    async with running(supervisor) as task, asyncio.timeout(20):
        await until(lambda: supervisor.restarts["broken"])
        await supervisor.stop()
        await task


async def test_programs_stop_cleanly_when_their_supervisor_is_killed_and_it_can_start_again(parent, waiter, tmp_path):
    killed = parent()
    orphan = await waiter()
    killed.kill()
    await until(lambda: not lives(orphan))
    assert (tmp_path / "waiter.left").exists()
    parent()
    assert lives(await waiter())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_closed_terminal_is_a_word_to_stop_like_any_other(parent, waiter, tmp_path, number):
    told = parent()
    pid = await waiter()
    told.send_signal(number)
    assert await asyncio.to_thread(told.wait, 20) == 0
    assert (tmp_path / "waiter.left").exists()
    assert not lives(pid)


async def test_under_nohup_a_closed_terminal_stops_nothing(parent, waiter):
    deaf = parent("nohup")
    pid = await waiter()
    deaf.send_signal(signal.SIGHUP)
    os.kill(pid, signal.SIGKILL)
    assert await waiter() != pid

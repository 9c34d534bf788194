"""Clocks: the system's, and a file's that another process sets."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from cauce.runtime.clock import ClockHand, FileClock, SystemClock, clock_of, clock_once_set
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)
READ = """
import sys
from pathlib import Path
from cauce.runtime.clock import FileClock

clock = FileClock(Path(sys.argv[1]))
for _ in sys.stdin:
    print(clock.now().isoformat(), flush=True)
"""
RACE = """
import sys
from pathlib import Path
from datetime import UTC, datetime, timedelta
from cauce.runtime.clock import ClockHand

early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
hand = ClockHand(Path(sys.argv[1]), early)
print("set", flush=True)
for turn in range(200_000):
    hand.set(late if turn % 2 else early)
"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "demo" / "clock"


def test_the_system_clock_tells_the_time_in_utc():
    before = datetime.now(UTC)
    told = SystemClock().now()
    assert before - timedelta(milliseconds=1) <= told <= datetime.now(UTC)
    assert told.tzinfo is UTC


def test_the_system_clock_stands_still_while_the_system_sets_it_back(monkeypatch):
    clock = SystemClock()
    first = clock.now()
    monkeypatch.setattr("time.time_ns", lambda: 0)
    assert clock.now() == first


def test_a_file_clock_tells_what_its_hand_set_to_the_microsecond(file):
    hand = ClockHand(file, NOON)
    clock = FileClock(file)
    assert clock.now() == NOON
    hand.set(NOON + timedelta(days=400))
    assert clock.now() == NOON + timedelta(days=400)


def test_a_file_clock_never_goes_back_for_a_reader(file):
    hand = ClockHand(file, NOON)
    clock = FileClock(file)
    clock.now()
    hand.set(NOON - timedelta(hours=1))
    assert clock.now() == NOON
    assert FileClock(file).now() == NOON - timedelta(hours=1)


def test_a_second_hand_takes_over_the_same_file(file):
    ClockHand(file, NOON)
    clock = FileClock(file)
    ClockHand(file, NOON + timedelta(seconds=5))
    assert clock.now() == NOON + timedelta(seconds=5)
    assert [path.name for path in file.parent.iterdir()] == ["clock"]


def test_another_process_sees_each_new_time_at_once(file):
    hand = ClockHand(file, NOON)
    command = [sys.executable, "-c", READ, file]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        for hours in range(3):
            at = NOON + timedelta(hours=hours)
            hand.set(at)
            reader.stdin.write("\n")
            reader.stdin.flush()
            assert reader.stdout.readline().strip() == at.isoformat()
        reader.stdin.close()


def test_a_reader_never_sees_half_of_a_time(file):
    with subprocess.Popen([sys.executable, "-c", RACE, file], stdout=subprocess.PIPE, text=True) as writer:
        writer.stdout.readline()
        clock = FileClock(file)
        told = set()
        while writer.poll() is None:
            clock._last = 0
            told.update(clock.now() for _ in range(1000))
    assert told <= {datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)}
    assert len(told) == 2


def test_a_clock_that_nobody_set_says_what_to_do(file):
    with pytest.raises(Unavailable, match="Start what sets it first"):
        FileClock(file)


def test_a_file_that_is_no_clock_is_refused(tmp_path):
    (tmp_path / "clock").write_bytes(b"")
    with pytest.raises(Unavailable, match="is not a clock"):
        FileClock(tmp_path / "clock")


def test_the_settings_choose_the_clock(tmp_path, file):
    assert isinstance(clock_of(Settings(home=tmp_path)), SystemClock)
    ClockHand(file, NOON)
    assert clock_of(Settings(home=tmp_path, clock=str(file))).now() == NOON


async def test_a_clock_that_nobody_set_yet_is_waited_for(file, caplog):
    waiting = asyncio.ensure_future(clock_once_set(Settings(clock=str(file))))
    await asyncio.sleep(0)
    assert not waiting.done()
    assert str(file) in caplog.text
    ClockHand(file, NOON)
    assert (await waiting).now() == NOON


async def test_a_file_that_is_no_clock_is_not_waited_for(tmp_path):
    (tmp_path / "notes").write_text("noon")
    with pytest.raises(Unavailable, match="not a clock"):
        await clock_once_set(Settings(clock=str(tmp_path / "notes")))

"""A point counts its passings, before or after a plain or a waiting function, and stops the process at one of them."""

import re
import signal
import subprocess
import sys

import pytest

from cauce.runtime.broker import kafka
from cauce.runtime.engine import transaction
from chaos.proofs import lane_points, points, refund_points
from chaos.proofs.kafka.program import POM

PROGRAM = """
import asyncio, signal, sys
from chaos.proofs.crash_points import Point, hit_at

class Work:
    def plain(self, number): print("plain", number, flush=True)
    async def waiting(self, number): print("waiting", number, flush=True)

hit_at(Point(Work, sys.argv[1], sys.argv[2] == "after", lambda _self, number: number % 2 == 0), 2, signal.SIGKILL)
for number in range(9):
    Work().plain(number)
    asyncio.run(Work().waiting(number))
"""


@pytest.mark.parametrize("name", ["plain", "waiting"])
@pytest.mark.parametrize(("moment", "done"), [("before", 2), ("after", 3)])
def test_a_process_dies_at_the_second_passing_that_counts(name, moment, done):
    ran = subprocess.run([sys.executable, "-c", PROGRAM, name, moment], capture_output=True, text=True, check=False)
    assert ran.returncode == -signal.SIGKILL
    assert re.findall(rf"{name} (\d)", ran.stdout) == [str(number) for number in range(done)]


def test_every_point_names_a_function_that_is_there():
    for point in {**lane_points.POINTS, **refund_points.POINTS}.values():
        assert callable(getattr(point.owner, point.name))


def test_a_commit_can_be_killed_before_and_after_each_of_its_steps():
    steps = {(point.owner, point.name) for point in lane_points.COMMITTING.values()}
    assert steps >= {(transaction, "send_outputs"), (transaction, "send_records")}
    groups = {name for group in (*points.LANE_GROUPS.values(), *points.RUNNER_GROUPS.values()) for name in group}
    assert groups == {*lane_points.POINTS, *refund_points.POINTS}


def test_kafka_s_own_tests_are_of_the_release_of_our_broker():
    versions = {re.search(r"<kafka.version>(.*)</kafka.version>", pom.read_text())[1] for pom in (POM, kafka.POM)}
    assert len(versions) == 1

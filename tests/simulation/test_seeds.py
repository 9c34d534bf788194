"""Whatever is reordered, repeated, delayed or killed: the laws hold, and every order comes to the end it should."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from simulated.scenario import LOTTED, VARIED
from simulated.trial import happenings, run

SEEDS, VARIED_SEEDS, LOTTED_SEEDS, AT_ONCE, STEPS = 200, 12, 12, 10, 300
HAPPENINGS = {
    *("read", "committed", "killed", "torn", "wiped", "fenced", "zombie", "moved", "assigned"),
    *("poison", "retried", "noise", "published", "time", "said"),
    *(
        f"{call} {fate}"
        for call in ("mail", "webhook", "refund")
        for fate in ("answered", "silent", "lost", "late", "refused")
    ),
    *("mail declined", "mail patience", "refund patience", "refund garbage", "look-up answered"),
}


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_nothing_is_lost_doubled_or_wrong_whatever_happens(first):
    for seed in range(first, first + AT_ONCE):
        found = run(seed, STEPS)
        assert not found.faults, f"seed {seed}:\n{found}"


@pytest.mark.parametrize("seed", range(VARIED, VARIED + VARIED_SEEDS))
def test_kits_and_substitutes_are_lost_doubled_and_wrong_no_more_than_other_goods(seed):
    found = run(seed, STEPS)
    assert not found.faults, f"seed {seed}:\n{found}"


@pytest.mark.parametrize("seed", range(LOTTED, LOTTED + LOTTED_SEEDS))
def test_lots_that_expire_and_are_recalled_are_lost_doubled_and_wrong_no_more_than_other_goods(seed):
    found = run(seed, STEPS)
    assert not found.faults, f"seed {seed}:\n{found}"


def test_everything_that_may_happen_does():
    happened = Counter()
    for seed in range(SEEDS):
        happened += happenings(seed, STEPS)
        if happened.keys() >= HAPPENINGS:
            return
    pytest.fail(f"in {SEEDS} seeds there was no {HAPPENINGS - happened.keys()}")


def test_a_seed_gives_the_same_bytes_in_every_process():
    program = Path(__file__).parent
    told = {
        subprocess.run(
            [sys.executable, program, "--seed", "11"],
            env={**os.environ, "PYTHONHASHSEED": hashing},
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for hashing in ("1", "2")
    }
    assert len(told) == 1
    assert b"digest" in told.pop()

"""The schedule of faults: the seed's alone, within its time, and nobody struck twice at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.schedule import FIRST_SECONDS, FORMS, LONGEST_GAP, Fault, Field, broker_names, schedule, workers

FIELD = Field(services=("intake", "allocation", "payments"), workers=2, brokers=3, others=("clock",))
SEEDS = st.integers(0, 10**9)
FAULTS = st.sets(st.sampled_from(Fault), min_size=1)


@given(SEEDS, FAULTS)
def test_a_seed_gives_the_same_schedule_again(seed, faults):
    assert schedule(seed, 300, faults, FIELD) == schedule(seed, 300, list(faults)[::-1], FIELD)


def test_another_seed_gives_another_schedule():
    assert len({schedule(seed, 120, Fault, FIELD) for seed in range(50)}) == 50


@given(SEEDS, FAULTS, st.integers(20, 600))
def test_every_fault_begins_after_the_load_and_ends_with_it(seed, faults, seconds):
    for injection in schedule(seed, seconds, faults, FIELD):
        assert FIRST_SECONDS <= injection.at_seconds <= injection.ends_seconds <= seconds + 0.01
        assert injection.fault in faults


@given(SEEDS, FAULTS)
def test_nobody_is_struck_by_two_faults_at_once(seed, faults):
    planned = schedule(seed, 300, faults, FIELD)
    for one in planned:
        for other in planned[: planned.index(one)]:
            assert other.ends_seconds <= one.at_seconds or not set(other.targets) & set(one.targets)


@given(SEEDS)
def test_every_fault_that_was_named_comes_early(seed):
    first = schedule(seed, 600, Fault, FIELD)[: len(Fault)]
    assert {injection.fault for injection in first} == set(Fault)


@given(SEEDS)
def test_a_minute_is_enough_for_a_run_that_counts(seed):
    assert len(schedule(seed, 60, [Fault.KILL, Fault.STOP], FIELD)) >= 2


@pytest.mark.parametrize("fault", Fault)
def test_every_form_of_a_fault_comes_up_and_meets_somebody_who_is_there(fault):
    there = {*workers(FIELD), *FIELD.others, *FIELD.services, *broker_names(FIELD), "way-0", "way-1", "hand"}
    planned = [one for seed in range(60) for one in schedule(seed, 20 * LONGEST_GAP, [fault], FIELD)]
    assert {one.form for one in planned} == {form.name for form in FORMS[fault]}
    assert {target for one in planned for target in one.targets} <= there

"""Patience with a provider: the circuit and the waits between attempts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cauce.runtime.runners.circuit import Circuit, Patience

PATIENCE = Patience(first_seconds=1, longest_seconds=60, trip_after=3, jitter=lambda _low, high: high)


@pytest.fixture
def circuit():
    return Circuit(PATIENCE)


def fail(circuit, times, now=0.0):
    for _ in range(times):
        circuit.started()
        circuit.failed(now)


def test_a_closed_circuit_lets_everybody_call(circuit):
    assert circuit.room(0).calls > 1000


def test_an_answer_forgets_the_failures_before_it(circuit):
    fail(circuit, 2)
    circuit.answered()
    fail(circuit, 2)
    assert not circuit.open


def test_failures_in_a_row_open_the_circuit_for_a_while(circuit):
    fail(circuit, 3)
    assert circuit.room(0.5) == (0, 1.0)
    assert circuit.room(1.0).calls == 1


def test_one_probe_is_sent_at_a_time(circuit):
    fail(circuit, 3)
    circuit.started()
    assert circuit.room(2) == (0, None)


def test_a_probe_that_fails_doubles_the_pause(circuit):
    fail(circuit, 3)
    fail(circuit, 1, now=10)
    assert circuit.room(10) == (0, 12.0)


def test_a_probe_that_is_answered_closes_the_circuit(circuit):
    fail(circuit, 3)
    circuit.started()
    circuit.answered()
    assert not circuit.open


def test_a_probe_that_is_given_up_makes_room_for_another(circuit):
    fail(circuit, 3)
    circuit.started()
    circuit.abandoned()
    assert circuit.room(5).calls == 1


def test_calls_under_way_when_the_circuit_opened_do_not_prolong_it(circuit):
    fail(circuit, 3)
    circuit.failed(0.9)
    assert circuit.room(1.0).calls == 1


def test_an_open_circuit_waits_as_long_as_the_provider_wants(circuit):
    fail(circuit, 2)
    circuit.failed(0, retry_after_seconds=30)
    assert circuit.room(29).calls == 0


async def test_whoever_waits_hears_that_the_circuit_moved(circuit):
    fail(circuit, 3)
    moved = circuit.moved
    circuit.answered()
    assert await moved.wait()


def test_waits_double_up_to_the_longest():
    assert [PATIENCE.before_again(attempts) for attempts in (1, 2, 3, 7, 10_000)] == [1, 2, 4, 60, 60]


@given(attempts=st.integers(1, 1000), asked=st.floats(0, 1e9))
def test_a_wait_is_within_its_bounds_and_not_shorter_than_asked(attempts, asked):
    wait = Patience().before_again(attempts, asked)
    assert min(asked, 3600) <= wait <= 3600

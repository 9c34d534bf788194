"""The matrix of an order's states and what may be asked in each: every cell is run, and stands as it is in the docs."""

from itertools import product

import pytest

from cauce.cli.order_lives import UNITS, placed
from cauce.cli.order_matrix import COMMANDS, NOTHING_NEW, STATES, answer
from cauce.cli.order_states import PAGE, stale
from cauce.runtime.settings import CHECKOUT
from schemas.changing import ChangeRefused, OrderSupplemented
from schemas.holding import HoldRefused
from schemas.orders import OrderChanged
from schemas.shipments import ParcelPacked, ParcelShipped, WarehouseWork
from services.intake.worker import ORDERS

CELLS = list(product(STATES, COMMANDS))


def rows(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.fixture(scope="module")
def told():
    """The answers that the page gives, by state and command."""
    found, head = {}, []
    for line in (CHECKOUT / PAGE).read_text(encoding="utf-8").splitlines():
        if line.startswith("| state |"):
            head = rows(line)[1:]
        elif line.startswith("| "):
            state, *answers = rows(line)
            found |= {(state, command): said for command, said in zip(head, answers, strict=True)}
    return found


def test_the_page_is_what_the_deciders_say():
    assert stale(CHECKOUT) == [], "run `cauce schemas build`"


def test_the_page_has_a_cell_for_every_state_and_command(told):
    assert set(told) == set(CELLS)
    assert all(told.values())


@pytest.mark.parametrize(("state", "command"), CELLS)
def test_every_cell_is_what_an_order_in_that_state_is_answered(told, state, command):
    assert answer(state, command) == told[state, command]


every_state = pytest.mark.parametrize("state", STATES)


@every_state
def test_what_is_refused_changes_no_unit_and_no_work(state):
    for ask in COMMANDS.values():
        said = ask(STATES[state]())
        if any(isinstance(fact, ChangeRefused | HoldRefused) for fact in said):
            assert not [fact for fact in said if isinstance(fact, OrderChanged | OrderSupplemented | WarehouseWork)]


@every_state
def test_a_request_that_is_heard_again_is_nothing_new(state):
    for ask in COMMANDS.values():
        life = STATES[state]()
        ask(life)
        assert ask(life) == [], NOTHING_NEW


@every_state
def test_no_unit_is_both_canceled_and_sent(state):
    for ask in COMMANDS.values():
        life = STATES[state]()
        ask(life)
        for line_id, ordered in UNITS.items():
            packed = sum(_units(fact.lines, line_id) for fact in life.facts if isinstance(fact, ParcelPacked))
            canceled = sum(_units(fact.canceled, line_id) for fact in life.facts if isinstance(fact, OrderChanged))
            shipped = sum(_units(fact.lines, line_id) for fact in life.facts if isinstance(fact, ParcelShipped))
            assert shipped <= packed <= ordered - canceled


def _units(lines, line_id):
    return sum(line.quantity for line in lines if line.line_id == line_id)


def test_the_example_is_an_order_that_intake_takes():
    life = STATES["placed, or all of it waits"]()
    assert [fact.type for fact in life.facts] == ["order.placed.v1"]
    assert life.sent == placed()
    assert ORDERS.decider.initial("any").open is None

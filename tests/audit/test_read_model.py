"""Law 11: the read model is held against the facts it has read; one that lags is late, not wrong."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, update

from cauce.audit.read_model import ReadModel
from cauce.audit.record import Entry, Place
from cauce.audit.shown import Shown, ShownOrder
from cauce.cli.read_model import shown_of
from schemas.envelope import Envelope
from schemas.topics import HOME, MESSAGES
from services.insight.domain.projection import PROJECTIONS, project
from services.insight.domain.rows import Fact
from services.insight.held import held
from services.insight.stock_tables import POSITIONS
from services.insight.tables import LINES, ORDERS, UNREAD

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"


class Compared:
    """A life of an order, the read model of its first facts, and what an audit of them all says."""

    def __init__(self, lives, *, read=None):
        self.facts = lives.live()
        self.taken = self.facts if read is None else self.facts[:read]
        self.model = lives.Model()
        self.model.take(self.taken)

    def alter(self, *statements):
        with self.model.engine.begin() as connection:
            for statement in statements:
                connection.execute(statement)

    def check(self):
        reached = {}
        for fact in self.taken:
            reached[fact.topic, fact.partition] = fact.offset + 1
        with self.model.engine.connect() as connection:
            check = ReadModel(shown_of(held(connection))._replace(read=reached))
        for fact in self.facts:
            check.see(Entry(*fact))
        return check

    def found(self):
        return [(found.place, found.subject, found.detail) for found in self.check().violations()]


@pytest.fixture
def compared(lives):
    return Compared(lives)


ORDER = "ord0001abcdefghijklmnopq"
PLACED = "order-placed/0@0"


def test_after_every_fact_of_an_order_it_shows_what_the_facts_say(lives):
    for read in range(len(lives.live()) + 1):
        check = Compared(lives, read=read).check()
        assert (check.violations(), check.behind) == ([], len(lives.live()) - read)


def test_an_order_in_another_state_is_named(compared):
    compared.alter(update(ORDERS).values(state="delivered"))
    assert compared.found() == [(PLACED, ORDER, "state: delivered in the read model, part_shipped by the facts")]


def test_money_that_is_not_that_of_the_facts_is_named(compared):
    compared.alter(update(ORDERS).values(captured=1, refunded=ORDERS.c.refunded + 5))
    assert compared.found() == [
        (PLACED, ORDER, "captured: 1 in the read model, 5097 by the facts"),
        (PLACED, ORDER, "refunded: 1109 in the read model, 1104 by the facts"),
    ]


def test_units_at_another_stage_are_named_with_their_line(compared):
    compared.alter(update(LINES).where(LINES.c.line_id == "2").values(shipped=0, delivered=1))
    assert compared.found() == [
        (PLACED, ORDER, "line 2: 1 packed, 1 delivered in the read model, 1 packed, 1 shipped by the facts")
    ]


def test_a_line_that_is_lost_is_named(compared):
    compared.alter(delete(LINES).where(LINES.c.line_id == "2"))
    assert compared.found() == [(PLACED, ORDER, "line 2: nothing in the read model, 1 packed, 1 shipped by the facts")]


def test_an_order_that_is_lost_is_named(compared):
    compared.alter(delete(ORDERS))
    assert compared.found() == [(PLACED, ORDER, "the read model does not show the order")]


def test_an_order_that_never_was_is_named(compared):
    compared.alter(insert(ORDERS).values(order_id="ghost", state="placed"))
    assert compared.found() == [("the read model", "ghost", "the read model shows an order that no fact speaks of")]


def showing_an_order():
    """Each example of a fact because of which the read model shows an order."""
    at = datetime(2026, 3, 2, tzinfo=UTC)
    for place in sorted(EXAMPLES.glob("*/*.json")):
        kind = MESSAGES.get(place.parent.name)
        if kind in PROJECTIONS and kind in HOME:
            envelope = Envelope("e", kind.type, "/", "", 1, at, "")
            fact = Fact(HOME[kind], 0, 0, envelope, kind.model_validate_json(place.read_bytes()))
            if any(row.table == ORDERS.name for row in project(fact)):
                yield pytest.param(fact, id=f"{place.parent.name}-{place.stem}")


@pytest.mark.parametrize("fact", list(showing_an_order()))
def test_every_fact_that_shows_an_order_speaks_of_it(fact):
    check = ReadModel(Shown({(fact.topic, fact.partition): 1}, {}, {fact.message.order_id: ShownOrder("unknown")}, {}))
    check.see(Entry(*fact))
    assert not [found for found in check.violations() if "no fact speaks of" in found.detail]


def test_stock_that_is_not_that_of_the_ledger_is_named(compared):
    compared.alter(update(POSITIONS).where(POSITIONS.c.sku == "85123A").values(free=POSITIONS.c.free + 1))
    ((place, subject, detail),) = compared.found()
    assert (place.partition("/")[0], subject.partition(" ")[0], detail[:6]) == ("stock-moved", "85123A", "free: ")


def test_a_fact_that_was_passed_over_is_named_and_not_counted(compared):
    compared.alter(insert(UNREAD).values(topic="delivered", partition=0, offset=0, reason="too large"))
    assert ("delivered/0@0", ORDER, "it was passed over: too large") in compared.found()


def test_a_fact_that_stands_twice_is_left_to_other_laws(compared):
    check = compared.check()
    for fact in [fact for fact in compared.facts if fact.topic in ("captured", "refunded", "stock-moved")]:
        check.see(Entry(*fact))
    assert check.violations() == []


def test_what_no_lane_writes_for_it_is_not_asked_of_it(compared, empty):
    check = compared.check()
    empty.order()
    check.see(empty.entries[0])
    assert check.behind == 0
    assert Place("channel-orders", 0, 0) not in check._shown.read

"""What was sold is what is sent: kits by their lines, substitutes by what they stand for."""

from datetime import UTC, datetime

import pytest

from cauce.audit.goods import Goods
from cauce.audit.record import Entry
from cauce.money import Money
from cauce.runtime.settings import CHECKOUT
from schemas.envelope import Envelope
from schemas.orders import OrderPlaced
from schemas.stock import Allocated
from schemas.topics import HOME

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def golden(kind, case):
    return kind.read((CHECKOUT / "schemas" / "examples" / kind.type / f"{case}.json").read_bytes())


KITS = golden(OrderPlaced, "with-a-kit")
ORDERED = golden(OrderPlaced, "two-lines")  # 85123A, and 22423


@pytest.fixture
def found():
    """What the check says of these facts, whichever of them is read first."""

    def said(*facts):
        check = Goods()
        for number, fact in reversed(list(enumerate(facts, start=1))):
            envelope = Envelope(str(number), fact.type, "/cauce/intake/orders/0", fact.order_id, number, NOON, "1")
            check.see(Entry(HOME[type(fact)], 0, number, envelope, fact))
        return [(broken.law, broken.subject) for broken in check.violations()]

    return said


def promised(**line):
    """A promise of line 1."""
    one = golden(Allocated, "with-a-substitute")
    shipment = one.shipments[0]
    first = shipment.lines[0].model_copy(update={"line_id": "1", "instead_of": None, **line})
    return one.model_copy(update={"shipments": (shipment.model_copy(update={"lines": (first,)}),)})


def test_a_kit_that_is_worth_its_lines_is_right(found):
    assert not found(KITS)


@pytest.mark.parametrize("change", [{"amount": Money(amount=1998, currency="GBP")}, {"quantity": 2}])
def test_a_kit_that_is_not_its_lines_is_found(found, change):
    kit = KITS.kits[0].model_copy(update=change)
    assert found(KITS.model_copy(update={"kits": (kit,)})) == [(6, KITS.order_id)]


def test_a_substitute_that_says_so_is_right_also_when_it_is_sourced_anew(found):
    again = promised(sku="22423").model_copy(update={"decision": 2, "resourced": True})
    assert not found(ORDERED, promised(sku="22423", instead_of="85123A"), again)


def test_another_sku_than_was_ordered_is_found(found):
    assert found(ORDERED, promised(sku="22423")) == [(7, ORDERED.order_id)]
    assert found(ORDERED, promised(sku="22423", instead_of="NOTHING")) == [(7, ORDERED.order_id)]

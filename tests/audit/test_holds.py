"""Law 7 by hold: what fulfillment says, in its own order, is what is held against it."""

from datetime import UTC, datetime

import pytest

from cauce.audit.holds import Holds
from cauce.audit.record import Entry
from cauce.audit.states import State
from cauce.runtime.settings import CHECKOUT
from schemas.envelope import Envelope
from schemas.holding import HoldLifted, HoldTaken, OrderHeld, OrderReleased
from schemas.holds import HeldStage, Hold, HoldKind
from schemas.orders import OrderChanged
from schemas.shipments import ParcelPacked, ParcelShipped, ShipmentException, Trouble
from schemas.topics import HOME

ORDER, NOON = "nbswy3dpeb3w64tmmqxc4lro", datetime(2026, 3, 2, 12, tzinfo=UTC)
PARCEL = f"{ORDER}-1"


def golden(kind, **fields):
    """A golden message, about this order."""
    path = min((CHECKOUT / "schemas" / "examples" / kind.type).glob("*.json"))
    return kind.read(path.read_bytes()).model_copy(update={"order_id": ORDER, **fields})


def hold(stops=HeldStage.PACK, **scope):
    return Hold(hold_id="h", kind=HoldKind.MANUAL, stops=stops, release_by=("lead",), **scope)


def taken(**fields):
    return HoldTaken(order_id=ORDER, hold_id="h", hold=hold(**fields))


LIFTED = HoldLifted(order_id=ORDER, hold_id="h")
PACKED, SHIPPED = golden(ParcelPacked, shipment_id=PARCEL), golden(ParcelShipped, shipment_id=PARCEL)
ESCAPED = ShipmentException(
    order_id=ORDER, shipment_id=PARCEL, trouble=Trouble.HELD, reference="carrier/e-1", detail="it has gone"
)


@pytest.fixture
def check():
    """The check after these facts, numbered as they stand and seen last to first."""

    def seen(*facts):
        holds = Holds()
        for number, fact in reversed(list(enumerate(facts, start=1))):
            envelope = Envelope(str(number), fact.type, "/cauce/fulfillment/shipments/0", ORDER, number, NOON, "1")
            holds.see(Entry(HOME[type(fact)], 0, number, envelope, fact))
        return holds

    return seen


@pytest.mark.parametrize("facts", [(taken(), PACKED), (PACKED, taken(), SHIPPED), (taken(), LIFTED, taken(), PACKED)])
def test_what_goes_on_under_a_hold_is_found(check, facts):
    (broken, *_) = check(*facts).violations()
    assert (broken.law, broken.subject) == (7, ORDER)
    assert "was held for manual" in broken.detail


@pytest.mark.parametrize(
    "facts",
    [
        (PACKED, SHIPPED),
        (taken(), LIFTED, PACKED, SHIPPED),
        (PACKED, SHIPPED, taken()),
        (taken(stops=HeldStage.SHIP), PACKED),
        (taken(shipment_ids=("another",)), PACKED, SHIPPED),
        (taken(line_ids=("99",)), PACKED, SHIPPED),
        (PACKED, taken(), SHIPPED, ESCAPED),
    ],
)
def test_what_no_hold_is_on_or_the_carrier_took_is_no_violation(check, facts):
    assert check(*facts).violations() == []


def test_an_order_waits_until_its_last_hold_has_ended(check):
    held, released = golden(OrderHeld), golden(OrderReleased)
    released = released.model_copy(update={"hold_id": held.hold.hold_id})
    assert [one.state for one in check(held).waiting()] == [State.HELD]
    assert list(check(held, released).waiting()) == []
    assert list(check(held, golden(OrderChanged, whole=True)).waiting()) == []

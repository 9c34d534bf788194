"""A warehouse to tell stories about: one order, its rates, and the commands that reach its shipments."""

from datetime import UTC, datetime, timedelta

import pytest

from cauce.money import Money
from cauce.places import Coordinates
from schemas.base import Sealed
from schemas.orders import Customer, Destination, LineQuantity, ShipOption
from schemas.reference import Rate
from schemas.shipments import CarrierStatus, RecordCarrierEvent, RecordScan, Scan
from schemas.stock import Shipment, ShipmentLine
from services.fulfillment.domain import decide, evolve, initial
from services.fulfillment.domain.commands import StartWork, StopUnits, TakeCarrierEvent, TakeScan
from services.fulfillment.domain.labels import tracking_number
from services.fulfillment.domain.state import Promise

ORDER_ID = "mfrggzdfmztwq2lknnwg23tp"
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def euros(cents):
    return Money(amount=cents, currency="EUR")


def rate(rate_id, *, domestic=True, base=500, per_kilogram=100, max_weight_grams=30_000, transit_days=2):
    carrier, _, service = rate_id.partition("-")
    return Rate(
        id=rate_id,
        carrier=carrier,
        service=service,
        domestic=domestic,
        base=euros(base),
        per_kilogram=euros(per_kilogram),
        max_weight_grams=max_weight_grams,
        transit_days=transit_days,
    )


RATES = (
    rate("correos-economy", base=300, per_kilogram=50, transit_days=8),
    rate("correos-standard", base=450, per_kilogram=80, transit_days=3),
    rate("dhl-europe", domestic=False, base=900, per_kilogram=200, transit_days=4),
    rate("seur-express", base=700, per_kilogram=150, max_weight_grams=15_000, transit_days=1),
)


class Warehouse:
    """Builds what reaches one order's shipments; lines are given as `{"1": 2}`, shipments by their number."""

    order_id = ORDER_ID
    now = MONDAY
    rates = RATES
    promise = Promise(
        order_number="W-1001",
        customer=Customer(person_id="p1", country="ES", personal=Sealed(person_id="p1", content=b"sealed")),
        destination=Destination(country="ES", postal_area="28", coordinates=Coordinates(latitude=40.4, longitude=-3.7)),
        ship_option=ShipOption.STANDARD,
        deliver_by=datetime(2026, 3, 9, 22, 59, tzinfo=UTC),
    )

    def shipment_id(self, number):
        return f"{ORDER_ID}-{number}"

    def lines(self, units):
        return tuple(
            ShipmentLine(line_id=line_id, sku=f"MUG-{line_id}", quantity=quantity, weight_grams=400 * quantity)
            for line_id, quantity in units.items()
        )

    def shipment(self, number, units, *, site="MAD", country="ES"):
        return Shipment(
            shipment_id=self.shipment_id(number),
            site=site,
            country=country,
            distance_meters=12_000,
            lines=self.lines(units),
        )

    def allocate(self, shipments, **promise):
        return StartWork(
            at=MONDAY,
            promise=self.promise.model_copy(update=promise),
            shipments=tuple(self.shipment(number, units) for number, units in shipments.items()),
        )

    def quantities(self, units):
        return tuple(LineQuantity(line_id=line_id, quantity=quantity) for line_id, quantity in units.items())

    def cancel(self, units, *, request_id="request-1", ordered=None):
        lines, ordered = self.quantities(units), self.quantities(ordered or {})
        return StopUnits(at=MONDAY, request_id=request_id, lines=lines, ordered=ordered)

    def scan(self, scan, number=1, *, site="MAD", revision=1, scan_id=None, weight_grams=None, rates=None):
        recorded = RecordScan(
            order_id=ORDER_ID,
            shipment_id=self.shipment_id(number),
            scan_id=scan_id or f"{scan}-{number}-{revision}-{site}",
            scan=scan,
            site=site,
            operator="ana",
            revision=revision,
            weight_grams=weight_grams,
        )
        if recorded.scan is not Scan.PACKED:
            return TakeScan(at=MONDAY, scan=recorded)
        return TakeScan(at=MONDAY, scan=recorded, rates=RATES if rates is None else rates, rates_version="rates-1")

    def carrier(self, status, number=1, *, event_id=None):
        event = RecordCarrierEvent(
            order_id=ORDER_ID,
            tracking_number=tracking_number(ORDER_ID, self.shipment_id(number)),
            carrier_event_id=event_id or f"{status}-{number}",
            status=CarrierStatus(status),
            happened_at=MONDAY + timedelta(days=2),
        )
        return TakeCarrierEvent(at=MONDAY, event=event)


class Story:
    """An order as command after command reaches it; `events` is all that was ever said."""

    def __init__(self):
        self.order = initial(ORDER_ID)
        self.events = []

    def tell(self, *commands):
        """What the last of the commands leads to."""
        events = ()
        for command in commands:
            events = decide(self.order, command)
            names = [(event.type, event.natural_key()) for event in events]
            assert len(set(names)) == len(names), "two events of one decision would have one id"
            for event in events:
                self.order = evolve(self.order, event)
            self.events += events
        return events

    def said(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture(scope="session")
def warehouse():
    return Warehouse()


@pytest.fixture
def story():
    return Story()


@pytest.fixture(scope="session")
def begin():
    """A new story, for properties that tell many."""
    return Story


@pytest.fixture(scope="session")
def make_rate():
    return rate

"""One order in the hands of the deciders themselves: the lanes of intake and fulfillment, each reading the other.

Allocation, the crew and the carrier are played. This is how `docs/order-states.md` knows what it says.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from cauce.decider import MemoryReference
from cauce.money import Money
from cauce.places import Coordinates
from cauce.runtime.service import EntityLane, Received
from schemas.base import Message, Sealed
from schemas.envelope import Envelope
from schemas.holds import HoldKind, HoldRule, HoldRules
from schemas.orders import AskedLine, Customer, Destination, OrderPlaced, PlaceOrder, ShipOption
from schemas.reference import Kind, Policy, Rate, Site
from schemas.shipments import CarrierStatus, RecordCarrierEvent, RecordScan, Scan
from schemas.sourcing import Explanation
from schemas.stock import Allocated, Shipment, ShipmentLine
from schemas.topics import HOME
from services.fulfillment.domain.labels import tracking_number
from services.fulfillment.worker import SHIPMENTS
from services.intake.worker import ORDERS

ORDER = "nbswy3dpeb3w64tmmqxc4lro"
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
UNITS = {"1": 2, "2": 1}  # by line; line 1 is sent in shipment 1, line 2 in shipment 2
_PLACE = Coordinates(latitude=51.5, longitude=-0.1)
_TO = Destination(country="GB", postal_area="EC1", coordinates=_PLACE)
CUSTOMER = Customer(person_id="p1", country="GB", personal=Sealed(person_id="p1", content=b"sealed"))
_EXPLANATION = Explanation(rule="", sites_version="", products_version="", trigger="", candidates=())
_OVER_LIMIT = 100_000  # an order of as much is held for its credit


def pounds(pence: int) -> Money:
    """Money of the example."""
    return Money(amount=pence, currency="GBP")


def _reference() -> MemoryReference:
    option = {ShipOption.STANDARD: 7, ShipOption.EXPRESS: 2}
    policy = Policy(currencies=("GBP",), deliver_within_days=option, return_window_days=30, returns_site="S1")
    rate = Rate(
        id="post",
        carrier="post",
        service="parcel",
        domestic=True,
        base=pounds(300),
        per_kilogram=pounds(50),
        max_weight_grams=30_000,
        transit_days=2,
    )
    credit = HoldRule(
        id="over-limit",
        kind=HoldKind.CREDIT,
        at_least=pounds(_OVER_LIMIT),
        release_by=("finance",),
        release_after_hours=48,
    )
    items = {
        Kind.POLICY: (policy,),
        Kind.RATES: (rate,),
        Kind.HOLDS: (HoldRules(rules=(credit,)),),
        Kind.SITES: (Site(id="S1", name="One", country="GB", coordinates=_PLACE),),
    }
    return MemoryReference(**{kind.value: of_kind for kind, of_kind in items.items()})


def placed(price: int = 500, **fields: Any) -> PlaceOrder:
    """The order as its channel sends it."""
    lines = (
        AskedLine(
            line_id=line_id,
            sku=f"SKU-{line_id}",
            quantity=units,
            unit_price=pounds(price),
            amount=pounds(units * price),
            tax=pounds(0),
        )
        for line_id, units in UNITS.items()
    )
    said: dict[str, Any] = {"lines": tuple(lines), "destination": _TO, "customer": CUSTOMER} | fields
    return PlaceOrder(order_id=ORDER, channel="web", channel_order="1001", placed_at=MONDAY, currency="GBP", **said)


def too_dear() -> PlaceOrder:
    """The same order, worth so much that it is held for credit, from the stock."""
    return placed(price=_OVER_LIMIT)


class OrderLife:
    """An order from its first word on; every fact goes to whichever of the two lanes reads its topic."""

    def __init__(self) -> None:
        self.facts: list[Message] = []
        self.sent: PlaceOrder | None = None
        self._lanes = (ORDERS, SHIPMENTS)
        self._states = {lane.name: lane.decider.initial(ORDER) for lane in self._lanes}
        self._reference = _reference()
        self._at = MONDAY

    def tell(self, *messages: Message) -> list[Message]:
        """Messages of others, one after the other; the facts that follow from the last of them, and from those."""
        said: list[Message] = []
        for message in messages:
            self._at += timedelta(minutes=1)
            self.sent = message if isinstance(message, PlaceOrder) else self.sent
            said = self._follow(message)
            self.facts += said
        return said

    def wait(self, hours: int) -> list[Message]:
        """Time passes, and reaches what is due."""
        self._at += timedelta(hours=hours)
        due = ORDERS.decider.due(self._states[ORDERS.name])
        if ORDERS.on_due is None or due is None or due > self._at:
            return []
        facts = self._decided(ORDERS, ORDERS.on_due(self._at))
        said = [*facts, *(after for fact in facts for after in self._follow(fact))]
        self.facts += said
        return said

    def _follow(self, message: Message) -> list[Message]:
        said: list[Message] = []
        topic = HOME[type(message)]
        envelope = Envelope("cause", message.type, "/example", ORDER, 1, self._at, "1")
        for lane in self._lanes:
            if topic in lane.inputs:
                command = lane.inputs[topic](Received(topic, envelope, message), self._reference)
                facts = self._decided(lane, command) if command is not None else []
                said += facts
                said += [after for fact in facts for after in self._follow(fact)]
        return said

    def _decided(self, lane: EntityLane, command: Any) -> list[Message]:
        state = self._states[lane.name]
        facts = lane.decider.decide(state, command)
        for fact in facts:
            state = lane.decider.evolve(state, fact)
        self._states[lane.name] = state
        return list(facts)

    # -- what others say

    def allocate(self, *numbers: int) -> "OrderLife":
        """The keeper promises these shipments, each with the line of its number."""
        order = next(fact for fact in self.facts if isinstance(fact, OrderPlaced))
        shipments = (
            Shipment(
                shipment_id=f"{ORDER}-{number}",
                site="S1",
                country="GB",
                distance_meters=9_000,
                lines=(
                    ShipmentLine(
                        line_id=str(number), sku=f"SKU-{number}", quantity=UNITS[str(number)], weight_grams=400
                    ),
                ),
            )
            for number in numbers
        )
        self.tell(
            Allocated(
                order_id=ORDER,
                order_number=order.order_number,
                decision=1,
                pool=0,
                customer=order.customer,
                destination=order.destination,
                ship_option=order.ship_option,
                deliver_by=order.deliver_by,
                shipments=tuple(shipments),
                explanation=_EXPLANATION,
            )
        )
        return self

    def scan(self, scan: Scan, *numbers: int, revision: int = 1) -> "OrderLife":
        """The crew scans these shipments."""
        for number in numbers:
            self.tell(
                RecordScan(
                    order_id=ORDER,
                    shipment_id=f"{ORDER}-{number}",
                    scan_id=f"{scan}-{number}-{revision}",
                    scan=scan,
                    site="S1",
                    operator="ana",
                    revision=revision,
                )
            )
        return self

    def carry(self, status: CarrierStatus, *numbers: int) -> "OrderLife":
        """The carrier reports these parcels."""
        for number in numbers:
            self.tell(
                RecordCarrierEvent(
                    order_id=ORDER,
                    tracking_number=tracking_number(ORDER, f"{ORDER}-{number}"),
                    carrier_event_id=f"{status}-{number}",
                    status=status,
                    happened_at=self._at,
                )
            )
        return self

"""An order of two mugs, from the channel to the customer, step by step; every step returns the log."""

from audited.log import AT, KEEPER, Log

from cauce.money import Money
from cauce.places import Coordinates
from schemas.backorders import Backordered
from schemas.base import Sealed
from schemas.orders import (
    Customer,
    Destination,
    LineQuantity,
    OrderLine,
    OrderPlaced,
    Payment,
    PlaceOrder,
    ShipOption,
)
from schemas.payments import PaymentCaptured
from schemas.reservations import ShipmentAdvanced
from schemas.shipments import (
    CarrierStatus,
    ParcelDelivered,
    ParcelPacked,
    ParcelShipped,
    Quote,
    RecordCarrierEvent,
    RecordScan,
    Scan,
    WarehouseWork,
    Work,
    WorkPicked,
)
from schemas.sourcing import Candidate, Explanation
from schemas.stock import (
    AdvanceShipment,
    Allocated,
    Bucket,
    DemandLine,
    Move,
    ReserveStock,
    Shipment,
    ShipmentLine,
    Stage,
)

CUSTOMER = Customer(person_id="p1", country="GB", personal=Sealed(person_id="p1", content=b"x"))
DESTINATION = Destination(country="GB", postal_area="SW1A", coordinates=Coordinates(latitude=51.5, longitude=-0.1))
SHARED = {"customer": CUSTOMER, "destination": DESTINATION, "ship_option": ShipOption.STANDARD, "deliver_by": AT}
LINES = (ShipmentLine(line_id="1", sku="mug", quantity=2, weight_grams=600),)
SHIPMENT = Shipment(shipment_id="o1-1", site="A", country="GB", distance_meters=10, lines=LINES)
ORDER = {"order_id": "o1", "order_number": "WEB-1"}
PARCEL = {**ORDER, "shipment_id": "o1-1", "site": "A", "lines": LINES, "tracking_number": "CA1", "customer": CUSTOMER}
QUOTE = Quote(rate_id="r", carrier="c", service="s", price=Money(amount=300, currency="GBP"), arrives_on=AT.date())
EXPLANATION = Explanation(
    rule="nearest", sites_version="v", products_version="v", trigger="order",
    candidates=(Candidate(site="A", distance_meters=10, lines_served=1, units_served=2, chosen=True),),
)  # fmt: skip
INTAKE, FRONT = "/cauce/intake/orders/0", "/cauce/allocation/front/0"
SHIPMENTS, RETURNS, PAYMENTS = (
    "/cauce/fulfillment/shipments/0",
    "/cauce/returns/returns/0",
    "/cauce/payments/payments/0",
)
ROUTER, NOTICES = "/cauce/notify/router/0", "/cauce/notify/notices/0"


def money(amount):
    return Money(amount=amount, currency="GBP")


def placed(kind, **more):
    line = OrderLine(line_id="1", sku="mug", quantity=2, unit_price=money(500), amount=money(1000), tax=money(160))
    payment = Payment(payment_id="pay", provider="sandbox", reference="ch_1", amount=money(1000))
    return kind(
        order_id="o1", channel="web", channel_order="1", placed_at=AT, currency="GBP", customer=CUSTOMER,
        destination=DESTINATION, ship_option=ShipOption.STANDARD, lines=(line,), payments=(payment,), **more,
    )  # fmt: skip


class Order(Log):
    """What intake, allocation and fulfillment say of it."""

    def order(self):
        self.asked("intake/door/channel-orders", "web-1", placed(PlaceOrder))
        order = self.add(INTAKE, "web-1", placed(OrderPlaced, order_number="WEB-1", deliver_by=AT))
        capture = {"payment_id": "pay", "provider": "sandbox", "provider_reference": "ch_1", "amount": money(1000)}
        self.add(PAYMENTS, order, PaymentCaptured(**ORDER, **capture, captured_by="channel"))
        return self

    def ask_for_stock(self):
        lines = (DemandLine(line_id="1", sku="mug", quantity=2),)
        self.add(FRONT, "placed", ReserveStock(pool=0, **ORDER, **SHARED, lines=lines), id="reserve")
        return self

    def receive(self):
        self.on_hand = self.free = 5
        self._moved("r1", Move.RECEIVED, 5, source=Bucket.OUTSIDE, target=Bucket.FREE, reference="receipt-1")
        return self

    def promise(self, cause="reserve"):
        promise = {"decision": 1, "pool": 0, "shipments": (SHIPMENT,), "explanation": EXPLANATION}
        self.add(KEEPER, cause, Allocated(**ORDER, **SHARED, **promise))
        self.move(cause, Move.RESERVED, 2)
        return self

    def queue(self):
        lines = (DemandLine(line_id="1", sku="mug", quantity=2),)
        wait = {"pool": 0, "lines": lines, "queue_number": 1, "explanation": EXPLANATION}
        self.add(KEEPER, "reserve", Backordered(**ORDER, **SHARED, **wait))
        return self

    def work(self, work=Work.PICK, revision=1, lines=LINES, stopped=()):
        site = {"shipment_id": "o1-1", "site": "A", "site_country": "GB"}
        fact = WarehouseWork(
            **ORDER, **SHARED, **site, revision=revision, work=work, lines=lines, stopped=stopped
        )  # fmt: skip
        self.add(SHIPMENTS, f"a{revision}", fact)
        return self

    def scan(self, scan, number):
        scanned = {"order_id": "o1", "shipment_id": "o1-1", "scan_id": f"s{number}", "site": "A", "operator": "d"}
        self.asked("fulfillment/door/warehouse-scans", f"scan-{number}", RecordScan(**scanned, scan=scan))
        return f"scan-{number}"

    def carrier_event(self, status, number):
        seen = {"order_id": "o1", "tracking_number": "CA1", "carrier_event_id": f"e{number}", "happened_at": AT}
        self.asked("fulfillment/door/carrier-events", f"event-{number}", RecordCarrierEvent(**seen, status=status))
        return f"event-{number}"

    def advance(self, stage, moves):
        lines = (LineQuantity(line_id="1", quantity=2),)
        about = {"order_id": "o1", "shipment_id": "o1-1", "stage": stage, "pool": 0, "lines": lines}
        cause = self.add(FRONT, f"to-{stage}", AdvanceShipment(**about))
        self.add(KEEPER, cause, ShipmentAdvanced(**about))
        for move in moves:
            self.move(cause, move, 2)

    def pack(self):
        picked = WorkPicked(order_id="o1", shipment_id="o1-1", site="A", lines=LINES, operator="d")
        self.add(SHIPMENTS, self.scan(Scan.PICKED, 1), picked)
        packed = ParcelPacked(
            **PARCEL, weight_grams=1200, quote=QUOTE, keeps_promise=True, rates_version="v", operator="d",
            destination=DESTINATION,
        )  # fmt: skip
        self.add(SHIPMENTS, self.scan(Scan.PACKED, 2), packed)
        self.advance(Stage.PACKED, (Move.PICKED, Move.PACKED))
        return self

    def ship(self):
        shipped = ParcelShipped(carrier="c", service="s", arrives_on=AT.date(), **PARCEL)
        self.add(SHIPMENTS, self.scan(Scan.HANDED_OVER, 3), shipped)
        self.advance(Stage.SHIPPED, (Move.SHIPPED,))
        return self

    def deliver(self):
        delivered = ParcelDelivered(delivered_at=AT, **PARCEL)
        self.add(SHIPMENTS, self.carrier_event(CarrierStatus.DELIVERED, 1), delivered)
        return self

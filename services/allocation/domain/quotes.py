"""A quote: what the keeper would decide of a basket now, and the dates it would promise. Nothing of it is kept."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from schemas.backorders import Backordered
from schemas.base import Sealed
from schemas.inbound import BackorderExpected
from schemas.light import lightened, to_bytes
from schemas.orders import Customer, Destination
from schemas.promises import OrderPromise, ShipmentPromise
from schemas.quotes import Basket, PromiseQuote, QuotedLine, QuotedShipment, QuotedWait
from schemas.reference import Kind
from schemas.sourcing import OrderTerms
from schemas.stock import Allocated, DemandLine, ReserveStock, Shipment
from services.allocation.domain import expectations, keeper
from services.allocation.domain.dates import of_order
from services.allocation.domain.pools import FIRST_POOL
from services.allocation.domain.reservation import reserve
from services.allocation.domain.ruling import ruled
from services.allocation.domain.stock import Stock, StockEvent

NOBODY = "quote"
_NO_CURRENCY = "XXX"  # ISO 4217: a basket has no value that a rule could compare


def quote(
    stock: Stock, basket: Basket, destination: Destination, *, at: datetime, deliver_by: datetime
) -> PromiseQuote:
    """The dates of a basket; `deliver_by` is what the shop's policy would say of its order."""
    dated = ruled(stock, at)
    events = reserve(dated, _order(basket, destination, deliver_by))
    if any(event.type == Backordered.type for event in events):
        events = expectations.retold(dated, FIRST_POOL, events, keeper.evolve)
    shipments = [one for event in events if isinstance(event, Allocated) for one in event.shipments]
    waits = tuple(_waits(events))
    cutoffs = [one.promise.cutoff for one in shipments if one.promise]
    return PromiseQuote(
        asked_at=at,
        order_within_seconds=max(0, int((min(cutoffs) - at).total_seconds())) if cutoffs else None,
        promise=None if waits else _plain_of_order(of_order(shipments)),
        shipments=tuple(_shipment(one) for one in shipments),
        waits=waits,
        promises_version=stock.reference.version(Kind.PROMISES),
    )


def _order(basket: Basket, destination: Destination, deliver_by: datetime) -> ReserveStock:
    order = ReserveStock(
        pool=FIRST_POOL,
        order_id=NOBODY,
        order_number=NOBODY,
        customer=Customer(
            person_id=NOBODY, country=destination.country, personal=Sealed(person_id=NOBODY, content=b"")
        ),
        destination=destination,
        ship_option=basket.service,
        deliver_by=deliver_by,
        lines=tuple(
            DemandLine(line_id=str(number), sku=line.sku, quantity=line.quantity)
            for number, line in enumerate(basket.lines, start=1)
        ),
        terms=OrderTerms(channel=basket.channel, currency=_NO_CURRENCY) if basket.channel else None,
    )
    light: ReserveStock = lightened(order)
    return light


def _shipment(shipment: Shipment) -> QuotedShipment:
    units = Counter[str]()
    for line in shipment.lines:
        units[line.sku] += line.quantity
    lines = tuple(QuotedLine(sku=sku, quantity=quantity) for sku, quantity in units.items())
    return QuotedShipment(site=shipment.site, lines=lines, promise=_plain(shipment.promise))


def _plain(promise: ShipmentPromise | None) -> ShipmentPromise | None:
    """Out of its light form, which pydantic takes for its own and cannot write."""
    return None if promise is None else ShipmentPromise.model_validate_json(to_bytes(promise))


def _plain_of_order(promise: OrderPromise | None) -> OrderPromise | None:
    return None if promise is None else OrderPromise.model_validate_json(to_bytes(promise))


def _waits(events: Iterable[StockEvent]) -> Iterable[QuotedWait]:
    expected = {
        line.line_id: line
        for event in events
        if isinstance(event, BackorderExpected) and event.order_id == NOBODY
        for line in event.lines
    }
    for event in events:
        if isinstance(event, Backordered):
            for line in event.lines:
                said = expected.get(line.line_id)
                yield QuotedWait(
                    sku=line.sku,
                    quantity=line.quantity,
                    expected_on=said.expected_on if said else None,
                    deliver_on=said.deliver_on if said else None,
                )

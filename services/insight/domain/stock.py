"""Stock: what the keeper promised and why, what waits, and where the units of each position are."""

import json
from typing import Any

from schemas.backorders import Backordered, BackorderLapsed, BackorderReleased
from schemas.base import Message
from schemas.closures import UnitsRecalled
from schemas.failures import SourceFailed
from schemas.light import declared
from schemas.lots import LotRecalled, LotsTurned
from schemas.orders import CanceledUnits
from schemas.reservations import ShipmentAdvanced, StockReleased
from schemas.sourcing import Explanation
from schemas.stock import AdjustmentRefused, Allocated, Bucket, Shipment, StockMoved
from services.insight.domain.lots import lot_rows, recall_rows
from services.insight.domain.orders import by_version
from services.insight.domain.rows import Fact, Projection, Row

WAITED = 0  # the number of the decision that no site has the units
_COUNTED = (Bucket.RESERVED, Bucket.PICKED, Bucket.PACKED, Bucket.QUARANTINED)


def _allocated(fact: Fact, allocated: Allocated) -> tuple[Row, ...]:
    order = {"order_id": allocated.order_id, "order_number": allocated.order_number, "changed_at": fact.at}
    return (
        Row("orders", order),
        _decision(fact, allocated, allocated.decision),
        *(row for shipment in allocated.shipments for row in _shipment(fact, allocated, shipment)),
    )


def _backordered(fact: Fact, waits: Backordered) -> tuple[Row, ...]:
    order = {"order_id": waits.order_id, "order_number": waits.order_number, "changed_at": fact.at}
    lines = (
        Row(
            "backorders",
            {
                "order_id": waits.order_id,
                "line_id": line.line_id,
                "sku": line.sku,
                "quantity": line.quantity,
                "queue_number": waits.queue_number,
                "at": fact.at,
            },
        )
        for line in waits.lines
    )
    return (Row("orders", order), _decision(fact, waits, WAITED), *lines)


def _decision(fact: Fact, decided: Allocated | Backordered, number: int) -> Row:
    why: Explanation = decided.explanation
    values = {
        "order_id": decided.order_id,
        "decision": number,
        "at": fact.at,
        "pool": decided.pool,
        "rule": why.rule,
        "trigger": why.trigger,
        "sites_version": why.sites_version,
        "products_version": why.products_version,
        "candidates": json.dumps([declared(candidate).model_dump(mode="json") for candidate in why.candidates]),
    }
    return Row("decisions", values)


def _shipment(fact: Fact, allocated: Allocated, shipment: Shipment) -> tuple[Row, ...]:
    values = {
        "shipment_id": shipment.shipment_id,
        "order_id": allocated.order_id,
        "decision": allocated.decision,
        "site": shipment.site,
        "country": shipment.country,
        "distance_meters": shipment.distance_meters,
        "reserved_at": fact.at,
    }
    if shipment.promise is not None:
        values |= {"ship_by": shipment.promise.ship_by, "deliver_on": shipment.promise.deliver_on}
    return (Row("shipments", values), *shipment_lines(allocated.order_id, shipment))


def shipment_lines(order_id: str, shipment: Any) -> tuple[Row, ...]:
    """The lines of a shipment as it was promised; what was released of it is in a table of its own."""
    return tuple(
        Row(
            "shipment_lines",
            {
                "shipment_id": shipment.shipment_id,
                "line_id": line.line_id,
                "order_id": order_id,
                "sku": line.sku,
                "quantity": line.quantity,
                "instead_of": getattr(line, "instead_of", None),
            },
        )
        for line in shipment.lines
    )


def _released(_fact: Fact, released: StockReleased) -> tuple[Row, ...]:
    return by_version("releases", released.order_id, released.version, released.units)


def _failed(_fact: Fact, failed: SourceFailed) -> tuple[Row, ...]:
    """As if a version below zero had taken the units away: no version of the order did."""
    units = tuple(
        CanceledUnits(line_id=line.line_id, quantity=line.quantity, shipment_id=failed.shipment_id)
        for line in failed.lines
    )
    return by_version("releases", failed.order_id, -failed.number, units)


def _moved(fact: Fact, moved: StockMoved) -> tuple[Row, ...]:
    change = {bucket.value: 0 for bucket in _COUNTED}
    for bucket, sign in ((moved.source, -1), (moved.target, 1)):
        if bucket in _COUNTED:
            change[bucket.value] += sign * moved.quantity
    position = {
        "site": moved.site,
        "sku": moved.sku,
        "pool": moved.pool,
        "sequence": fact.envelope.sequence,
        "on_hand": moved.on_hand,
        "free": moved.free,
    }
    return (Row("positions", position | change), *(lot_rows(fact, moved) if moved.lots else ()))


def _no_rows(_fact: Fact, _message: Message) -> tuple[Row, ...]:
    return ()


PROJECTIONS: dict[type[Message], Projection] = {
    Allocated: _allocated,
    Backordered: _backordered,
    BackorderLapsed: _no_rows,  # its cancellation follows
    BackorderReleased: _no_rows,  # the order's own change says what waits no more
    StockReleased: _released,
    SourceFailed: _failed,
    UnitsRecalled: _no_rows,  # what comes back is failed by its crew
    ShipmentAdvanced: _no_rows,  # fulfillment's facts say how far a shipment is
    StockMoved: _moved,
    LotRecalled: recall_rows,
    LotsTurned: _no_rows,  # the entries say what went aside
    AdjustmentRefused: _no_rows,
}

"""Holds: those an order was taken with, those put on it later, and how each ended."""

import json

from schemas.base import Message
from schemas.holding import HoldLifted, HoldRefused, HoldTaken, OrderHeld, OrderReleased
from schemas.holds import Hold
from services.insight.domain.rows import Fact, Projection, Row


def hold_row(fact: Fact, order_id: str, hold: Hold) -> Row:
    """A hold as it was placed."""
    values = {
        "order_id": order_id,
        "hold_id": hold.hold_id,
        "kind": hold.kind.value,
        "stops": hold.stops.value,
        "scope": scope_of(hold),
        "reason": hold.reason,
        "release_by": json.dumps(hold.release_by),
        "until": hold.until,
        "held_at": fact.at,
    }
    return Row("holds", {name: value for name, value in values.items() if value is not None})


def scope_of(hold: Hold) -> str:
    """What it is on, in words."""
    lines = [f"line {line_id}" for line_id in hold.line_ids]
    shipments = [f"shipment {shipment_id.rpartition('-')[2]}" for shipment_id in hold.shipment_ids]
    return ", ".join([*lines, *shipments]) or "order"


def _held(fact: Fact, held: OrderHeld) -> tuple[Row, ...]:
    return (Row("orders", {"order_id": held.order_id, "changed_at": fact.at}), hold_row(fact, held.order_id, held.hold))


def _released(fact: Fact, released: OrderReleased) -> tuple[Row, ...]:
    ended = {
        "order_id": released.order_id,
        "hold_id": released.hold_id,
        "kind": released.kind.value,
        "released_at": fact.at,
        "released_by": released.released_by,
    }
    return (Row("orders", {"order_id": released.order_id, "changed_at": fact.at}), Row("holds", ended))


def _nothing(_fact: Fact, _message: HoldTaken | HoldLifted | HoldRefused) -> tuple[Row, ...]:
    return ()


PROJECTIONS: dict[type[Message], Projection] = {
    OrderHeld: _held,
    OrderReleased: _released,
    HoldRefused: _nothing,
    HoldTaken: _nothing,
    HoldLifted: _nothing,
}

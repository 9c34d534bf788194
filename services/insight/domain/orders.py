"""Orders: taken, refused, changed."""

from collections.abc import Iterator

from schemas.base import Message
from schemas.changing import (
    ChangeAnswered,
    ChangeRefused,
    ChangeRequested,
    OrderRedirected,
    OrderSupplemented,
    RedirectAnswered,
    RedirectRequested,
)
from schemas.kits import SoldKit
from schemas.orders import CanceledUnits, OrderChanged, OrderConflicted, OrderPlaced, OrderRefused
from services.insight.domain.holds import hold_row
from services.insight.domain.rows import Fact, Projection, Row, summed


def _placed(fact: Fact, placed: OrderPlaced) -> tuple[Row, ...]:
    order = {
        "order_id": placed.order_id,
        "order_number": placed.order_number,
        "channel": placed.channel,
        "channel_order": placed.channel_order,
        "placed_at": placed.placed_at,
        "changed_at": fact.at,
        "currency": placed.currency,
        "person_id": placed.customer.person_id,
        "country": placed.destination.country,
        "profile": placed.customer.profile.value,
        "ship_option": placed.ship_option.value,
        "deliver_by": placed.deliver_by,
    }
    lines = (
        Row(
            "order_lines",
            {
                "order_id": placed.order_id,
                "line_id": line.line_id,
                "sku": line.sku,
                "description": line.description,
                "ordered": line.quantity,
                "unit_price": line.unit_price.amount,
                "amount": line.amount.amount,
                "tax": line.tax.amount,
            },
        )
        for line in placed.lines
    )
    version = {"order_id": placed.order_id, "version": placed.version, "amount": placed.amount().amount, "at": fact.at}
    kits = (row for kit in placed.kits or () for row in _kit_rows(placed.order_id, kit))
    held = (hold_row(fact, placed.order_id, hold) for hold in placed.holds or ())
    return (Row("orders", order), Row("order_versions", version), *lines, *kits, *held)


def _kit_rows(order_id: str, kit: SoldKit) -> Iterator[Row]:
    """A row for each of its lines."""
    sold = {
        "kit_line": kit.line_id,
        "kit": kit.sku,
        "description": kit.description,
        "kits": kit.quantity,
        "amount": kit.amount.amount,
    }
    for part in kit.parts:
        yield Row("order_kits", {"order_id": order_id, "line_id": part.line_id, "units": part.quantity} | sold)


def _refused(fact: Fact, refused: OrderRefused) -> tuple[Row, ...]:
    order = {
        "order_id": refused.order_id,
        "order_number": refused.order_number,
        "channel": refused.channel,
        "channel_order": refused.channel_order,
        "refused_at": fact.at,
        "changed_at": fact.at,
        "person_id": refused.customer.person_id,
        "country": refused.customer.country,
        "profile": refused.customer.profile.value,
    }
    return (Row("orders", order),)


def _conflicted(_fact: Fact, _conflicted: OrderConflicted) -> tuple[Row, ...]:
    return ()


def _change_requested(fact: Fact, asked: ChangeRequested) -> tuple[Row, ...]:
    change = {"order_id": asked.order_id, "request_id": asked.request_id, "requested_at": fact.at}
    return (Row("changes", change),)


def _change_refused(fact: Fact, refused: ChangeRefused) -> tuple[Row, ...]:
    change = {
        "order_id": refused.order_id,
        "request_id": refused.request_id,
        "answered_at": fact.at,
        "outcome": "refused",
        "reason": refused.reason.code,
    }
    return (Row("changes", change),)


def _change_answered(fact: Fact, answered: ChangeAnswered) -> tuple[Row, ...]:
    change = {
        "order_id": answered.order_id,
        "request_id": answered.request_id,
        "answered_at": fact.at,
        "outcome": answered.outcome.value,
    }
    return (Row("changes", change),)


def _changed(fact: Fact, changed: OrderChanged) -> tuple[Row, ...]:
    order = {"order_id": changed.order_id, "order_number": changed.order_number, "changed_at": fact.at}
    version = {"order_id": changed.order_id, "version": changed.version, "amount": changed.amount.amount, "at": fact.at}
    return (
        Row("orders", order),
        Row("order_versions", version),
        *by_version("cancellations", changed.order_id, changed.version, changed.canceled),
    )


def by_version(table: str, order_id: str, version: int, units: tuple[CanceledUnits, ...]) -> tuple[Row, ...]:
    """Units that a version of an order took away, a row for each line and shipment."""
    return tuple(
        Row(
            table,
            {
                "order_id": order_id,
                "version": version,
                "line_id": line_id,
                "shipment_id": shipment_id,
                "quantity": quantity,
            },
        )
        for (line_id, shipment_id), quantity in summed(units, "line_id", "shipment_id").items()
    )


def _redirect_requested(fact: Fact, asked: RedirectRequested) -> tuple[Row, ...]:
    return (Row("changes", {"order_id": asked.order_id, "request_id": asked.request_id, "requested_at": fact.at}),)


def _redirect_answered(fact: Fact, answered: RedirectAnswered) -> tuple[Row, ...]:
    change = {
        "order_id": answered.order_id,
        "request_id": answered.request_id,
        "answered_at": fact.at,
        "outcome": answered.outcome.value,
    }
    return (Row("changes", change),)


def _redirected(fact: Fact, redirected: OrderRedirected) -> tuple[Row, ...]:
    named = {"order_id": redirected.order_id, "version": redirected.version}
    ship = {
        "country": redirected.ship.destination.country,
        "ship_option": redirected.ship.ship_option.value,
        "deliver_by": redirected.ship.deliver_by,
    }
    order = {"order_id": redirected.order_id, "order_number": redirected.order_number, "changed_at": fact.at}
    return (
        Row("orders", order),
        Row("order_versions", named | {"amount": redirected.amount.amount, "at": fact.at}),
        Row("redirections", named | ship),
    )


def _supplemented(fact: Fact, supplemented: OrderSupplemented) -> tuple[Row, ...]:
    change = {
        "order_id": supplemented.order_id,
        "request_id": supplemented.request_id,
        "requested_at": fact.at,
        "answered_at": fact.at,
        "outcome": "supplemented",
        "reason": supplemented.supplement.channel_order,
    }
    return (Row("changes", change),)


PROJECTIONS: dict[type[Message], Projection] = {
    OrderPlaced: _placed,
    OrderRefused: _refused,
    OrderConflicted: _conflicted,
    ChangeRequested: _change_requested,
    ChangeRefused: _change_refused,
    ChangeAnswered: _change_answered,
    OrderChanged: _changed,
    RedirectRequested: _redirect_requested,
    RedirectAnswered: _redirect_answered,
    OrderRedirected: _redirected,
    OrderSupplemented: _supplemented,
}

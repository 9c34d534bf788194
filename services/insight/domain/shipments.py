"""Shipments: work, picked, packed with its price and the services that lost, shipped, delivered."""

import json
from typing import Any

from schemas.base import Message
from schemas.breaches import PromiseAtRisk, PromiseBroken, PromiseMoved
from schemas.failures import WorkFailed
from schemas.light import declared
from schemas.shipments import (
    ParcelDelivered,
    ParcelPacked,
    ParcelShipped,
    ShipmentException,
    WarehouseWork,
    Work,
    WorkPicked,
)
from services.insight.domain.rows import Fact, Projection, Row


def _shipment(fact: Fact, message: Any, **values: Any) -> tuple[Row, ...]:
    order = {"order_id": message.order_id, "changed_at": fact.at}
    shipment = {"shipment_id": message.shipment_id, "order_id": message.order_id, "site": message.site}
    return (Row("orders", order), Row("shipments", shipment | values))


def _work(fact: Fact, work: WarehouseWork) -> tuple[Row, ...]:
    stopped = {"stopped_at": fact.at} if work.work is Work.STOP else {}
    return _shipment(fact, work, country=work.site_country, work_revision=work.revision, **stopped)


def _picked(fact: Fact, picked: WorkPicked) -> tuple[Row, ...]:
    return _shipment(fact, picked, picked_at=fact.at)


def _packed(fact: Fact, packed: ParcelPacked) -> tuple[Row, ...]:
    return _shipment(
        fact,
        packed,
        packed_at=fact.at,
        carrier=packed.quote.carrier,
        service=packed.quote.service,
        price=packed.quote.price.amount,
        price_currency=packed.quote.price.currency,
        keeps_promise=packed.keeps_promise,
        rates_version=packed.rates_version,
        losers=json.dumps([declared(quote).model_dump(mode="json", exclude_none=True) for quote in packed.losers]),
        tracking_number=packed.tracking_number,
        weight_grams=packed.weight_grams,
        arrives_on=packed.quote.arrives_on,
    )


def _shipped(fact: Fact, shipped: ParcelShipped) -> tuple[Row, ...]:
    return _shipment(
        fact,
        shipped,
        shipped_at=fact.at,
        carrier=shipped.carrier,
        service=shipped.service,
        tracking_number=shipped.tracking_number,
        arrives_on=shipped.arrives_on,
    )


def _delivered(fact: Fact, delivered: ParcelDelivered) -> tuple[Row, ...]:
    return _shipment(fact, delivered, delivered_at=delivered.delivered_at, tracking_number=delivered.tracking_number)


def _failed(_fact: Fact, _failed: WorkFailed) -> tuple[Row, ...]:
    """The revision of the work says it."""
    return ()


def _exception(_fact: Fact, _exception: ShipmentException) -> tuple[Row, ...]:
    return ()


def _at_risk(fact: Fact, risk: PromiseAtRisk) -> tuple[Row, ...]:
    return _shipment(fact, risk, at_risk_at=fact.at)


def _promise_moved(fact: Fact, moved: PromiseMoved) -> tuple[Row, ...]:
    return _shipment(fact, moved, arrives_on=moved.expected_on)


def _broken(fact: Fact, broken: PromiseBroken) -> tuple[Row, ...]:
    return _shipment(fact, broken, broken_at=fact.at)


PROJECTIONS: dict[type[Message], Projection] = {
    WarehouseWork: _work,
    WorkPicked: _picked,
    WorkFailed: _failed,
    ParcelPacked: _packed,
    ParcelShipped: _shipped,
    ParcelDelivered: _delivered,
    ShipmentException: _exception,
    PromiseAtRisk: _at_risk,
    PromiseMoved: _promise_moved,
    PromiseBroken: _broken,
}

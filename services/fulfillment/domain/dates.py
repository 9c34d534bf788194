"""Promise dates of an order's shipments: what is due to be looked at, and what is told once it has passed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from schemas.breaches import PromiseAtRisk, PromiseBroken, PromiseMoved
from schemas.shipments import ParcelPacked
from services.fulfillment.domain.state import InParcel, InWork, OrderShipments, ShipmentState

_A_DAY = timedelta(days=1)
Told = PromiseAtRisk | PromiseBroken


def due(order: OrderShipments) -> datetime | None:
    """When the next of its promises may be at risk or broken; None where nothing more can be."""
    return min((at for shipment in order.shipments.values() if (at := _next(shipment))), default=None)


def _next(shipment: ShipmentState) -> datetime | None:
    match shipment:
        case InWork(dates=dates) if dates is not None and not shipment.broken:
            return end_of(dates.deliver_on) if shipment.at_risk else min(dates.ship_by, end_of(dates.deliver_on))
        case InParcel(deliver_on=date() as day) if not shipment.broken:
            return end_of(day)
        case _:
            return None


def end_of(day: date) -> datetime:
    """The first instant after a day, in UTC as all of an order's dates."""
    return datetime.combine(day + _A_DAY, time(), UTC)


def watch(order: OrderShipments, at: datetime) -> tuple[Told, ...]:
    """What has passed by now, and was not told."""
    return tuple(told for name, shipment in order.shipments.items() for told in _passed(order, name, shipment, at))


def _passed(order: OrderShipments, name: str, shipment: ShipmentState, at: datetime) -> Iterator[Told]:
    match shipment:
        case InWork(dates=dates) if dates is not None:
            about = _about(order, name, shipment, shipment.promise.order_number, dates.deliver_on)
            if not shipment.at_risk and dates.ship_by <= at:
                yield PromiseAtRisk(**about, ship_by=dates.ship_by)
        case InParcel(deliver_on=date() as day):
            about = _about(order, name, shipment, shipment.order_number, day)
        case _:
            return
    if not shipment.broken and end_of(about["deliver_on"]) <= at:
        yield PromiseBroken(**about)


def _about(order: OrderShipments, name: str, shipment: InWork | InParcel, number: str, day: date) -> dict[str, Any]:
    return {
        "order_id": order.order_id,
        "order_number": number,
        "shipment_id": name,
        "site": shipment.site,
        "deliver_on": day,
    }


def moved(work: InWork, packed: ParcelPacked) -> tuple[PromiseMoved, ...]:
    """That a packed parcel will be late."""
    if work.dates is None or packed.quote.arrives_on <= work.dates.deliver_on:
        return ()
    return (
        PromiseMoved(
            order_id=packed.order_id,
            order_number=packed.order_number,
            shipment_id=packed.shipment_id,
            site=packed.site,
            deliver_on=work.dates.deliver_on,
            expected_on=packed.quote.arrives_on,
            customer=packed.customer,
        ),
    )


def kept_dates(shipment: ShipmentState) -> dict[str, Any]:
    """What a packed parcel takes over of the work on it."""
    if not isinstance(shipment, InWork) or shipment.dates is None:
        return {}
    return {"deliver_on": shipment.dates.deliver_on, "broken": shipment.broken}

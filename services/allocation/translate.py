"""Facts of an order into commands to the keeper, and the keeper's commands as they are."""

from collections.abc import Iterable
from typing import Any

from cauce.decider import Reference
from cauce.runtime.service import Received
from schemas.failures import ResourceUnits, WorkFailed
from schemas.holding import Claim, ClaimedLine, OrderReleased
from schemas.holds import keeps_from_stock
from schemas.kits import KitLines
from schemas.light import light
from schemas.orders import LineQuantity, OrderChanged, OrderLine, OrderPlaced
from schemas.reference import Kind, TimeReached
from schemas.returns import GoodsReturned
from schemas.shipments import ParcelPacked, ParcelShipped, WorkPicked
from schemas.sourcing import LineSubstitutes, LineWorth, OrderTerms
from schemas.stock import (
    AdvanceShipment,
    DemandLine,
    ReleaseStock,
    ReserveStock,
    RestockReturn,
    ReturnedUnits,
    ShipmentLine,
    Stage,
)
from schemas.waves import DecideWave
from services.allocation.domain.keeper import KeeperCommand, TimedCommand
from services.allocation.domain.pools import FIRST_POOL, pool_of
from services.allocation.domain.ruling import Timed

_reserve, _demand, _release = light(ReserveStock), light(DemandLine), light(ReleaseStock)
_order_terms, _worth, _kit = light(OrderTerms), light(LineWorth), light(KitLines)
_asked = light(LineSubstitutes)
_moves, _units = light(AdvanceShipment), light(LineQuantity)
_anew = light(ResourceUnits)
_restock, _returned = light(RestockReturn), light(ReturnedUnits)


def from_order_placed(received: Received, _reference: Reference) -> ReserveStock | None:
    """Promise its goods; an order without goods needs no stock, and one that is held from it waits."""
    placed: OrderPlaced = received.message
    if not placed.lines or (placed.holds and keeps_from_stock(placed.holds)):
        return None
    return _reserve(
        pool=FIRST_POOL,
        order_id=placed.order_id,
        order_number=placed.order_number,
        customer=placed.customer,
        destination=placed.destination,
        ship_option=placed.ship_option,
        deliver_by=placed.deliver_by,
        lines=tuple(_demand(line_id=line.line_id, sku=line.sku, quantity=line.quantity) for line in placed.lines),
        terms=_terms(placed),
        holds=placed.holds,
    )


def _terms(placed: OrderPlaced) -> OrderTerms:
    worths = (_worth(line_id=line.line_id, quantity=line.quantity, amount=line.amount.amount) for line in placed.lines)
    return _order_terms(
        channel=placed.channel,
        currency=placed.currency,
        worths=tuple(worths),
        cancel_after=placed.cancel_after,
        kits=placed.kits and tuple(map(_lines_of, placed.kits)),
        substitutes=_said(placed.lines),
    )


def _said(lines: Iterable[OrderLine | ClaimedLine]) -> tuple[LineSubstitutes, ...] | None:
    """What most orders say nothing of."""
    said = [_asked(line_id=line.line_id, asked=line.substitutes) for line in lines if line.substitutes]
    return tuple(said) or None


def _lines_of(kit: KitLines) -> KitLines:
    return _kit(line_id=kit.line_id, sku=kit.sku, quantity=kit.quantity, parts=kit.parts)


def from_order_released(received: Received, _reference: Reference) -> ReserveStock | None:
    """Promise its goods now, if it was held from the stock; what was canceled since, the keeper knows."""
    released: OrderReleased = received.message
    claim = released.claim
    if claim is None or not claim.lines:
        return None
    return _reserve(
        pool=FIRST_POOL,
        order_id=released.order_id,
        order_number=released.order_number,
        customer=released.customer,
        destination=claim.destination,
        ship_option=claim.ship_option,
        deliver_by=claim.deliver_by,
        lines=tuple(_demand(line_id=line.line_id, sku=line.sku, quantity=line.quantity) for line in claim.lines),
        terms=_claimed_terms(claim),
        holds=claim.holds,
    )


def _claimed_terms(claim: Claim) -> OrderTerms:
    return _order_terms(
        channel=claim.channel,
        currency=claim.currency,
        worths=_claimed(claim.lines),
        cancel_after=claim.cancel_after,
        kits=claim.kits,
        substitutes=_said(claim.lines),
    )


def _claimed(lines: Iterable[ClaimedLine]) -> tuple[LineWorth, ...]:
    return tuple(_worth(line_id=line.line_id, quantity=line.quantity, amount=line.amount) for line in lines)


def from_order_changed(received: Received, _reference: Reference) -> ReleaseStock | None:
    """Give back what was canceled; where an order goes is no matter of its stock."""
    changed = received.message
    if not isinstance(changed, OrderChanged):
        return None
    return _release(pool=FIRST_POOL, order_id=changed.order_id, version=changed.version, canceled=changed.canceled)


def from_work_picked(received: Received, _reference: Reference) -> AdvanceShipment:
    """Its units are picked."""
    return _advance(received.message, Stage.PICKED)


def from_work_failed(received: Received, _reference: Reference) -> ResourceUnits:
    """Its units are to come from elsewhere."""
    failed: WorkFailed = received.message
    return _anew(
        pool=pool_of(failed.site),
        order_id=failed.order_id,
        order_number=failed.order_number,
        shipment_id=failed.shipment_id,
        failure_id=failed.failure_id,
        failing=failed.failing,
        site=failed.site,
        lines=_demands(failed.lines),
        along=_demands(failed.along) if failed.along else None,
        customer=failed.customer,
        destination=failed.destination,
        ship_option=failed.ship_option,
        deliver_by=failed.deliver_by,
    )


def _demands(lines: Iterable[ShipmentLine]) -> tuple[DemandLine, ...]:
    return tuple(_demand(line_id=line.line_id, sku=line.sku, quantity=line.quantity) for line in lines)


def from_packed(received: Received, _reference: Reference) -> AdvanceShipment:
    """Its units are packed."""
    return _advance(received.message, Stage.PACKED)


def from_shipped(received: Received, _reference: Reference) -> AdvanceShipment:
    """Its units are gone."""
    return _advance(received.message, Stage.SHIPPED)


def _advance(fact: WorkPicked | ParcelPacked | ParcelShipped, stage: Stage) -> AdvanceShipment:
    lines = tuple(_units(line_id=line.line_id, quantity=line.quantity) for line in fact.lines)
    return _moves(
        pool=pool_of(fact.site), order_id=fact.order_id, shipment_id=fact.shipment_id, stage=stage, lines=lines
    )


def from_returned(received: Received, _reference: Reference) -> RestockReturn | None:
    """The goods are back at a site; receipts that were refused moved nothing."""
    returned = received.message
    if not isinstance(returned, GoodsReturned):
        return None
    return _restock(
        pool=pool_of(returned.site),
        order_id=returned.order_id,
        return_id=returned.return_id,
        receipt_id=returned.receipt_id,
        site=returned.site,
        units=tuple(
            _returned(sku=units.sku, quantity=units.quantity, disposition=units.disposition) for units in returned.units
        ),
    )


def from_stock_command(received: Received, reference: Reference) -> TimedCommand | None:
    """The command itself; with its time where a policy, dates or buyers ask for it."""
    message: Any = received.message
    ticks = reference.version(Kind.SOURCING) or reference.version(Kind.BUYING) or reference.version(Kind.LOTS)
    timed = ticks or reference.version(Kind.PROMISES)
    if received.envelope.type == TimeReached.type:
        return Timed(message.reached_at, message) if ticks else message
    command: KeeperCommand | DecideWave = message
    return Timed(received.envelope.at, command) if timed else command

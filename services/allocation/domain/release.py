"""Canceled units come back: from the shipment that is named, else from the queue, else from the latest promises.

A change may reach the keeper before the order itself; then its units are left out when the order is reserved.
"""

from collections.abc import Iterable, Iterator, Mapping

from schemas.light import light
from schemas.orders import CanceledUnits, LineQuantity
from schemas.reservations import StockReleased
from schemas.stock import BackorderReleased, ReleaseStock
from services.allocation.domain import rows as kinds
from services.allocation.domain.backlog import serve, with_version
from services.allocation.domain.progress import UnknownShipment, find, with_shipments
from services.allocation.domain.promises import shipment_id
from services.allocation.domain.rows import LineUnits, OpenShipment, Order, Waiting, turn_key
from services.allocation.domain.stock import RELEASE_PICKED, RELEASE_RESERVED, Draft, Overdrawn, Stock, StockEvent

Promised = tuple[int, str]  # shipment number and line id
_line, _canceled = light(LineQuantity), light(CanceledUnits)
_leaves, _released = light(BackorderReleased), light(StockReleased)


def release(stock: Stock, command: ReleaseStock) -> tuple[StockEvent, ...]:
    """What is free again and who gets it; nothing for a change that was accounted for.

    Raises UnknownShipment, or Overdrawn where so many units are neither waiting nor short of being packed.
    """
    order = stock.order(command.order_id)
    if command.version in order.versions:
        return ()
    if not order.reserved:
        return (_ahead(command),)
    waiting = stock.waiting(command.order_id)
    cut = _cut(order, waiting, command)
    draft = Draft(stock, command.pool)
    _release_waiting(draft, command, cut.waiting)
    _release_promised(draft, command, order, cut.promised)
    shrunk = dict(_shrunk(waiting, cut.waiting))
    skus = [*_skus_of(waiting, cut.waiting), *_skus_of_promised(order, cut.promised)]
    serve(stock, draft, skus, f"{command.type}/{command.natural_key()}", shrunk)
    return tuple(draft.events)


def _ahead(command: ReleaseStock) -> StockReleased:
    for units in command.canceled:
        if units.shipment_id:
            raise UnknownShipment(f"{units.shipment_id}: order {command.order_id} was never reserved")
    return _stock_released(command, command.canceled)


class _Cut:
    """Where canceled units are taken from, and what is left to take: waiting lines, and lines of shipments by number.

    Working state of one decision: one change may name a line several times.
    """

    def __init__(self, order: Order, waiting: Waiting | None) -> None:
        self.waiting: dict[str, int] = {}
        self.promised: dict[Promised, int] = {}
        self._queued = {line.line_id: line.quantity for line in waiting.lines} if waiting else {}
        self._held: dict[Promised, int] = {}
        self._places: dict[str, list[Promised]] = {}
        for shipment in reversed(order.open):
            for line in shipment.lines:
                self._held[shipment.number, line.line_id] = line.reserved + line.picked
                self._places.setdefault(line.line_id, []).append((shipment.number, line.line_id))

    def from_shipment(self, number: int, line_id: str, wanted: int) -> int:
        """Take units of one shipment; how many were not to be had."""
        units = min(wanted, self._held.get((number, line_id), 0))
        if units:
            self._held[number, line_id] -= units
            self.promised[number, line_id] = self.promised.get((number, line_id), 0) + units
        return wanted - units

    def from_anywhere(self, line_id: str, wanted: int) -> int:
        """Take waiting units, then those of the latest shipments; how many were not to be had."""
        units = min(wanted, self._queued.get(line_id, 0))
        if units:
            self._queued[line_id] -= units
            self.waiting[line_id] = self.waiting.get(line_id, 0) + units
        left = wanted - units
        for number, _ in self._places.get(line_id, ()):
            left = self.from_shipment(number, line_id, left)
        return left


def _cut(order: Order, waiting: Waiting | None, command: ReleaseStock) -> _Cut:
    """Units with a shipment come first: the others take what those leave."""
    cut = _Cut(order, waiting)
    for units in sorted(command.canceled, key=lambda one: not one.shipment_id):
        if units.shipment_id:
            shipment = find(order, command.order_id, units.shipment_id)
            number = shipment.number if shipment else 0
            left = cut.from_shipment(number, units.line_id, units.quantity)
        else:
            left = cut.from_anywhere(units.line_id, units.quantity)
        if left:
            where = units.shipment_id or "the queue or any shipment"
            raise Overdrawn(f"order {command.order_id}: {left} canceled units of line {units.line_id} not in {where}")
    return cut


def _release_waiting(draft: Draft, command: ReleaseStock, cut: Mapping[str, int]) -> None:
    if cut:
        lines = tuple(_line(line_id=line_id, quantity=units) for line_id, units in cut.items())
        draft.say(_leaves(order_id=command.order_id, pool=command.pool, version=command.version, lines=lines))


def _release_promised(draft: Draft, command: ReleaseStock, order: Order, cut: Mapping[Promised, int]) -> None:
    if not cut:
        return
    units = (
        _canceled(line_id=line_id, quantity=units, shipment_id=shipment_id(command.order_id, number))
        for (number, line_id), units in cut.items()
    )
    draft.say(_stock_released(command, units))
    for shipment, line, count in _lines_of(order, cut):
        cause = {"order_id": command.order_id, "reference": shipment_id(command.order_id, shipment.number)}
        reserved = min(count, line.reserved)
        for step, part in ((RELEASE_RESERVED, reserved), (RELEASE_PICKED, count - reserved)):
            if part:
                draft.move(step, line.sku, shipment.site, part, line_id=line.line_id, **cause)


def _stock_released(command: ReleaseStock, units: Iterable[CanceledUnits]) -> StockReleased:
    return _released(order_id=command.order_id, pool=command.pool, version=command.version, units=tuple(units))


def _lines_of(order: Order, cut: Mapping[Promised, int]) -> Iterator[tuple[OpenShipment, LineUnits, int]]:
    for shipment in order.open:
        for line in shipment.lines:
            units = cut.get((shipment.number, line.line_id), 0)
            if units:
                yield shipment, line, units


def _skus_of_promised(order: Order, cut: Mapping[Promised, int]) -> Iterator[str]:
    return (line.sku for _, line, _ in _lines_of(order, cut))


def _skus_of(waiting: Waiting | None, cut: Mapping[str, int]) -> Iterator[str]:
    """A line that waits for less may be served, and one that waits no more lets others come forward."""
    return (line.sku for line in (waiting.lines if waiting else ()) if line.line_id in cut)


def _shrunk(waiting: Waiting | None, cut: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    for line in waiting.lines if waiting else ():
        if waiting and line.line_id in cut:
            yield turn_key(waiting, line), line.quantity - cut[line.line_id]


def fold_released(stock: Stock, event: StockReleased) -> None:
    """The units are out of their shipments, or left out of the reservation to come; the change is accounted for."""
    order = with_version(stock.order(event.order_id), event.version)
    cut: dict[str, dict[str, int]] = {}
    for units in event.units:
        lines = cut.setdefault(units.shipment_id, {})
        lines[units.line_id] = lines.get(units.line_id, 0) + units.quantity
    ahead = dict(order.ahead)
    for line_id, count in cut.pop("", {}).items():
        ahead[line_id] = ahead.get(line_id, 0) + count
    changed = {
        shipment.number: _without(shipment, cut[name])
        for shipment in order.open
        if (name := shipment_id(event.order_id, shipment.number)) in cut
    }
    row = with_shipments(order, changed)._replace(ahead=tuple(sorted(ahead.items())))
    stock.rows.put(kinds.ORDERS, event.order_id, row)


def _without(shipment: OpenShipment, cut: Mapping[str, int]) -> OpenShipment:
    """The shipment without these units, reserved ones first."""
    lines = []
    for line in shipment.lines:
        units = cut.get(line.line_id, 0)
        reserved = min(units, line.reserved)
        lines.append(line._replace(reserved=line.reserved - reserved, picked=line.picked - (units - reserved)))
    return shipment._replace(lines=tuple(lines))

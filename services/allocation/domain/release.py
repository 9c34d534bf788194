"""Canceled units come back: from the shipment that is named, else from the queue, else from the latest promises.

A change may reach the keeper before the order itself; then its units are left out when the order is reserved.
"""

from collections.abc import Iterable, Iterator, Mapping

from schemas.backorders import BackorderReleased
from schemas.light import light
from schemas.orders import CanceledUnits, LineQuantity
from schemas.reservations import StockReleased
from schemas.stock import ReleaseStock
from services.allocation.domain import missing
from services.allocation.domain import rows as kinds
from services.allocation.domain.backlog import serve, with_version
from services.allocation.domain.draft import Draft
from services.allocation.domain.progress import UnknownShipment, find, with_shipments
from services.allocation.domain.promises import fold_withdrawn, shipment_id
from services.allocation.domain.rows import (
    LineUnits,
    OpenShipment,
    Order,
    Waiting,
    failed_key,
    turn_key,
)
from services.allocation.domain.steps import RELEASE_PICKED, RELEASE_RESERVED
from services.allocation.domain.stock import Overdrawn, Stock, StockEvent

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
    cut = _cut(stock, order, waiting, command)
    draft = Draft(stock, command.pool)
    _release_waiting(draft, command, cut)
    _release_promised(stock, draft, command, order, cut)
    draft.withdrawing, draft.withdrawn = command.order_id, cut.withdrawn
    shrunk = dict(_shrunk(waiting, cut.waiting))
    skus = [*_skus_of(waiting, cut.waiting), *_skus_of_promised(order, cut.promised)]
    serve(stock, draft, skus, f"{command.type}/{command.natural_key()}", shrunk)
    return tuple(draft.events)


def _ahead(command: ReleaseStock) -> StockReleased:
    for units in command.canceled:
        if units.shipment_id:
            raise UnknownShipment(f"{units.shipment_id}: order {command.order_id} was never reserved")
    withdrawn: dict[str, int] = {}
    for units in command.canceled:
        if units.after is not None:
            withdrawn[units.line_id] = withdrawn.get(units.line_id, 0) + units.quantity
    return _stock_released(command, command.canceled, withdrawn)


class _Cut:
    """Where canceled units are taken from, and what is left to take: waiting lines, and lines of shipments by number.

    Working state of one decision: one change may name a line several times.
    """

    def __init__(self, order: Order, waiting: Waiting | None) -> None:
        self.waiting: dict[str, int] = {}
        self.promised: dict[Promised, int] = {}
        self.early: dict[Promised, int] = {}  # of those promised, the ones that a failure on its way takes out as well
        self.withdrawn: dict[str, int] = {}  # of those at nobody's work, the ones that no shipment will bring
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
        left = self._from_queue(line_id, wanted)
        for number, _ in self._places.get(line_id, ()):
            left = self.from_shipment(number, line_id, left)
        return left

    def from_nowhere(self, line_id: str, wanted: int, after: int) -> int:
        """Take units at nobody's work; how many were not to be had.

        Fulfillment takes them out of the shipments that it hears of next, in the order of their numbers.
        """
        left = wanted
        for number, _ in reversed(self._places.get(line_id, ())):
            if number > after:
                left = self.from_shipment(number, line_id, left)
        unfilled = self._from_queue(line_id, left)
        self._withdraw(line_id, left - unfilled)
        return unfilled

    def from_failed(self, number: int, units: CanceledUnits, unheard: int) -> int:
        """Take units that a site failed: those `unheard` of from its shipment, the others from where they went."""
        line_id, early = units.line_id, min(units.quantity, unheard)
        if early:
            early -= self.from_shipment(number, line_id, early)
            self.early[number, line_id] = self.early.get((number, line_id), 0) + early
            self._withdraw(line_id, early)
        return self.from_nowhere(line_id, units.quantity - early, units.after or 0)

    def _from_queue(self, line_id: str, wanted: int) -> int:
        units = min(wanted, self._queued.get(line_id, 0))
        if units:
            self._queued[line_id] -= units
            self.waiting[line_id] = self.waiting.get(line_id, 0) + units
        return wanted - units

    def _withdraw(self, line_id: str, units: int) -> None:
        if units:
            self.withdrawn[line_id] = self.withdrawn.get(line_id, 0) + units


def _cut(stock: Stock, order: Order, waiting: Waiting | None, command: ReleaseStock) -> _Cut:
    """Units with a shipment come first: the others take what those leave."""
    cut = _Cut(order, waiting)
    for units in sorted(command.canceled, key=lambda one: not one.shipment_id):
        left = _take(stock, cut, order, command, units)
        if left:
            where = units.shipment_id or "the queue or any shipment"
            raise Overdrawn(f"order {command.order_id}: {left} canceled units of line {units.line_id} not in {where}")
    return cut


def _take(stock: Stock, cut: _Cut, order: Order, command: ReleaseStock, units: CanceledUnits) -> int:
    """How many were not to be had."""
    if units.shipment_id:
        shipment = find(order, command.order_id, units.shipment_id)
        number = shipment.number if shipment else 0
        if units.failed is not None:
            return cut.from_failed(number, units, _unheard(stock, command, units))
        return cut.from_shipment(number, units.line_id, units.quantity)
    if units.after is not None:
        return cut.from_nowhere(units.line_id, units.quantity, units.after)
    return cut.from_anywhere(units.line_id, units.quantity)


def _unheard(stock: Stock, command: ReleaseStock, units: CanceledUnits) -> int:
    """How many units of a line the site failed that the keeper still has in its shipment: the word is on its way."""
    failures, key = stock.failures(command.order_id), failed_key(units.shipment_id, units.line_id)
    return max(0, (units.failed or 0) - failures.units.get(key, 0) - failures.early.get(key, 0))


def _release_waiting(draft: Draft, command: ReleaseStock, cut: _Cut) -> None:
    if cut.waiting:
        draft.say(
            _leaves(
                order_id=command.order_id,
                pool=command.pool,
                version=command.version,
                lines=_lines(cut.waiting),
                withdrawn=_lines(cut.withdrawn) or None,
            )
        )


def _lines(units: Mapping[str, int]) -> tuple[LineQuantity, ...]:
    return tuple(_line(line_id=line_id, quantity=quantity) for line_id, quantity in units.items())


def _release_promised(stock: Stock, draft: Draft, command: ReleaseStock, order: Order, cut: _Cut) -> None:
    if not cut.promised:
        return
    withdrawn = {} if cut.waiting else cut.withdrawn  # said once
    draft.say(_stock_released(command, _units_of(command.order_id, cut), withdrawn))
    for shipment, line, count in _lines_of(order, cut.promised):
        cause = {"order_id": command.order_id, "reference": shipment_id(command.order_id, shipment.number)}
        reserved = min(count, line.reserved)
        lots = [
            draft.move(step, line.sku, shipment.site, part, line_id=line.line_id, **cause)
            for step, part in ((RELEASE_RESERVED, reserved), (RELEASE_PICKED, count - reserved))
            if part
        ]
        missing.lose(stock, draft, command.order_id, shipment, line, back=reserved, lots=lots[0])


def _units_of(order_id: str, cut: _Cut) -> Iterator[CanceledUnits]:
    for (number, line_id), units in cut.promised.items():
        name, early = shipment_id(order_id, number), cut.early.get((number, line_id), 0)
        if early:
            yield _canceled(line_id=line_id, quantity=early, shipment_id=name, failed=early)
        if units > early:
            yield _canceled(line_id=line_id, quantity=units - early, shipment_id=name)


def _stock_released(
    command: ReleaseStock, units: Iterable[CanceledUnits], withdrawn: Mapping[str, int]
) -> StockReleased:
    return _released(
        order_id=command.order_id,
        pool=command.pool,
        version=command.version,
        units=tuple(units),
        withdrawn=_lines(withdrawn) or None,
    )


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
    if changed:
        gone = (shipment for shipment in order.open if shipment.number in changed)
        missing.fold_back(stock, event.order_id, gone, changed.values())
    row = with_shipments(order, changed)._replace(ahead=tuple(sorted(ahead.items())))
    stock.rows.put(kinds.ORDERS, event.order_id, row)
    _fold_failed(stock, event)
    fold_withdrawn(stock, event.order_id, event.withdrawn)


def _fold_failed(stock: Stock, event: StockReleased) -> None:
    """Failed units that were canceled before the failure came."""
    early = [units for units in event.units if units.failed is not None]
    if not early:
        return
    failures = stock.failures(event.order_id)
    counts = dict(failures.early)
    for units in early:
        key = failed_key(units.shipment_id, units.line_id)
        counts[key] = counts.get(key, 0) + units.quantity
    stock.rows.put(kinds.FAILED, event.order_id, failures._replace(early=counts))


def _without(shipment: OpenShipment, cut: Mapping[str, int]) -> OpenShipment:
    """The shipment without these units, reserved ones first."""
    lines = []
    for line in shipment.lines:
        units = cut.get(line.line_id, 0)
        reserved = min(units, line.reserved)
        lines.append(line._replace(reserved=line.reserved - reserved, picked=line.picked - (units - reserved)))
    return shipment._replace(lines=tuple(lines))

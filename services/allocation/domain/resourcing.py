"""Units that a site does not send: taken back, their stock put right by the reason, and promised anew from elsewhere.

A site that failed a line is asked for that line no more, so that each serves it once at most; what no other has waits.
Who waited for the sku before is not passed over: what came free by a rejection is theirs as well.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from schemas.failures import Failing, ResourceUnits, SourceFailed
from schemas.light import light, replace
from schemas.orders import LineQuantity
from schemas.sourcing import Explanation
from schemas.stock import Backordered, DemandLine
from services.allocation.domain import rows as kinds
from services.allocation.domain.backlog import serve
from services.allocation.domain.progress import find, with_shipments
from services.allocation.domain.promises import promise
from services.allocation.domain.reservation import backordered, missing_of
from services.allocation.domain.rows import LineUnits, OpenShipment, Waiting
from services.allocation.domain.ruling import RuledStock, decide, explained, rule_for
from services.allocation.domain.sourcing import Pick, SiteMap, explain, source
from services.allocation.domain.stock import (
    LOSE,
    RELEASE_PICKED,
    RELEASE_RESERVED,
    SET_ASIDE,
    Draft,
    Stock,
    StockEvent,
    mark_seen,
)

_failed, _units, _demand = light(SourceFailed), light(LineQuantity), light(DemandLine)
Taken = Sequence[tuple[LineUnits, int]]


def resource(stock: Stock, command: ResourceUnits) -> tuple[StockEvent, ...]:
    """The promise taken back and the next one, or the wait; nothing for a failure that was decided on.

    Raises progress.UnknownShipment.
    """
    if stock.has_seen(command.type, command.site, command.natural_key()):
        return ()
    shipment = find(stock.order(command.order_id), command.order_id, command.shipment_id)
    taken = list(_taken(shipment, command))
    draft, trigger = Draft(stock, command.pool), f"{command.type}/{command.natural_key()}"
    draft.say(_fact(stock, command, taken))
    for line, units in taken:
        _take_back(draft, command, line, units)
    for sku in dict.fromkeys(line.sku for line, _ in taken):
        _put_right(draft, command, sku, sum(units for line, units in taken if line.sku == sku))
    if taken:
        _promise_anew(stock, draft, command, taken, trigger)
        serve(stock, draft, (line.sku for line, _ in taken), trigger)
    return tuple(draft.events)


def _taken(shipment: OpenShipment | None, command: ResourceUnits) -> Iterator[tuple[LineUnits, int]]:
    """What of the failed units is still promised here: some may have been canceled on the way."""
    failed = {line.line_id: line.quantity for line in command.lines}
    for line in shipment.lines if shipment else ():
        units = min(failed.get(line.line_id, 0), line.reserved + line.picked)
        if units:
            yield line, units


def _fact(stock: Stock, command: ResourceUnits, taken: Taken) -> SourceFailed:
    return _failed(
        order_id=command.order_id,
        pool=command.pool,
        number=stock.last_number(kinds.FAILURE_NUMBER) + 1,
        shipment_id=command.shipment_id,
        failure_id=command.failure_id,
        failing=command.failing,
        site=command.site,
        lines=tuple(_units(line_id=line.line_id, quantity=units) for line, units in taken),
    )


def _take_back(draft: Draft, command: ResourceUnits, line: LineUnits, units: int) -> None:
    cause = {"order_id": command.order_id, "reference": command.shipment_id, "line_id": line.line_id}
    reserved = min(units, line.reserved)
    for step, part in ((RELEASE_RESERVED, reserved), (RELEASE_PICKED, units - reserved)):
        if part:
            draft.move(step, line.sku, command.site, part, **cause)


def _put_right(draft: Draft, command: ResourceUnits, sku: str, units: int) -> None:
    """What is not on its shelf is nowhere, and nothing else of the sku is believed to be there."""
    name = f"{command.shipment_id}/{command.failure_id}"
    match command.failing:
        case Failing.SHORT:
            draft.move(LOSE, sku, command.site, draft.free(sku, command.site), reference=name)
        case Failing.DAMAGED:
            draft.move(SET_ASIDE, sku, command.site, units, reference=name)
        case Failing.REJECTED:
            pass


def _promise_anew(stock: Stock, draft: Draft, command: ResourceUnits, taken: Taken, trigger: str) -> None:
    demands = [_demand(line_id=line.line_id, sku=line.sku, quantity=units) for line, units in taken]
    barred = _barred(stock, command, demands)
    sites = stock.reference.derived("sites", SiteMap).nearest(command.destination.coordinates)
    free = {
        one.sku: {near.site: draft.free(one.sku, near.site) for near in sites if near.site not in barred}
        for one in demands
    }
    picks: Sequence[Pick]
    if isinstance(stock, RuledStock):
        decision = decide(stock, command, demands, free, rule=rule_for(stock.policy, command), loads=stock.loads)
        picks, explanation = decision.picks, explained(stock, decision, free, trigger)
    else:
        picks = source(demands, [near for near in sites if near.site not in barred], free)
        explanation = explain(stock, demands, sites=sites, free=free, picks=picks, trigger=trigger)
    explanation = _with_barred(explanation, barred)
    if picks:
        promise(
            stock,
            draft,
            command,
            order_id=command.order_id,
            picks=picks,
            sites=sites,
            explanation=explanation,
            resourced=True,
        )
    if missing := missing_of(demands, picks):
        draft.say(_waits(stock, command, missing, explanation))


def _waits(
    stock: Stock, command: ResourceUnits, missing: tuple[DemandLine, ...], explanation: Explanation
) -> Backordered:
    """In the turn that the order has, if it waits already."""
    waits = replace(backordered(stock, command, missing, explanation), resourced=True)
    there: Waiting | None = stock.waiting(command.order_id)
    return waits if there is None else replace(waits, queue_number=there.queue_number, priority=there.priority)


def _barred(stock: Stock, command: ResourceUnits, demands: Iterable[DemandLine]) -> dict[str, str]:
    """Sites that failed one of these lines, with the reason: now, or before."""
    before: Mapping[str, Mapping[str, str]] = stock.rows.get(kinds.FAILED, command.order_id) or {}
    found = {command.site: f"it failed this line: {command.failing}"}
    for demand in demands:
        for site, failing in before.get(demand.line_id, {}).items():
            found.setdefault(site, f"it failed this line: {failing}")
    return found


def _with_barred(explanation: Explanation, barred: Mapping[str, str]) -> Explanation:
    candidates = (
        replace(one, excluded=barred[one.site]) if one.site in barred else one for one in explanation.candidates
    )
    return replace(explanation, candidates=tuple(candidates))


def fold_failed(stock: Stock, event: SourceFailed) -> None:
    """The units are out of their shipment, and the site is known to have failed their lines."""
    stock.rows.put(kinds.COUNTERS, kinds.FAILURE_NUMBER, event.number)
    mark_seen(stock, ResourceUnits.type, event.site, f"{event.shipment_id}/{event.failure_id}")
    if not event.lines:
        return
    order = stock.order(event.order_id)
    shipment = find(order, event.order_id, event.shipment_id)
    units = {line.line_id: line.quantity for line in event.lines}
    failed: dict[str, dict[str, str]] = dict(stock.rows.get(kinds.FAILED, event.order_id) or {})
    for line_id in units:
        failed[line_id] = {**failed.get(line_id, {}), event.site: str(event.failing)}
    stock.rows.put(kinds.FAILED, event.order_id, failed)
    if shipment is not None:
        left = shipment._replace(lines=tuple(_less(line, units.get(line.line_id, 0)) for line in shipment.lines))
        stock.rows.put(kinds.ORDERS, event.order_id, with_shipments(order, {shipment.number: left}))


def _less(line: LineUnits, units: int) -> LineUnits:
    """Without these units, reserved ones first."""
    reserved = min(units, line.reserved)
    return line._replace(reserved=line.reserved - reserved, picked=line.picked - (units - reserved))

"""Units that a site does not send: taken back, their stock put right by the reason, and promised anew from elsewhere.

A site that failed a line is asked for that line no more, so that each serves it once at most; what no other has waits.
Who waited for the sku before is not passed over: what came free by a rejection is theirs as well.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from schemas.backorders import Backordered
from schemas.failures import ANOTHERS_FAULT, Failing, ResourceUnits, SourceFailed
from schemas.light import light, replace
from schemas.orders import LineQuantity
from schemas.sourcing import Explanation
from schemas.stock import Bucket, DemandLine, LotUnits
from services.allocation.domain import missing
from services.allocation.domain import rows as kinds
from services.allocation.domain.backlog import serve
from services.allocation.domain.draft import Draft
from services.allocation.domain.lots import units_of
from services.allocation.domain.progress import find, with_shipments
from services.allocation.domain.promises import promise
from services.allocation.domain.reservation import backordered, missing_of
from services.allocation.domain.rows import Failures, LineUnits, OpenShipment, Waiting, failed_key
from services.allocation.domain.ruling import RuledStock, decide, explained, rule_for
from services.allocation.domain.safety import sellable, with_kept_back
from services.allocation.domain.sourcing import Pick, SiteMap, explain, source, units_by_sku
from services.allocation.domain.steps import LOSE, RELEASE_PICKED, RELEASE_RESERVED, SET_ASIDE
from services.allocation.domain.stock import Stock, StockEvent, mark_seen
from services.allocation.domain.together import kits_of, source_together, with_kits

_failed, _units, _demand = light(SourceFailed), light(LineQuantity), light(DemandLine)
Taken = Sequence[tuple[LineUnits, int]]


def resource(stock: Stock, command: ResourceUnits) -> tuple[StockEvent, ...]:
    """The promise taken back and the next one, or the wait; nothing for a failure that was decided on.

    Raises progress.UnknownShipment.
    """
    if stock.has_seen(command.type, command.site, command.natural_key()):
        return ()
    shipment = find(stock.order(command.order_id), command.order_id, command.shipment_id)
    taken = list(_taken(stock, shipment, command))
    draft, trigger = Draft(stock, command.pool), f"{command.type}/{command.natural_key()}"
    draft.sourced_anew = command.order_id
    draft.say(_fact(stock, command, taken))
    lots: dict[str, list[LotUnits]] = {}
    asked = {line.line_id: line.quantity for line in command.lines}
    for line, units in taken:
        came = list(_take_back(draft, command, line, units))
        lots.setdefault(line.sku, []).extend(_first(came, asked.get(line.line_id, 0)))
        if shipment and (command.failing is not Failing.DAMAGED or line.line_id not in asked):  # who broke it found it
            missing.lose(stock, draft, command.order_id, shipment, line, back=min(units, line.reserved), lots=came)
    for sku, units in units_by_sku(command.lines).items():
        _put_right(draft, command, sku, units, lots.get(sku, ()))
    if taken:
        _promise_anew(stock, draft, command, taken, trigger)
        serve(stock, draft, (line.sku for line, _ in taken), trigger)
    return tuple(draft.events)


def _taken(stock: Stock, shipment: OpenShipment | None, command: ResourceUnits) -> Iterator[tuple[LineUnits, int]]:
    """What of the failed units is still promised here: some may have been canceled on the way."""
    failed, early = _failed_units(command), stock.failures(command.order_id).early
    for line in shipment.lines if shipment else ():
        asked = failed.get(line.line_id, 0)
        asked -= min(asked, early.get(failed_key(command.shipment_id, line.line_id), 0))
        if units := min(asked, line.reserved + line.picked):
            yield line, units


def _failed_units(command: ResourceUnits) -> dict[str, int]:
    """Those that failed, and what is taken back along with them."""
    units: dict[str, int] = {}
    for line in (*command.lines, *(command.along or ())):
        units[line.line_id] = units.get(line.line_id, 0) + line.quantity
    return units


def _along(command: ResourceUnits) -> tuple[str, ...]:
    """Lines of which nothing failed."""
    failed = {line.line_id for line in command.lines}
    return tuple(line.line_id for line in command.along or () if line.line_id not in failed)


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
        canceled=_canceled(command, taken) or None,
        along=_along(command) or None,
    )


def _canceled(command: ResourceUnits, taken: Taken) -> tuple[LineQuantity, ...]:
    left = _failed_units(command)
    for line, units in taken:
        left[line.line_id] -= units
    return tuple(_units(line_id=line_id, quantity=units) for line_id, units in left.items() if units)


def _take_back(draft: Draft, command: ResourceUnits, line: LineUnits, units: int) -> Iterator[LotUnits]:
    """Their lots, where they have any."""
    cause = {"order_id": command.order_id, "reference": command.shipment_id, "line_id": line.line_id}
    reserved = min(units, line.reserved)
    for step, part in ((RELEASE_RESERVED, reserved), (RELEASE_PICKED, units - reserved)):
        if part:
            yield from draft.move(step, line.sku, command.site, part, **cause) or ()


def _first(lots: Iterable[LotUnits], units: int) -> Iterator[LotUnits]:
    """So many of them: what came along with others is as it was."""
    for one in lots:
        if part := min(units, one.quantity):
            units -= part
            yield replace(one, quantity=part)


def _put_right(draft: Draft, command: ResourceUnits, sku: str, units: int, lots: Sequence[LotUnits]) -> None:
    """What is not on its shelf is nowhere, and nothing else of the sku is believed to be there.

    Units that were canceled on the way are free by now, if no other order has them; `lots` are those of the others.
    """
    name = f"{command.shipment_id}/{command.failure_id}"
    match command.failing:
        case Failing.SHORT:
            step, units = LOSE, draft.free(sku, command.site)
        case Failing.DAMAGED:
            step, units = SET_ASIDE, min(units, draft.free(sku, command.site))
            units = max(0, units - _set_aside(draft, command, sku, lots))
        case Failing.EXPIRED | Failing.RECALLED:
            _set_aside(draft, command, sku, lots)
            return
        case Failing.REJECTED | Failing.CLOSED | Failing.MISSING:
            return
    if units:
        draft.move(step, sku, command.site, units, reference=name)


def _set_aside(draft: Draft, command: ResourceUnits, sku: str, lots: Sequence[LotUnits]) -> int:
    """Units of lots that were taken back, in their lots, but those that went aside as they came."""
    name, site = f"{command.shipment_id}/{command.failure_id}", command.site
    free = ((one, min(one.quantity, draft.of_lot(sku, site, Bucket.FREE, one.lot))) for one in lots)
    aside = [units_of(one.lot, units, one.expires_on) for one, units in free if units]
    if aside:
        draft.move_lots(SET_ASIDE, sku, site, aside, reference=name)
    return sum(one.quantity for one in lots)


def _promise_anew(stock: Stock, draft: Draft, command: ResourceUnits, taken: Taken, trigger: str) -> None:
    demands = [_demand(line_id=line.line_id, sku=line.sku, quantity=units) for line, units in taken]
    barred = _barred(stock, command, demands)
    sites = stock.reference.derived("sites", SiteMap).nearest(command.destination.coordinates)
    there = {
        one.sku: {near.site: draft.sellable(one.sku, near.site) for near in sites if near.site not in barred}
        for one in demands
    }
    free = sellable(stock, command.terms, there)
    picks: Sequence[Pick]
    if isinstance(stock, RuledStock):
        decision = decide(stock, command, demands, free, rule=rule_for(stock.policy, command), loads=stock.loads)
        picks, explanation = decision.picks, explained(stock, decision, free, trigger)
    else:
        allowed, kits = [near for near in sites if near.site not in barred], kits_of(command.terms)
        picks = source_together(demands, kits, allowed, free) if kits else source(demands, allowed, free)
        explanation = explain(stock, demands, sites=sites, free=free, picks=picks, trigger=trigger)
        explanation = with_kits(explanation, demands, kits, free) if kits else explanation
    explanation = _with_barred(with_kept_back(stock, explanation, there, free), barred)
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
    if short := missing_of(demands, picks):
        draft.say(_waits(stock, command, short, explanation))


def _waits(
    stock: Stock, command: ResourceUnits, short: tuple[DemandLine, ...], explanation: Explanation
) -> Backordered:
    """In the turn that the order has, if it waits already."""
    waits = replace(backordered(stock, command, short, explanation), resourced=True)
    there: Waiting | None = stock.waiting(command.order_id)
    if there is None:
        return waits
    return replace(waits, queue_number=there.queue_number, priority=there.priority, terms=waits.terms or there.terms)


def _barred(stock: Stock, command: ResourceUnits, demands: Iterable[DemandLine]) -> dict[str, str]:
    """Sites that failed one of these lines, with the reason: now, or before."""
    before = stock.failures(command.order_id).sites
    found = {} if command.failing in ANOTHERS_FAULT else {command.site: f"it failed this line: {command.failing}"}
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
    _fold_failures(stock, event)
    order = stock.order(event.order_id)
    shipment = find(order, event.order_id, event.shipment_id)
    units = {line.line_id: line.quantity for line in event.lines}
    if shipment is not None:
        left = shipment._replace(lines=tuple(_less(line, units.get(line.line_id, 0)) for line in shipment.lines))
        missing.fold_back(stock, event.order_id, [_unfound(shipment, event)], [_unfound(left, event)])
        stock.rows.put(kinds.ORDERS, event.order_id, with_shipments(order, {shipment.number: left}))


def _unfound(shipment: OpenShipment, event: SourceFailed) -> OpenShipment:
    """Of what is damaged, only the lines that came along."""
    if event.failing is not Failing.DAMAGED:
        return shipment
    return shipment._replace(lines=tuple(line for line in shipment.lines if line.line_id in (event.along or ())))


def _fold_failures(stock: Stock, event: SourceFailed) -> None:
    """What was canceled before is early no more."""
    failures = stock.failures(event.order_id)
    sites, units, early = dict(failures.sites), dict(failures.units), dict(failures.early)
    along = event.along or ()
    for line in (*event.lines, *(event.canceled or ())):
        key = failed_key(event.shipment_id, line.line_id)
        units[key] = units.get(key, 0) + line.quantity
        if (
            event.failing not in ANOTHERS_FAULT and line.line_id not in along
        ):  # while it is closed, nothing is promised from there anyway
            sites[line.line_id] = {**sites.get(line.line_id, {}), event.site: str(event.failing)}
    for line in event.canceled or ():
        key = failed_key(event.shipment_id, line.line_id)
        left = early.pop(key, 0) - line.quantity
        if left > 0:
            early[key] = left
    stock.rows.put(kinds.FAILED, event.order_id, Failures(sites, units, early))


def _less(line: LineUnits, units: int) -> LineUnits:
    """Without these units, reserved ones first."""
    reserved = min(units, line.reserved)
    return line._replace(reserved=line.reserved - reserved, picked=line.picked - (units - reserved))

"""Sites that send nothing for a while: no decision finds goods there, and what is promised from there is called back.

A closed site is out of every search at once, because searches ask for the sites of the pool and are given the open
ones. Units come back through fulfillment, which alone can stop the work on them, as those that a site failed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from cauce.decider import Derived, Reference
from schemas.closures import CloseSite, OpenSite, SiteClosing, SiteOpened, UnitsRecalled
from schemas.failures import Failing
from schemas.light import light, replace
from schemas.orders import LineQuantity
from schemas.reference import Site, TimeReached
from schemas.sourcing import Candidate
from services.allocation.domain import rows as kinds
from services.allocation.domain.backlog import serve
from services.allocation.domain.draft import Draft
from services.allocation.domain.pools import FIRST_POOL
from services.allocation.domain.promises import shipment_id
from services.allocation.domain.rows import Closure, OpenShipment
from services.allocation.domain.sourcing import SiteMap
from services.allocation.domain.stock import Stock, StockEvent
from services.allocation.domain.turns import waited_for

_LAST = "\x7f"  # after any order's id
_candidate, _units, _recalls = light(Candidate), light(LineQuantity), light(UnitsRecalled)
Closures = Mapping[str, Closure]


class Without(NamedTuple):
    """Makes a map of the sites that are open: once for a version of the sites and the same closed ones."""

    closed: tuple[str, ...]

    def __call__(self, sites: tuple[Site, ...]) -> SiteMap:
        """The map."""
        return SiteMap(tuple(site for site in sites if site.id not in self.closed))


class OpenReference:
    """Reference data (`cauce.decider.Reference`) as a decision sees it while sites are closed."""

    def __init__(self, reference: Reference, closed: tuple[str, ...]) -> None:
        self.everywhere = reference
        self._open = Without(closed)

    def item(self, kind: str, item_id: str) -> Any | None:
        """The item of the active version, or None."""
        return self.everywhere.item(kind, item_id)

    def items(self, kind: str) -> tuple[Any, ...]:
        """All items of the active version."""
        return self.everywhere.items(kind)

    def version(self, kind: str) -> str:
        """The active version's content address."""
        return self.everywhere.version(kind)

    def derived(self, kind: str, build: Callable[[tuple[Any, ...]], Derived]) -> Derived:
        """What `build` makes of all items; of the sites, a map of those that are open."""
        return self.everywhere.derived(kind, self._open if build is SiteMap else build)  # type: ignore[arg-type]  # it is SiteMap's


def closures_of(stock: Stock) -> Closures:
    """Every closure that stands, by site."""
    found: Closures = stock.rows.get(kinds.CLOSURES, kinds.ALL_SITES) or {}
    return found


def closed_sites(stock: Stock) -> frozenset[str]:
    """The sites that send nothing now."""
    return frozenset(_closed(closures_of(stock)))


def _closed(closures: Closures) -> Iterator[str]:
    return (site for site, closure in closures.items() if closure.closed)


def turns_sites(events: Iterable[StockEvent]) -> bool:
    """Whether these events may close a site or open one."""
    return any(isinstance(event, SiteClosing | SiteOpened) for event in events)


def open_only(stock: Stock, closures: Closures) -> Stock:
    """The stock as searches are to see it."""
    closed = tuple(_closed(closures))
    reference = stock.reference.everywhere if isinstance(stock.reference, OpenReference) else stock.reference
    return Stock(stock.rows, OpenReference(reference, closed) if closed else reference, stock.dates, stock.shelf_life)


def decide(stock: Stock, command: CloseSite | OpenSite) -> tuple[StockEvent, ...]:
    """What follows from a site's closing or opening; nothing the second time."""
    return close(stock, command) if isinstance(command, CloseSite) else reopen(stock, command)


def close(stock: Stock, command: CloseSite) -> tuple[StockEvent, ...]:
    """The closure, and what it calls back if it begins at once; nothing for one that was heard of."""
    if stock.has_seen(command.type, command.site, command.closure_id):
        return ()
    closure = Closure(command.closure_id, command.reason, command.begins_on is None, command.begins_on, command.ends_on)
    recalled = _recalled(stock, command.site, closure) if closure.closed else ()
    return (_closing(command.pool, command.site, closure), *recalled)


def _closing(pool: int, site: str, closure: Closure) -> SiteClosing:
    return SiteClosing(
        pool=pool,
        closure_id=closure.closure_id,
        site=site,
        reason=closure.reason,
        closed=closure.closed,
        begins_on=closure.begins_on,
        ends_on=closure.ends_on,
    )


def _recalled(stock: Stock, site: str, closure: Closure) -> Iterator[UnitsRecalled]:
    """Every shipment of which units are at the site and not packed."""
    for order_id, order in stock.rows.scan(kinds.ORDERS, "", _LAST):
        for shipment in order.open:
            lines = tuple(_unpacked(shipment)) if shipment.site == site else ()
            if lines:
                yield _recalls(
                    order_id=order_id,
                    pool=FIRST_POOL,
                    shipment_id=shipment_id(order_id, shipment.number),
                    recall_id=f"closure/{site}/{closure.closure_id}",
                    failing=Failing.CLOSED,
                    site=site,
                    lines=lines,
                )


def _unpacked(shipment: OpenShipment) -> Iterator[LineQuantity]:
    for line in shipment.lines:
        if units := line.reserved + line.picked:
            yield _units(line_id=line.line_id, quantity=units)


def reopen(stock: Stock, command: OpenSite) -> tuple[StockEvent, ...]:
    """The opening, and the promises of goods that somebody waits for; nothing for a site that has no closure."""
    closures = closures_of(stock)
    if command.site not in closures:
        return ()
    opened = [(command.site, closures[command.site])]
    return _opened(stock, command.pool, opened, command.opening_id, f"{command.type}/{command.natural_key()}")


def _opened(
    stock: Stock, pool: int, opened: Iterable[tuple[str, Closure]], opening_id: str, trigger: str
) -> tuple[StockEvent, ...]:
    left, draft = dict(closures_of(stock)), Draft(stock, pool)
    for site, closure in opened:
        draft.say(SiteOpened(pool=pool, opening_id=opening_id, site=site, closure_id=closure.closure_id))
        del left[site]
    serve(open_only(stock, left), draft, list(waited_for(stock)), trigger)
    return tuple(draft.events)


def turn_of_day(stock: Stock, reached: TimeReached) -> tuple[StockEvent, ...]:
    """What closes and what opens by this day."""
    day, closures = reached.reached_at.date().isoformat(), closures_of(stock)
    events: list[StockEvent] = []
    for site, closure in closures.items():
        if not closure.closed and (closure.begins_on or "") <= day and not closure.is_over(day):
            now = closure._replace(closed=True)
            events += [_closing(FIRST_POOL, site, now), *_recalled(stock, site, now)]
    over = [(site, closure) for site, closure in closures.items() if closure.is_over(day)]
    return (*events, *_opened(stock, FIRST_POOL, over, day, f"{TimeReached.type}/{day}")) if over else tuple(events)


def with_closed(stock: Stock, events: tuple[StockEvent, ...], closures: Closures) -> tuple[StockEvent, ...]:
    """The events, their explanations naming the closed sites as well."""
    return tuple(_explained(stock, event, closures) if hasattr(event, "explanation") else event for event in events)


def _explained(stock: Stock, event: Any, closures: Closures) -> Any:
    spot = event.destination.coordinates
    excluded = (
        _candidate(
            site=near.site,
            distance_meters=near.meters,
            lines_served=0,
            units_served=0,
            chosen=False,
            excluded=closures[near.site].why(),
        )
        for near in stock.reference.derived("sites", SiteMap).nearest(spot)
        if near.site in closures and closures[near.site].closed
    )
    known = {one.site for one in event.explanation.candidates}
    candidates = [*event.explanation.candidates, *(one for one in excluded if one.site not in known)]
    candidates.sort(key=lambda one: (one.distance_meters, one.site))
    return replace(event, explanation=replace(event.explanation, candidates=tuple(candidates)))


def fold_closing(stock: Stock, event: SiteClosing) -> None:
    """The closure stands."""
    closure = Closure(event.closure_id, event.reason, event.closed, event.begins_on, event.ends_on)
    kept = {**closures_of(stock), event.site: closure}
    stock.rows.put(kinds.CLOSURES, kinds.ALL_SITES, dict(sorted(kept.items())))
    if not stock.has_seen(CloseSite.type, event.site, event.closure_id):
        stock.rows.put(kinds.SEEN, kinds.seen_key(CloseSite.type, event.site, event.closure_id), kinds.SEEN_MARK)


def fold_opened(stock: Stock, event: SiteOpened) -> None:
    """It stands no more."""
    kept = {site: closure for site, closure in closures_of(stock).items() if site != event.site}
    stock.rows.put(kinds.CLOSURES, kinds.ALL_SITES, kept or None)

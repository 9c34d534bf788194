"""Alerts about a sku's stock, each once until it has recovered, and the purchase that a low one asks for.

Only skus with a row of stocking are watched; a pool without any does not look.
"""

from collections.abc import Iterator
from typing import Any

from schemas.alerts import Alert, PurchaseRequested, StockAlert
from schemas.reference import Stocking
from services.allocation.domain import rows as kinds
from services.allocation.domain.foresight import Evolve, after, skus_of_free
from services.allocation.domain.lookout import rule_of
from services.allocation.domain.sourcing import SiteMap
from services.allocation.domain.stock import Stock, StockEvent

_WORSE = (Alert.RECOVERED, Alert.LOW, Alert.OUT)


def told(stock: Stock, pool: int, events: tuple[StockEvent, ...], evolve: Evolve) -> tuple[StockEvent, ...]:
    """A decision's events, and the alerts that they raise or end."""
    skus = [sku for sku in skus_of_free(events) if stock.reference.item("stocking", sku)]
    if not skus:
        return events
    ahead = after(stock, events, evolve)
    return (*events, *(alert for sku in skus for alert in _news(ahead, pool, sku)))


def _news(stock: Stock, pool: int, sku: str) -> Iterator[StockEvent]:
    stocking: Any = stock.reference.item("stocking", sku)
    by_site = stock.spread(sku).free
    free = sum(by_site.get(site, 0) for site in stock.reference.derived("sites", SiteMap).ids)
    now, before = _state(free, stocking), _told(stock, sku)
    worse = _WORSE.index(now) > _WORSE.index(before)
    if worse or (now is Alert.RECOVERED and before is not Alert.RECOVERED):
        yield StockAlert(pool=pool, sku=sku, alert=now, free=free, low_below=stocking.low_below)
    if worse and before is Alert.RECOVERED and not _is_bought_by_cover(stock, sku):
        yield from _purchase(stock, pool, stocking, free)


def _is_bought_by_cover(stock: Stock, sku: str) -> bool:
    rule = rule_of(stock, sku) if stock.reference.version("buying") else None
    return rule is not None and rule.lead_days > 0


def _state(free: int, stocking: Stocking) -> Alert:
    if not free:
        return Alert.OUT
    return Alert.LOW if free < stocking.low_below else Alert.RECOVERED


def _told(stock: Stock, sku: str) -> Alert:
    """The worst that was told since it last recovered."""
    return Alert(stock.rows.get(kinds.ALERTS, sku) or Alert.RECOVERED)


def _purchase(stock: Stock, pool: int, stocking: Stocking, free: int) -> Iterator[PurchaseRequested]:
    """What is missing up to the wanted stock, units on their way counted and those who wait as well."""
    sku = stocking.id
    to_come = sum(units for _, units in stock.rows.scan(kinds.ARRIVALS, *kinds.queue_range(sku)))
    waiting = sum(turn.quantity for _, turn in stock.queue(sku))
    missing = stocking.order_up_to + waiting - free - to_come
    if stocking.order_up_to and missing > 0:
        yield PurchaseRequested(pool=pool, sku=sku, quantity=missing, free=free, to_come=to_come, waiting=waiting)


def fold_alert(stock: Stock, event: StockAlert) -> None:
    """The alert was told; with its recovery it is forgotten."""
    row = None if event.alert is Alert.RECOVERED else event.alert.value
    stock.rows.put(kinds.ALERTS, event.sku, row)

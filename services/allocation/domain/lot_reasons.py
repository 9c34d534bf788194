"""Why units that were free were promised to nobody: their lot does not last, or was recalled."""

from collections.abc import Iterable

from schemas.light import light, replace
from schemas.reference import Kind
from schemas.sourcing import Explanation, ShortLived
from services.allocation.domain import rows as kinds
from services.allocation.domain.lots import lasts
from services.allocation.domain.rows import Spread
from services.allocation.domain.stock import Stock

_short_lived = light(ShortLived)


def with_short_lived(stock: Stock, explanation: Explanation, skus: Iterable[str]) -> Explanation:
    """The explanation, which also says which free lots of these skus were passed over; asked where lots are kept."""
    found = tuple(one for sku in skus for one in _of(stock, sku))
    return replace(explanation, lots_version=stock.reference.version(Kind.LOTS), short_lived=found or None)


def _of(stock: Stock, sku: str) -> Iterable[ShortLived]:
    spread: Spread | None = stock.rows.get(kinds.POSITIONS, sku)
    if spread is None or spread.lots is None:
        return
    until, recalled = stock.until(sku), spread.lots.recalled
    for site, lots in sorted(spread.lots.sites.items()):
        for name, lot in sorted(lots.items()):
            if lot.free and (name in recalled or not lasts(lot, until)):
                yield _short_lived(
                    sku=sku, site=site, lot=name, free=lot.free, expires_on=lot.expires_on or None, asked_until=until
                )

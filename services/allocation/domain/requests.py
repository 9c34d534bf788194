"""Requests of a site's desk: each is decided on once, by its own id, whether it is granted or refused."""

from schemas.desk import RequestRefused
from schemas.stock import StockCommand
from services.allocation.domain.stock import Stock, mark_seen


def refused(command: StockCommand, *, site: str, request_id: str, code: str, detail: str) -> RequestRefused:
    """The answer to a request that cannot be granted, or not whole."""
    return RequestRefused(
        pool=command.pool, request=command.type, request_id=request_id, site=site, code=code, detail=detail
    )


def fold_refused(stock: Stock, event: RequestRefused) -> None:
    """The request was decided on."""
    mark_seen(stock, event.request, event.site, event.request_id)

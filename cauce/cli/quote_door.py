"""Quotes over HTTP: `GET /quote?sku=CUP:2&country=GB&postcode=SW1A1AA&service=express`. It writes nothing."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiohttp import web
from pydantic import ValidationError

from cauce.cli.quote_desk import QuoteDesk
from schemas.quotes import Basket, QuotedLine

DESK = web.AppKey("desk", QuoteDesk)
MOST_LINES = 100


def basket_of(skus: Iterable[str], *, country: str, postcode: str, service: str, channel: str = "") -> Basket:
    """A basket as people write it; `SKU` alone is one unit. Raises ValueError with what was expected."""
    lines = tuple(_line(text) for text in skus)
    if not 0 < len(lines) <= MOST_LINES:
        raise ValueError(f"expected 1 to {MOST_LINES} of sku=SKU:QUANTITY, found {len(lines)}")
    try:
        asked = {"country": country.upper(), "postal_code": postcode, "service": service, "channel": channel}
        return Basket.model_validate({"lines": lines, **asked})
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise ValueError(f"{first['loc'][0]}: {first['msg']}") from None


def _line(text: str) -> QuotedLine:
    sku, colon, units = text.rpartition(":")
    try:
        return QuotedLine(sku=sku if colon else text, quantity=int(units) if colon else 1)
    except ValueError:
        raise ValueError(f"expected SKU:QUANTITY with a quantity from 1 on, found {text!r}") from None


async def _quote(request: web.Request) -> web.Response:
    asked = request.query
    try:
        basket = basket_of(
            asked.getall("sku", []),
            country=asked.get("country", ""),
            postcode=asked.get("postcode", ""),
            service=asked.get("service", "standard"),
            channel=asked.get("channel", ""),
        )
        found = request.app[DESK].quote(basket)
    except ValueError as wrong:
        return web.json_response({"error": str(wrong)}, status=400)
    return web.Response(body=found.model_dump_json(exclude_none=True).encode(), content_type="application/json")


@asynccontextmanager
async def serving(desk: QuoteDesk, port: int, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Serve on a port, with 0 a free one; the address."""
    app = web.Application()
    app[DESK] = desk
    app.router.add_get("/quote", _quote)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()

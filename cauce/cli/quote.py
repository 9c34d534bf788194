"""`cauce quote`: when a basket would arrive, before anybody buys it; with `--serve`, over HTTP for a shop."""

import asyncio
import signal
from collections.abc import Iterator
from datetime import timedelta

import click

from cauce.cli.plain import say, say_content
from cauce.cli.quote_desk import quoting
from cauce.cli.quote_door import basket_of, serving
from cauce.runtime.broker import ladder
from cauce.runtime.settings import Settings
from schemas.orders import ShipOption
from schemas.quotes import Basket, PromiseQuote, QuotedShipment, QuotedWait

_MINUTE, _HOUR = 60, 3600
_SERVICES = [option.value for option in ShipOption]


@click.command()
@click.option("--sku", "skus", multiple=True, metavar="SKU:QTY", help="Goods; again for more. Without QTY it is one.")
@click.option("--country", default="", help="Where it goes, by ISO 3166.")
@click.option("--postcode", default="", help="The postal code there.")
@click.option("--service", default="standard", type=click.Choice(_SERVICES), show_default=True)
@click.option("--channel", default="", help="The shop that asks, where a sourcing policy has rules by channel.")
@click.option("--json", "as_json", is_flag=True, help="All that is known, as one JSON object.")
@click.option("--serve", type=click.IntRange(0, 65535), metavar="PORT", help="Answer GET /quote until interrupted.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to serve.")
def command(  # the options of one question
    *, skus: tuple[str, ...], country: str, postcode: str, service: str, channel: str, as_json: bool,
    serve: int | None, host: str,
) -> None:  # fmt: skip
    """Say when a basket would arrive if it were ordered now.

    Decided as allocation would decide it, over stock as it is; nothing is reserved and nothing written.
    """
    settings = Settings()
    servers = ladder.obtain(settings).servers
    if serve is not None:
        asyncio.run(_serve(servers, settings, host, serve))
        return
    try:
        basket = basket_of(skus, country=country, postcode=postcode, service=service, channel=channel)
        found = asyncio.run(_ask(servers, settings, basket))
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from None
    if as_json:
        say_content(found.model_dump_json(exclude_none=True))
    else:
        for line in told(found):
            say(line)


async def _ask(servers: str, settings: Settings, basket: Basket) -> PromiseQuote:
    async with quoting(servers, settings) as desk:
        if unknown := desk.unknown(line.sku for line in basket.lines):
            raise ValueError(f"no product is called {', '.join(unknown)}")
        return desk.quote(basket)


async def _serve(servers: str, settings: Settings, host: str, port: int) -> None:
    done = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, done.set)
    async with quoting(servers, settings) as desk, serving(desk, port, host) as url:
        say(f"{url}/quote  answers quotes")
        await done.wait()


def told(found: PromiseQuote) -> Iterator[str]:
    """What a customer would read, and each part of it."""
    if found.promise and found.order_within_seconds is not None:
        yield f"order within {_span(found.order_within_seconds)}, arrives {found.promise.deliver_on:%a %d %b}"
    elif not found.waits:
        yield "no date: promise terms name no cutoff or no carrier for it; see docs/promises.md"
    for shipment in found.shipments:
        yield _shipment(shipment)
    for wait in found.waits:
        yield _wait(wait)


def _span(seconds: int) -> str:
    hours, minutes = seconds // _HOUR, seconds % _HOUR // _MINUTE
    if hours >= timedelta(days=1).total_seconds() // _HOUR:
        return f"{hours // 24} d {hours % 24} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _shipment(shipment: QuotedShipment) -> str:
    goods = ", ".join(f"{line.quantity} x {line.sku}" for line in shipment.lines)
    promise = shipment.promise
    if promise is None:
        return f"  {goods} from {shipment.site}, no date"
    skipped = ", ".join(f"{one.on} {one.why}" for one in (*promise.held, *promise.slowed))
    when = f"leaves {promise.leaves_on:%a %d %b}, {promise.carrier} brings it {promise.deliver_on:%a %d %b}"
    return f"  {goods} from {shipment.site}, {when}" + (f" (skipped: {skipped})" if skipped else "")


def _wait(wait: QuotedWait) -> str:
    if wait.deliver_on:
        return f"  {wait.quantity} x {wait.sku} waits for supply, arrives about {wait.deliver_on:%a %d %b}"
    return f"  {wait.quantity} x {wait.sku} is not in stock" + (
        f", supply is due {wait.expected_on:%a %d %b}" if wait.expected_on else ", and no supply is known"
    )

"""`cauce replay --what-if`: recorded orders decided on with other reference data or stock, beside what was decided."""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from cauce.cli.explain import keeper_of
from cauce.cli.plain import say_json
from cauce.cli.screen import Screen
from cauce.cli.what_if_files import read_instead
from cauce.cli.what_if_html import html_page
from cauce.cli.what_if_page import page
from cauce.replay.outcome import Compared, Outcome, Parcel, Price
from cauce.replay.what_if import AS_RECORDED, Instead, decided_on, inputs_of
from cauce.replay.window import Window
from cauce.runtime.deciding import receive
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Lane, Record
from cauce.runtime.log_reader import read_to_end
from cauce.runtime.settings import Settings
from schemas.reference import Kind, Rate, ReferencePublished, Site
from schemas.stock import ReserveStock
from services.fulfillment.domain.rates import Load, choose_rate

COMMANDS = "stock-commands"


def run(
    servers: str, settings: Settings, files: Sequence[Path], window: Window, *, html: Path | None, as_json: bool
) -> None:
    """Read the keepers' inputs, decide twice, and show where it differs. Nothing is written but the page."""
    instead = read_instead(files)
    with Screen(stderr=True).status("deciding twice"):
        records = asyncio.run(_recorded(servers, settings))
        found = compared(keeper_of(settings), records, instead, window)
    if html:
        _write(html, html_page(found))
    if as_json:
        say_json(to_json(found), indent=2)
    else:
        Screen().print(page(found, html))


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as fault:
        raise Unavailable(f"the page cannot be written to {path}: {fault.strerror}; name another with --html") from None


async def _recorded(servers: str, settings: Settings) -> list[Record]:
    return [record async for record in read_to_end(servers, settings, [COMMANDS])]


def compared(keeper: Lane, records: Sequence[Record], instead: Instead, window: Window) -> Compared:
    """Both outcomes of the orders that were to be reserved in the window."""
    only = None if window.is_everything else set(_orders(records, window))
    outcomes, sites = [], []
    for given in (AS_RECORDED, instead):
        inputs = {pool: list(inputs_of(of_pool, pool, given)) for pool, of_pool in _by_pool(records).items()}
        known = [record for of_pool in inputs.values() for record in of_pool]
        outcome = Outcome(partial(price_of, items_of(known, Kind.RATES)))
        for pool, of_pool in inputs.items():
            outcome.take(decided_on(keeper, pool, of_pool), only)
        outcomes.append(outcome)
        sites.append(items_of(known, Kind.SITES))
    replaced = (*instead.reference, *(["stock"] if instead.stock else []))
    return Compared(outcomes[0], outcomes[1], sites[0], sites[1], replaced)


def _by_pool(records: Iterable[Record]) -> dict[int, list[Record]]:
    pools: dict[int, list[Record]] = {}
    for record in records:
        pools.setdefault(record.partition, []).append(record)
    return pools


def _orders(records: Iterable[Record], window: Window) -> Iterable[str]:
    kind = ("ce_type", ReserveStock.type.encode())
    return (receive(one).message.order_id for one in records if kind in one.headers and window.covers(one))


def items_of(inputs: Iterable[Record], kind: Kind) -> tuple[Any, ...]:
    """The last version of a kind among the inputs, ordered by id as a lane has them."""
    header, items, version = ("ce_type", ReferencePublished.type.encode()), dict[str, Any](), ""
    model: type[Any] = Rate if kind is Kind.RATES else Site
    for record in inputs:
        if header in record.headers and record.key == kind.value.encode():
            part = receive(record).message
            items = items if part.version == version else {}
            version = part.version
            items |= {body["id"]: model.model_validate(body) for body in part.items}
    return tuple(items[name] for name in sorted(items))


def price_of(rates: tuple[Rate, ...], parcel: Parcel) -> Price | None:
    """By the rule of fulfillment, were it packed on the day of the decision."""
    choice = choose_rate(rates, Load(parcel.weight_grams, parcel.domestic, parcel.on, parcel.promised_on))
    return Price(choice.winner.price, choice.keeps_promise) if choice else None


def to_json(found: Compared) -> dict[str, Any]:
    """All of it for a program; money in minor units."""
    return {
        "replaced": found.replaced,
        "hashes": {"recorded": found.base.stream.hash, "what_if": found.other.stream.hash},
        "figures": {
            name: {"recorded": then, "what_if": now, "difference": now - then}
            for name, (then, now) in found.figures().items()
        },
        "sites": {"recorded": found.base.load(), "what_if": found.other.load()},
        "differing": [_differing(found, order_id) for order_id in found.differing()],
    }


def _differing(found: Compared, order_id: str) -> dict[str, Any]:
    then, now = found.base.orders[order_id], found.other.orders.get(order_id)
    return {
        "order_id": order_id,
        "order_number": then.number,
        "recorded": {"sites": dict(then.plan()), "meters": then.meters, "cost": dict(then.cost)},
        "what_if": {"sites": dict(now.plan()), "meters": now.meters, "cost": dict(now.cost)} if now else None,
    }

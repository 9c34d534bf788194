"""Rounds for a last unit: who claims it, in which order, and what became of all claims."""

import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from cauce.demo.retail_company import CHANNEL, CURRENCY, SITES
from cauce.money import Money
from cauce.places import Coordinates
from schemas.base import Sealed
from schemas.envelope import Envelope
from schemas.orders import Customer, Destination, OrderLine, OrderPlaced, ShipOption
from schemas.stock import Bucket
from schemas.stock_forms import ReceiptLine, StockReceipt

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEWEST, MOST = 2, 50
REPEATED = 0.03
_AT_ONCE = 8  # rounds whose claims are mixed
_PERSON = Customer(person_id="p-1", country="GB", personal=Sealed(person_id="p-1", nonce=b"n" * 12, content=b"sealed"))
_HOMES = (("GB", 51.5, -0.12), ("GB", 57.1, -2.1), ("DE", 52.5, 13.4), ("NL", 51.4, 6.2))
_PRICE = Money(amount=100, currency=CURRENCY)
_NOTHING = Money(amount=0, currency=CURRENCY)


class Claim(NamedTuple):
    """An order for the last unit of a round."""

    order: str
    sku: str


def sku_of(number: int) -> str:
    """What round `number` is about."""
    return f"LAST-{number:05d}"


def claims(rounds: int, seed: int) -> Iterator[Claim]:
    """Every claim, those of a few rounds mixed with one another; some come twice."""
    draw = random.Random(seed)  # noqa: S311  # a seed repeats it
    for start in range(0, rounds, _AT_ONCE):
        some = [
            Claim(f"{number:05d}-{one:02d}", sku_of(number))
            for number in range(start, min(rounds, start + _AT_ONCE))
            for one in range(draw.randint(FEWEST, MOST))
        ]
        some += [claim for claim in some if draw.random() < REPEATED]
        draw.shuffle(some)
        yield from some


def receipts(rounds: int, seed: int) -> list[StockReceipt]:
    """One unit of each, at a site that is drawn."""
    draw = random.Random(seed)  # noqa: S311  # a seed repeats it
    by_site: dict[str, list[ReceiptLine]] = defaultdict(list)
    for number in range(rounds):
        by_site[draw.choice(SITES).id].append(ReceiptLine(sku=sku_of(number), quantity=1))
    return [
        StockReceipt(receipt=f"opening-{start}", site=site, lines=tuple(lines[start : start + 1000]))
        for site, lines in by_site.items()
        for start in range(0, len(lines), 1000)
    ]


def placed(claim: Claim) -> tuple[bytes, list[tuple[str, bytes]]]:
    """The fact that intake would publish, as value and headers."""
    country, latitude, longitude = _HOMES[sum(claim.order.encode()) % len(_HOMES)]
    line = OrderLine(line_id="1", sku=claim.sku, quantity=1, unit_price=_PRICE, amount=_PRICE, tax=_NOTHING)
    message = OrderPlaced(
        order_id=claim.order,
        order_number=f"C-{claim.order}",
        channel=CHANNEL,
        channel_order=claim.order,
        placed_at=NOON,
        currency=CURRENCY,
        customer=_PERSON,
        destination=Destination(country=country, coordinates=Coordinates(latitude=latitude, longitude=longitude)),
        ship_option=ShipOption.STANDARD,
        deliver_by=NOON,
        lines=(line,),
        payments=(),
    )
    envelope = Envelope(f"placed/{claim.order}", message.type, "/cauce/intake/orders/0", claim.order, 1, NOON, "proof")
    return message.to_bytes(), envelope.to_headers()


async def judged(
    claimed: Mapping[str, set[str]],
    *,
    allocated: AsyncIterator[Any],
    backordered: AsyncIterator[Any],
    moved: AsyncIterator[Any],
) -> dict[str, int]:
    """What is not as it must be, where `claimed` are the orders by sku and the others records of their topics."""
    promised, waiting = Counter[Claim](), Counter[Claim]()
    async for record in allocated:
        fact = orjson.loads(record.value)
        for line in (line for shipment in fact["shipments"] for line in shipment["lines"]):
            promised[Claim(fact["order_id"], line["sku"])] += line["quantity"]
    async for record in backordered:
        fact = orjson.loads(record.value)
        for line in fact["lines"]:
            waiting[Claim(fact["order_id"], line["sku"])] += line["quantity"]
    units = Counter[str]()
    for claim, quantity in promised.items():
        units[claim.sku] += quantity
    every = {Claim(order, sku) for sku, orders in claimed.items() for order in orders}
    return {
        "oversold": sum(max(0, quantity - 1) for quantity in units.values()),
        "unsold": sum(not units[sku] for sku in claimed),
        "undecided": sum(not promised[claim] and not waiting[claim] for claim in every),
        "decided_twice": sum(promised[claim] + waiting[claim] > 1 for claim in every),
        "unasked": len((promised.keys() | waiting.keys()) - every),
        "wrong_ledgers": await _wrong_ledgers(claimed, moved),
    }


async def _wrong_ledgers(claimed: Mapping[str, Any], moved: AsyncIterator[Any]) -> int:
    """Skus of which the ledger does not say that one came in, one was reserved, and none was free then."""
    entries: dict[str, list[dict[str, Any]]] = defaultdict(list)
    async for record in moved:
        if b"stock.moved" in dict(record.headers)["ce_type"]:
            entry = orjson.loads(record.value)
            entries[entry["sku"]].append(entry)
    return sum(_is_wrong(entries[sku]) for sku in claimed)


def _is_wrong(entries: Sequence[Mapping[str, Any]]) -> bool:
    told = [(entry["source"], entry["target"], entry["quantity"], entry["on_hand"], entry["free"]) for entry in entries]
    return told != [(Bucket.OUTSIDE, Bucket.FREE, 1, 1, 1), (Bucket.FREE, Bucket.RESERVED, 1, 1, 0)]

"""The frozen reference job of the bench `allocation`: what a keeper reads, the same records for us and for the peer.

Five sites, 5,000 skus, orders of three lines to 10,000 postal areas of Europe, all from one seed. The reference data
and a receipt of every position come first and are not timed. One position in fifty is small and runs out on the way, so
that orders go to another site or are split; some site always has the goods, so no order waits.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import shake_128
from pathlib import Path
from random import Random
from typing import NamedTuple

from cauce.ids import event_id, keyed_id, outside_id
from cauce.places import Coordinates
from cauce.runtime.reference.mappings import read_mapping
from cauce.runtime.reference.reference_files import published
from schemas.base import Message, Sealed
from schemas.envelope import Envelope, Headers
from schemas.orders import Customer, Destination, ShipOption
from schemas.policies import SourcingPolicy
from schemas.reference import Kind, Product, ReferenceActivated, Site
from schemas.stock import DemandLine, ReceiveStock, ReserveStock, SkuQuantity

SEED = 20_260_302
SKUS, POSTAL_AREAS, LINES, SKUS_A_RECEIPT = 5_000, 10_000, 3, 250
PLENTY, SCARCE, ONE_IN = 250, 8, 50
SEALED_BYTES = 180  # a name, addresses and a telephone under AES-SIV
AT, RELEASE, SECRET = datetime(2026, 3, 2, 9, tzinfo=UTC), "bench", b"bench"
SITES = (
    ("berlin", "DE", 52.52, 13.405),
    ("leicester", "GB", 52.6369, -1.1398),
    ("lyon", "FR", 45.764, 4.8357),
    ("madrid", "ES", 40.4168, -3.7038),
    ("milan", "IT", 45.4642, 9.19),
)
COUNTRIES = ("GB", "DE", "FR", "ES", "IT", "NL", "BE", "PT", "AT", "CH")

Entry = tuple[bytes, bytes, Headers]  # key, value, headers


class Area(NamedTuple):
    """A postal area of a country."""

    country: str
    code: str
    coordinates: Coordinates


def opening(pool: int, policy: str = "") -> Iterator[Entry]:
    """What a pool knows and has before the first order; `policy` is a file, of those that the peer knows."""
    sites = [_site(*site) for site in SITES]
    products = [Product(id=sku(number), weight_grams=50 + number % 40 * 25) for number in range(SKUS)]
    messages: list[Message] = [*published(Kind.SITES, sites), *published(Kind.PRODUCTS, products), *_receipts(pool)]
    if policy:
        messages += _active(pool, Path(policy))
    for number, message in enumerate(messages, start=1):
        identity = outside_id("bench", message.type, f"{pool}/{message.natural_key()}")
        yield _entry(message, identity, number, AT, key=message.key_value())


def _active(pool: int, file: Path) -> Iterator[Message]:
    (version,) = published(Kind.SOURCING, read_mapping(file, SourcingPolicy))
    yield version
    label = file.stem
    yield ReferenceActivated(kind=Kind.SOURCING, pool=pool, label=label, version=version.version, activated_at=AT)


def orders(pool: int, numbers: range) -> Iterator[Entry]:
    """The orders of a pool, in the order of their numbers."""
    chance, areas = Random(f"{SEED}/{pool}"), list(_areas())
    for number in numbers:
        message = _order(pool, number, chance, areas[chance.randrange(POSTAL_AREAS)])
        identity = event_id(f"order/{number}", "allocation", message.type, message.natural_key())
        at = AT + timedelta(milliseconds=number)
        yield _entry(message, identity, 1, at, key=str(pool), source="/cauce/allocation/front/0", cause=identity)


def sku(number: int) -> str:
    """The sku of a number."""
    return f"{10_000 + number * 7}{'ABCDE'[number % 5]}"


def _order(pool: int, number: int, chance: Random, area: Area) -> ReserveStock:
    """As the front words it. The seal is noise that nothing here opens."""
    order_id, person_id = keyed_id(SECRET, "order", str(number)), keyed_id(SECRET, "person", str(number))
    skus = chance.sample(range(SKUS), LINES)
    return ReserveStock.model_construct(
        pool=pool,
        order_id=order_id,
        order_number=f"WEB-{100_000 + number}",
        customer=Customer.model_construct(
            person_id=person_id,
            country=area.country,
            personal=Sealed.model_construct(
                person_id=person_id, content=shake_128(person_id.encode()).digest(SEALED_BYTES)
            ),
        ),
        destination=Destination.model_construct(
            country=area.country, postal_area=area.code, coordinates=area.coordinates
        ),
        ship_option=ShipOption.STANDARD if chance.random() < 0.8 else ShipOption.EXPRESS,
        deliver_by=AT.replace(hour=23, minute=59, second=59) + timedelta(days=chance.randrange(2, 8)),
        lines=tuple(
            DemandLine.model_construct(line_id=str(line), sku=sku(index), quantity=chance.choice((1, 1, 1, 2, 3)))
            for line, index in enumerate(skus, start=1)
        ),
    )


def _receipts(pool: int) -> Iterator[ReceiveStock]:
    chance = Random(f"{SEED}/stock/{pool}")
    for site, *_ in SITES:
        for start in range(0, SKUS, SKUS_A_RECEIPT):
            lines = tuple(
                SkuQuantity(sku=sku(index), quantity=_opening_units(site, chance))
                for index in range(start, start + SKUS_A_RECEIPT)
            )
            yield ReceiveStock(pool=pool, receipt_id=f"GR-{start}", site=site, lines=lines)


def _opening_units(site: str, chance: Random) -> int:
    """Madrid has everything."""
    return PLENTY if site == "madrid" or chance.randrange(ONE_IN) else SCARCE


def _areas() -> Iterator[Area]:
    chance = Random(SEED)
    for number in range(POSTAL_AREAS):
        spot = Coordinates(latitude=round(chance.uniform(36, 58), 3), longitude=round(chance.uniform(-9, 20), 3))
        yield Area(COUNTRIES[number % len(COUNTRIES)], f"{number:05d}", spot)


def _site(name: str, country: str, latitude: float, longitude: float) -> Site:
    spot = Coordinates(latitude=latitude, longitude=longitude)
    return Site(id=name, name=name.title(), country=country, coordinates=spot)


def _entry(
    message: Message, identity: str, sequence: int, at: datetime, *, key: str, source: str = "/bench", cause: str = ""
) -> Entry:
    envelope = Envelope(identity, message.type, source, key, sequence, at, RELEASE, cause)
    return key.encode(), message.to_bytes(), envelope.to_headers()

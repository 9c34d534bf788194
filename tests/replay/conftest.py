"""A pool of two sites whose keeper runs short of cups, as records of its input and as facts of its topics."""

from datetime import UTC, datetime, timedelta

import pytest

from cauce.ids import event_id
from cauce.places import Coordinates
from cauce.runtime.assembly import lanes_of
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.lane import Record
from cauce.runtime.reference.reference_files import published
from cauce.runtime.settings import Settings
from schemas.base import Sealed
from schemas.envelope import Envelope
from schemas.orders import Customer, Destination, ShipOption
from schemas.policies import By, Criterion, Rule, SourcingPolicy
from schemas.reference import Kind, Product, ReferenceActivated, Site
from schemas.stock import DemandLine, ReceiveStock, ReserveStock, SkuQuantity
from services import load

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
(KEEPER,) = (lane for lane in lanes_of(load("allocation"), Settings()) if lane.name == "keeper")
PLACES = {"madrid": (40.42, -3.7), "lyon": (45.76, 4.84)}


def site(name):
    north, east = PLACES[name]
    return Site(id=name, name=name.title(), country="ES", coordinates=Coordinates(latitude=north, longitude=east))


def order(order_id, cups):
    return ReserveStock(
        pool=0,
        order_id=order_id,
        order_number=f"web-{order_id}",
        customer=Customer(person_id="p1", country="ES", personal=Sealed(person_id="p1", content=b"sealed")),
        destination=Destination(country="ES", postal_area="28", coordinates=site("madrid").coordinates),
        ship_option=ShipOption.STANDARD,
        deliver_by=NOW,
        lines=(DemandLine(line_id="1", sku="cup", quantity=cups),),
    )


def receipt(name, cups, at):
    return ReceiveStock(pool=0, receipt_id=name, site=at, lines=(SkuQuantity(sku="cup", quantity=cups),))


@pytest.fixture
def inputs():
    """Order `o2` wants six of the four cups that are left, and gets the others when lyon has some again."""
    messages = [
        *published(Kind.SITES, [site("madrid"), site("lyon")]),
        *published(Kind.PRODUCTS, [Product(id="cup", weight_grams=250)]),
        *(receipt("r1", 3, "madrid"), receipt("r2", 3, "lyon")),
        *(order("o1", 2), order("o2", 6), receipt("r3", 9, "lyon"), order("o3", 1)),
    ]
    return [_record(offset, message) for offset, message in enumerate(messages)]


def _record(offset, message):
    identity = event_id(str(offset), "test", message.type, message.natural_key())
    envelope = Envelope(
        identity, message.type, "/cauce/test/test/0", "0", offset + 1, NOW + timedelta(minutes=offset), "1"
    )
    return Record("stock-commands", 0, offset, b"0", message.to_bytes(), envelope.to_headers())


def facts_of(inputs):
    """What the keeper says of them, each at an offset of its own."""
    outputs = OfflineTenure(KEEPER, 0).decide(inputs)
    return [
        Record(output.topic, 3, offset, output.key, output.value, output.headers)
        for offset, output in enumerate(outputs)
    ]


@pytest.fixture
def keeper():
    """Its lane, and what it says."""
    return KEEPER


@pytest.fixture
def facts(inputs):
    """All that it says of the inputs."""
    return facts_of(inputs)


@pytest.fixture
def ruled(inputs):
    """The inputs with a policy at offset 8, active from 9 on, and order `o4` under it; and what is said of them."""
    policy = SourcingPolicy(
        name="near", currency="EUR", rules=(Rule(name="all", criteria=(Criterion(by=By.DISTANCE),)),)
    )
    (version,) = published(Kind.SOURCING, [policy])
    active = ReferenceActivated(kind=Kind.SOURCING, pool=0, label="near", version=version.version, activated_at=NOW)
    more = enumerate((version, active, order("o4", 1)), start=len(inputs))
    found = [*inputs, *(_record(offset, message) for offset, message in more)]
    return found, facts_of(found)

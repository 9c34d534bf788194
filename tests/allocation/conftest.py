"""A pool of three sites in memory, decided on as the keeper's lane does, and words to tell stories about it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from cauce.decider import MemoryReference, MemoryRows, Rows
from cauce.places import Coordinates
from cauce.runtime.service import Received
from schemas.base import Message, Sealed
from schemas.buying import Buying
from schemas.envelope import Envelope
from schemas.holding import OrderReleased
from schemas.kits import KitComponent
from schemas.light import lightened
from schemas.orders import CanceledUnits, Customer, Destination, LineQuantity, OrderChanged, OrderPlaced, ShipOption
from schemas.policies import SourcingPolicy
from schemas.promises import PromiseTerms
from schemas.reference import LotKept, Product, Rate, Safety, Site, Stocking, Substitute, TimeReached
from schemas.returns import GoodsReturned
from schemas.shipments import ParcelPacked, ParcelShipped, WorkPicked
from schemas.stock import (
    AdjustStock,
    AdvanceShipment,
    DemandLine,
    Disposition,
    ReceiveStock,
    ReleaseStock,
    ReserveStock,
    RestockReturn,
    ReturnedUnits,
    ShipmentLine,
    SkuQuantity,
    Stage,
)
from schemas.upcasts import read_message
from services.allocation.domain import keeper
from services.allocation.domain.rows import Position
from services.allocation.domain.ruling import Timed
from services.allocation.domain.stock import Stock
from services.allocation.worker import SERVICE

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"
(FRONT,) = (lane for lane in SERVICE.lanes if lane.name == "front")

PLACES = {"madrid": (40.42, -3.7), "lyon": (45.76, 4.84), "berlin": (52.52, 13.4)}  # by distance from Madrid
SITES = tuple(
    Site(id=name, name=name.title(), country="ES", coordinates=Coordinates(latitude=north, longitude=east))
    for name, (north, east) in PLACES.items()
)
PRODUCTS = (Product(id="cup", weight_grams=250), Product(id="pot", weight_grams=1400))
CUSTOMER = Customer(person_id="p7w2", country="ES", personal=Sealed(person_id="p7w2", content=b"sealed"))
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DELIVER_BY = datetime(2026, 3, 9, 22, 59, tzinfo=UTC)


def destination(place: str = "madrid") -> Destination:
    north, east = PLACES[place]
    return Destination(country="ES", postal_area="28", coordinates=Coordinates(latitude=north, longitude=east))


class Pool:
    """A pool and everything it published. Orders are told as `{"cup": 2}`, or as pairs where a sku comes twice."""

    def __init__(
        self,
        rows: Rows | None = None,
        sites: Iterable[Site] = SITES,
        *,
        stocking: tuple[Stocking, ...] = (),
        safety: tuple[Safety, ...] = (),
        buying: tuple[Buying, ...] = (),
        kits: tuple[KitComponent, ...] = (),
        substitutes: tuple[Substitute, ...] = (),
        lots: tuple[LotKept, ...] = (),
        policy: SourcingPolicy | None = None,
        rates: Iterable[Rate] = (),
        promises: PromiseTerms | None = None,
    ) -> None:
        self.rows: Any = rows or MemoryRows()
        self.timed, self.now = bool(policy or promises or buying or lots), NOW
        kinds: dict[str, Any] = {"stocking": stocking, "safety": safety, "buying": buying, "rates": tuple(rates)}
        kinds |= {"sites": tuple(sites), "products": PRODUCTS, "sourcing": (policy,) if policy else ()}
        kinds |= {"kits": kits, "substitutes": substitutes, "lots": lots}
        kinds["promises"] = (promises,) if promises else ()
        self.stock = Stock(self.rows, MemoryReference(**kinds))
        self.events: list[Message] = []
        self.numbers = count(1)

    def do(self, command: keeper.KeeperCommand | TimeReached) -> tuple[Message, ...]:
        """What the keeper publishes because of a command; deciding changes no row."""
        before = self.table()
        light = lightened(command)
        events = keeper.decide_timed(self.stock, Timed(self.now, light) if self.timed else light)
        assert self.table() == before, "deciding touches nothing"
        names = [(event.type, event.natural_key()) for event in events]
        assert len(names) == len(set(names)), "every event of one decision has a natural key of its own"
        for event in events:
            keeper.evolve(self.stock, event)
        self.events += events
        return events

    def table(self) -> dict[str, dict[str, Any]]:
        kinds = self.rows.kinds if isinstance(self.rows, MemoryRows) else {}
        return {kind: dict(rows) for kind, rows in kinds.items() if rows}

    def replayed(self) -> "Pool":
        """Another pool, of this one's events alone."""
        other = Pool()
        for event in self.events:
            keeper.evolve(other.stock, event)
        return other

    def at(self, sku: str, site: str = "madrid") -> Position:
        return self.stock.position(sku, site)

    def all_of(self, sku: str) -> int:
        return sum(self.at(sku, site).on_hand for site in PLACES)

    def receives(self, units: Mapping[str, int], site: str = "madrid", receipt: str = "") -> tuple[Message, ...]:
        return self.do(self.receipt(units, site, receipt))

    def receipt(self, units: Mapping[str, int], site: str = "madrid", receipt: str = "") -> ReceiveStock:
        lines = tuple(SkuQuantity(sku=sku, quantity=quantity) for sku, quantity in units.items())
        return ReceiveStock(pool=0, receipt_id=receipt or f"GR-{next(self.numbers)}", site=site, lines=lines)

    def receives_lot(self, units: int, lot: str, expires_on: str = "", site: str = "madrid") -> tuple[Message, ...]:
        """Cups of a lot."""
        line = SkuQuantity(sku="cup", quantity=units, lot=lot, expires_on=expires_on or None)
        return self.do(ReceiveStock(pool=0, receipt_id=f"GR-{next(self.numbers)}", site=site, lines=(line,)))

    def ticks(self) -> tuple[Message, ...]:
        """The clock says what time it is."""
        return self.do(TimeReached(reached_at=self.now))

    def orders(
        self, order_id: str, units: Mapping[str, int] | Iterable[tuple[str, int]], to: str = "madrid"
    ) -> tuple[Message, ...]:
        return self.do(self.order(order_id, units, to))

    def order(
        self, order_id: str, units: Mapping[str, int] | Iterable[tuple[str, int]], to: str = "madrid"
    ) -> ReserveStock:
        pairs = units.items() if isinstance(units, Mapping) else units
        return ReserveStock(
            pool=0,
            order_id=order_id,
            order_number=f"web-{order_id}",
            customer=CUSTOMER,
            destination=destination(to),
            ship_option=ShipOption.STANDARD,
            deliver_by=DELIVER_BY,
            lines=tuple(
                DemandLine(line_id=str(number), sku=sku, quantity=quantity)
                for number, (sku, quantity) in enumerate(pairs, start=1)
            ),
        )

    def cancels(
        self, order_id: str, units: Mapping[str, int], *, shipment: str = "", version: int = 2, **known: int
    ) -> tuple[Message, ...]:
        """`units` by line; `known` is what else is known of each."""
        return self.do(self.change(order_id, units, shipment=shipment, version=version, **known))

    def change(
        self, order_id: str, units: Mapping[str, int], *, shipment: str = "", version: int = 2, **known: int
    ) -> ReleaseStock:
        canceled = tuple(
            CanceledUnits(line_id=line_id, quantity=quantity, shipment_id=shipment, **known)
            for line_id, quantity in units.items()
        )
        return ReleaseStock(pool=0, order_id=order_id, version=version, canceled=canceled)

    def reaches(self, shipment: str, stage: Stage, units: Mapping[str, int]) -> tuple[Message, ...]:
        """`units` by line."""
        return self.do(self.advance(shipment, stage, units))

    def advance(self, shipment: str, stage: Stage, units: Mapping[str, int]) -> AdvanceShipment:
        lines = tuple(LineQuantity(line_id=line_id, quantity=quantity) for line_id, quantity in units.items())
        order_id = shipment.rpartition("-")[0]
        return AdvanceShipment(pool=0, order_id=order_id, shipment_id=shipment, stage=stage, lines=lines)

    def adjusts(self, sku: str, change: int, site: str = "madrid", adjustment: str = "") -> tuple[Message, ...]:
        return self.do(self.adjustment(sku, change, site, adjustment))

    def adjustment(self, sku: str, change: int, site: str = "madrid", adjustment: str = "") -> AdjustStock:
        name = adjustment or f"AD-{next(self.numbers)}"
        return AdjustStock(pool=0, adjustment_id=name, site=site, sku=sku, change=change, reason="count")

    def takes_back(
        self, units: Mapping[str, int], disposition: Disposition, site: str = "madrid", receipt: str = "RR-1"
    ) -> tuple[Message, ...]:
        return self.do(self.return_of(units, disposition, site, receipt))

    def return_of(
        self, units: Mapping[str, int], disposition: Disposition, site: str = "madrid", receipt: str = "RR-1"
    ) -> RestockReturn:
        graded = tuple(
            ReturnedUnits(sku=sku, quantity=quantity, disposition=disposition) for sku, quantity in units.items()
        )
        return RestockReturn(pool=0, order_id="o1", return_id="Ro1-1", receipt_id=receipt, site=site, units=graded)


def one(events: Iterable[Message], kind: type[Any]) -> Any:
    """The only event of a type."""
    (found,) = (event for event in events if isinstance(event, kind))
    return found


def every(events: Iterable[Message], kind: type[Any]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


class Told:
    """Pools, and what their events say in short."""

    pool = Pool
    one = staticmethod(one)
    every = staticmethod(every)

    @staticmethod
    def shipments(allocated: Any) -> dict[str, dict[str, int]]:
        """Units by line, by site, in the order of the shipments."""
        return {one.site: {line.line_id: line.quantity for line in one.lines} for one in allocated.shipments}

    @staticmethod
    def units(lines: Iterable[Any]) -> dict[str, int]:
        return {line.line_id: line.quantity for line in lines}

    @staticmethod
    def moves(events: Iterable[Message]) -> list[tuple[str, int]]:
        return [(str(event.move), event.quantity) for event in events if hasattr(event, "move")]


def golden(message: type[Message], **said: Any) -> Any:
    """The first golden message of a type, saying this instead."""
    first = min((EXAMPLES / message.type).glob("*.json"))
    return message.read(first.read_bytes()).model_copy(update=said)


class Front:
    """The front of order o1, what it told its keeper, and the facts it may hear. Units are given by line."""

    def __init__(self) -> None:
        self.state, self.sent = FRONT.decider.initial("o1"), []

    def hear(self, fact: Message) -> tuple[Message, ...]:
        envelope = Envelope("id", fact.type, "/test", fact.key_value(), 1, DELIVER_BY, "test")
        command = FRONT.inputs[self.topics[type(fact)]](Received("", envelope, lightened(fact)), MemoryReference())
        events = FRONT.decider.decide(self.state, command) if command else ()
        for event in events:
            self.state = FRONT.decider.evolve(self.state, event)
        said = tuple(read_message(event.type, event.to_bytes()) for event in events)
        self.sent += said
        return said

    topics: Mapping[type[Message], str] = {
        OrderPlaced: "order-placed",
        OrderChanged: "order-changed",
        OrderReleased: "order-released",
        WorkPicked: "work-picked",
        ParcelPacked: "packed",
        ParcelShipped: "shipped",
        GoodsReturned: "returned",
    }

    @staticmethod
    def placed(units: Mapping[str, int]) -> OrderPlaced:
        """A line for each sku."""
        order = golden(OrderPlaced, order_id="o1", customer=CUSTOMER, destination=destination())
        lines = (
            order.lines[0].model_copy(update={"line_id": str(number), "sku": sku, "quantity": quantity})
            for number, (sku, quantity) in enumerate(units.items(), start=1)
        )
        return order.model_copy(update={"lines": tuple(lines)})

    @staticmethod
    def changed(version: int, units: Mapping[str, int], shipment: str = "") -> OrderChanged:
        canceled = tuple(
            CanceledUnits(line_id=line, quantity=quantity, shipment_id=shipment) for line, quantity in units.items()
        )
        return golden(OrderChanged, order_id="o1", version=version, canceled=canceled)

    @staticmethod
    def parcel(fact: type[Message], shipment: str, units: Mapping[str, int]) -> Any:
        lines = tuple(
            ShipmentLine(line_id=line, sku="cup", quantity=quantity, weight_grams=1) for line, quantity in units.items()
        )
        return golden(fact, order_id="o1", shipment_id=shipment, site="madrid", lines=lines)

    @staticmethod
    def returned(receipt: str) -> GoodsReturned:
        return golden(GoodsReturned, order_id="o1", return_id="Ro1-1", receipt_id=receipt)


@pytest.fixture
def front() -> Front:
    return Front()


@pytest.fixture(scope="session")
def new_front() -> type[Front]:
    return Front


@pytest.fixture
def pool() -> Pool:
    return Pool()


@pytest.fixture(scope="session")
def told() -> type[Told]:
    return Told

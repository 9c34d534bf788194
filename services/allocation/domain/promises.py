"""A promise: units of an order from sites, in shipments numbered through the order's life."""

from collections.abc import Iterable, Mapping, Sequence

from schemas.failures import ResourceUnits
from schemas.kits import KitLines
from schemas.light import light, replace
from schemas.orders import LineQuantity
from schemas.sourcing import Explanation
from schemas.stock import Allocated, ReserveStock, Shipment, ShipmentLine, Stage
from services.allocation.domain import rows as kinds
from services.allocation.domain.dates import of_order
from services.allocation.domain.draft import Draft, Lotted
from services.allocation.domain.lots import named
from services.allocation.domain.rows import LineUnits, OpenShipment, Order, Waiting
from services.allocation.domain.sourcing import NearSite, Pick
from services.allocation.domain.steps import RESERVE
from services.allocation.domain.stock import Stock
from services.allocation.domain.together import kits_of

UNWEIGHED_GRAMS = 500  # a unit of a product that the reference does not know
_promised, _sent, _carried = light(Allocated), light(Shipment), light(ShipmentLine)
_units = light(LineQuantity)


def fold_withdrawn(stock: Stock, order_id: str, lines: Iterable[LineQuantity] | None) -> None:
    """Canceled units that no shipment will bring are known for every promise from now on."""
    if lines:
        units: dict[str, int] = dict(stock.rows.get(kinds.WITHDRAWN, order_id) or {})
        for line in lines:
            units[line.line_id] = units.get(line.line_id, 0) + line.quantity
        stock.rows.put(kinds.WITHDRAWN, order_id, units)


def _withdrawn(stock: Stock, draft: Draft, order_id: str, order: Order) -> tuple[LineQuantity, ...] | None:
    """Those of decisions before, and of this one, which is about the only order that has any; by line, as rows are."""
    if not order.versions and not draft.withdrawn:
        return None
    units: dict[str, int] = dict(stock.rows.get(kinds.WITHDRAWN, order_id) or {})
    if order_id == draft.withdrawing:
        for line_id, count in draft.withdrawn.items():
            units[line_id] = units.get(line_id, 0) + count
    return tuple([_units(line_id=line_id, quantity=count) for line_id, count in sorted(units.items())]) or None


def shipment_id(order_id: str, number: int) -> str:
    """The id of an order's shipment by its number, from 1."""
    return f"{order_id}-{number}"


def promise(
    stock: Stock,
    draft: Draft,
    party: ReserveStock | ResourceUnits | Waiting,
    *,
    order_id: str,
    picks: Sequence[Pick],
    sites: Iterable[NearSite],
    explanation: Explanation,
    resourced: bool | None = None,
) -> None:
    """Add the promise of `picks` to the draft, and the entries that reserve its units."""
    order = stock.order(order_id)
    shipments = _shipments(stock, order_id, order.shipments, picks, sites)
    if kits := kits_of(party.terms):
        shipments = _of_kits(shipments, kits)
    if stock.dates is not None:
        shipments = stock.dates.dated(shipments, party.destination, party.ship_option)
        explanation = replace(explanation, promises_version=stock.dates.version)
    first, lots = len(draft.events), _reserved(draft, order_id, shipments)
    if lots:
        shipments = tuple(_with_lots(shipment, lots) for shipment in shipments)
    draft.events.insert(
        first,
        _promised(
            order_id=order_id,
            order_number=party.order_number,
            decision=order.decisions + 1,
            pool=draft.pool,
            customer=party.customer,
            destination=party.destination,
            ship_option=party.ship_option,
            deliver_by=party.deliver_by,
            shipments=shipments,
            explanation=explanation,
            holds=party.holds,
            promise=of_order(shipments) if stock.dates is not None else None,
            resourced=resourced,
            withdrawn=_withdrawn(stock, draft, order_id, order),
        ),
    )


def _reserved(draft: Draft, order_id: str, shipments: Iterable[Shipment]) -> dict[tuple[str, str], Lotted]:
    """The lots of the lines that have any, after the entries that reserve all lines."""
    lots: dict[tuple[str, str], Lotted] = {}
    for one in shipments:
        site, name = one.site, one.shipment_id
        for line in one.lines:
            found = draft.move(
                RESERVE, line.sku, site, line.quantity, reference=name, order_id=order_id, line_id=line.line_id
            )
            if found:
                lots[name, line.line_id] = found
    return lots


def _with_lots(shipment: Shipment, lots: Mapping[tuple[str, str], Lotted]) -> Shipment:
    name = shipment.shipment_id
    lines = (replace(line, lots=named(lots.get((name, line.line_id)) or ())) for line in shipment.lines)
    return replace(shipment, lines=tuple(lines))


def _shipments(
    stock: Stock, order_id: str, before: int, picks: Iterable[Pick], sites: Iterable[NearSite]
) -> tuple[Shipment, ...]:
    by_site: dict[str, list[Pick]] = {}
    for pick in picks:
        by_site.setdefault(pick.site, []).append(pick)
    chosen = [near for near in sites if near.site in by_site]
    return tuple(
        [
            _sent(
                shipment_id=shipment_id(order_id, number),
                site=near.site,
                country=near.country,
                distance_meters=near.meters,
                lines=tuple([_line(stock, pick) for pick in by_site[near.site]]),
            )
            for number, near in enumerate(chosen, start=before + 1)
        ]
    )


def _of_kits(shipments: Iterable[Shipment], kits: Iterable[KitLines]) -> tuple[Shipment, ...]:
    """The shipments, their lines naming the kits that they are of."""
    of = {part.line_id: {"kit": kit.line_id, "in_kit": part.quantity} for kit in kits for part in kit.parts}
    return tuple(
        replace(one, lines=tuple(replace(line, **of.get(line.line_id, {})) for line in one.lines)) for one in shipments
    )


def _line(stock: Stock, pick: Pick) -> ShipmentLine:
    product = stock.product(pick.demand.sku)
    return _carried(
        line_id=pick.demand.line_id,
        sku=pick.demand.sku,
        quantity=pick.quantity,
        weight_grams=pick.quantity * (product.weight_grams if product else UNWEIGHED_GRAMS),
        instead_of=pick.demand.instead_of,
    )


def fold_allocated(stock: Stock, event: Allocated) -> None:
    """The order has one more decision, and these shipments in the open."""
    order = stock.order(event.order_id)
    opened = tuple([_opened(one, number) for number, one in enumerate(event.shipments, start=order.shipments + 1)])
    row = Order(
        reserved=True,
        decisions=event.decision,
        shipments=order.shipments + len(opened),
        open=order.open + opened,
        versions=order.versions,
        deliver_by=event.deliver_by,
        rule=event.explanation.sourcing.rule if event.explanation.sourcing else "",
    )
    stock.rows.put(kinds.ORDERS, event.order_id, row)


def _opened(shipment: Shipment, number: int) -> OpenShipment:
    lines = tuple([LineUnits(line.line_id, line.sku, line.quantity) for line in shipment.lines])
    return OpenShipment(number, shipment.site, Stage.RESERVED, lines)

"""How far a shipment's units are: from reserved over picked and packed to shipped, every stage with its entry.

What the crew reports is cumulative: units that are packed were picked. Units of a shipment that a report leaves out
stay where they are: they were canceled, and their release is on its way.
"""

from collections.abc import Iterable, Mapping

from schemas.light import light
from schemas.reservations import ShipmentAdvanced
from schemas.stock import AdvanceShipment, Stage
from services.allocation.domain import rows as kinds
from services.allocation.domain.draft import Draft
from services.allocation.domain.promises import shipment_id
from services.allocation.domain.rows import LineUnits, OpenShipment, Order
from services.allocation.domain.steps import PACK, PICK, SHIP
from services.allocation.domain.stock import Overdrawn, Stock, StockEvent

STAGES = tuple(Stage)
_STEPS = (PICK, PACK, SHIP)
_advances = light(ShipmentAdvanced)


class UnknownShipment(LookupError):
    """No promise of ours has this shipment: who names it is mistaken."""


def advance(stock: Stock, command: AdvanceShipment) -> tuple[StockEvent, ...]:
    """The entries up to the stage; nothing for a stage reached before, or a shipment of which nothing is left here.

    Raises UnknownShipment, or Overdrawn for more units than the shipment has.
    """
    order = stock.order(command.order_id)
    shipment = find(order, command.order_id, command.shipment_id)
    if shipment is None or STAGES.index(command.stage) <= STAGES.index(shipment.stage):
        return ()
    draft = Draft(stock, command.pool)
    draft.say(
        _advances(
            order_id=command.order_id,
            pool=command.pool,
            shipment_id=command.shipment_id,
            stage=command.stage,
            lines=command.lines,
        )
    )
    reached = {line.line_id: line.quantity for line in command.lines}
    _check(shipment, command, reached)
    cause = {"order_id": command.order_id, "reference": command.shipment_id}
    for number, step in enumerate(_STEPS[: STAGES.index(command.stage)]):
        for line in shipment.lines:
            units = _crossings(line, command.stage, reached.get(line.line_id, 0))[number]
            if units:
                draft.move(step, line.sku, shipment.site, units, line_id=line.line_id, **cause)
    return tuple(draft.events)


def find(order: Order, order_id: str, named: str) -> OpenShipment | None:
    """The order's shipment of that id; None when none of its units is at its site any more. Raises UnknownShipment."""
    for shipment in order.open:
        if shipment_id(order_id, shipment.number) == named:
            return shipment
    number = named.rpartition("-")[2]
    if number.isdecimal() and 0 < int(number) <= order.shipments and named == shipment_id(order_id, int(number)):
        return None
    raise UnknownShipment(f"{named} is no shipment of order {order_id}, which has had {order.shipments}")


def _check(shipment: OpenShipment, command: AdvanceShipment, reached: Mapping[str, int]) -> None:
    """What was picked may have been canceled since; what was packed may not."""
    if command.stage is Stage.PICKED:
        return
    held = {line.line_id: line.reserved + line.picked + line.packed for line in shipment.lines}
    for line_id, units in reached.items():
        if units > held.get(line_id, 0):
            has = f"it has {held.get(line_id, 0)}"
            raise Overdrawn(f"{command.shipment_id}: {units} units of line {line_id} are {command.stage}, {has}")


def _crossings(line: LineUnits, stage: Stage, reached: int) -> tuple[int, int, int]:
    """How many units go from reserved to picked, on to packed, and away, so that `reached` units are at `stage`."""
    held = line.reserved + line.picked + line.packed
    units = min(reached, held)
    last = STAGES.index(stage)
    return (
        max(0, units - line.picked - line.packed),
        max(0, units - line.packed) if last > 1 else 0,
        units if last > 2 else 0,
    )


def fold_advanced(stock: Stock, event: ShipmentAdvanced) -> None:
    """The shipment's units are where the entries put them; one without units is forgotten."""
    order = stock.order(event.order_id)
    reached = {line.line_id: line.quantity for line in event.lines}
    shipment = find(order, event.order_id, event.shipment_id)
    if shipment is not None:
        lines = tuple(_advanced(line, event.stage, reached.get(line.line_id, 0)) for line in shipment.lines)
        row = with_shipments(order, {shipment.number: shipment._replace(stage=event.stage, lines=lines)})
        stock.rows.put(kinds.ORDERS, event.order_id, row)


def _advanced(line: LineUnits, stage: Stage, reached: int) -> LineUnits:
    picked, packed, shipped = _crossings(line, stage, reached)
    return line._replace(
        reserved=line.reserved - picked, picked=line.picked + picked - packed, packed=line.packed + packed - shipped
    )


def with_shipments(order: Order, changed: Mapping[int, OpenShipment]) -> Order:
    """The order with these shipments in place of theirs, lines and shipments without units left out."""
    renewed = (changed.get(shipment.number, shipment) for shipment in order.open)
    kept = (shipment._replace(lines=tuple(_with_units(shipment.lines))) for shipment in renewed)
    left = tuple(shipment for shipment in kept if shipment.lines)
    return order._replace(open=left) if left else order._replace(open=left, deliver_by=None, rule="")


def _with_units(lines: Iterable[LineUnits]) -> Iterable[LineUnits]:
    return (line for line in lines if line.reserved or line.picked or line.packed)

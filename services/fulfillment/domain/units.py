"""Units taken out of shipments by line: the same arithmetic before work starts and while it runs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from schemas.orders import CanceledUnits, LineQuantity
from schemas.stock import ShipmentLine


class Cut(NamedTuple):
    """A shipment's lines divided into what stays and what is taken out."""

    kept: tuple[ShipmentLine, ...]
    taken: tuple[ShipmentLine, ...]


def of_lines(lines: Iterable[LineQuantity | CanceledUnits | ShipmentLine]) -> dict[str, int]:
    """Units by line."""
    units: dict[str, int] = {}
    for line in lines:
        units[line.line_id] = units.get(line.line_id, 0) + line.quantity
    return units


def is_nowhere(units: CanceledUnits) -> bool:
    """Whether they were at no work when they were canceled."""
    return not units.shipment_id or units.failed is not None


def less(units: Mapping[str, int], taken: Mapping[str, int]) -> dict[str, int]:
    """`units` less `taken`, never below zero; lines of which nothing is left are left out."""
    return {line_id: rest for line_id, count in units.items() if (rest := count - taken.get(line_id, 0)) > 0}


def more(units: Mapping[str, int], added: Mapping[str, int]) -> dict[str, int]:
    """`units` and `added` together."""
    return {line_id: units.get(line_id, 0) + added.get(line_id, 0) for line_id in (*units, *added)}


def quantities(units: Mapping[str, int]) -> tuple[LineQuantity, ...]:
    """Units by line as parts of a message."""
    return tuple(LineQuantity(line_id=line_id, quantity=count) for line_id, count in units.items())


def draw(
    shipments: Sequence[tuple[str, Sequence[ShipmentLine]]], wanted: Mapping[str, int]
) -> tuple[dict[str, Cut], dict[str, int]]:
    """Take `wanted` units out of the shipments, first come first; also what could not be found in them."""
    cuts: dict[str, Cut] = {}
    left = dict(wanted)
    for shipment_id, lines in shipments:
        cuts[shipment_id] = cut = _cut(lines, left)
        left = less(left, of_lines(cut.taken))
    return cuts, left


def _cut(lines: Sequence[ShipmentLine], wanted: Mapping[str, int]) -> Cut:
    left, kept, taken = dict(wanted), [], []
    for line in lines:
        take = min(line.quantity, left.get(line.line_id, 0))
        left[line.line_id] = left.get(line.line_id, 0) - take
        kept += _units(line, line.quantity - take)
        taken += _units(line, take)
    return Cut(kept=tuple(kept), taken=tuple(taken))


def _units(line: ShipmentLine, quantity: int) -> list[ShipmentLine]:
    """Some units of a line, with their share of its weight."""
    weight_grams = line.weight_grams * quantity // line.quantity
    return [line.model_copy(update={"quantity": quantity, "weight_grams": weight_grams})] if quantity else []

"""Units taken out of shipments by line: the same arithmetic before work starts and while it runs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import ceil
from typing import NamedTuple

from schemas.orders import CanceledUnits, LineQuantity
from schemas.stock import LotUnits, ShipmentLine

Lots = tuple[LotUnits, ...] | None


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
    shipments: Sequence[tuple[str, Sequence[ShipmentLine]]], wanted: Mapping[str, int], unfit: Collection[str] = ()
) -> tuple[dict[str, Cut], dict[str, int]]:
    """Take `wanted` units out of the shipments, first come first; also what could not be found in them.

    Of units by lot those of `unfit` lots go, then those that last longest, as the keeper takes them.
    """
    cuts: dict[str, Cut] = {}
    left = dict(wanted)
    for shipment_id, lines in shipments:
        cuts[shipment_id] = cut = cut_out(lines, left, unfit)
        left = less(left, of_lines(cut.taken))
    return cuts, left


def rest_of_kits(cut: Cut) -> dict[str, int]:
    """Of the kits that lost units, by line what else is in them."""
    broken: dict[str, int] = {}
    for line in cut.taken:
        if line.kit is not None and line.in_kit:
            broken[line.kit] = max(broken.get(line.kit, 0), ceil(line.quantity / line.in_kit))
    taken = of_lines(cut.taken)
    parts = [line for line in cut.kept if line.kit in broken]
    return {
        line.line_id: max(0, broken[line.kit or ""] * (line.in_kit or 0) - taken.get(line.line_id, 0)) for line in parts
    }


def cut_out(lines: Sequence[ShipmentLine], wanted: Mapping[str, int], unfit: Collection[str] = ()) -> Cut:
    """Take `wanted` units out of these lines, as far as they are there; first those of `unfit` lots."""
    left, kept, taken = dict(wanted), [], []
    for line in lines:
        take = min(line.quantity, left.get(line.line_id, 0))
        left[line.line_id] = left.get(line.line_id, 0) - take
        gone, stay = _lots(line, take, unfit)
        kept += _units(line, line.quantity - take, stay)
        taken += _units(line, take, gone)
    return Cut(kept=tuple(kept), taken=tuple(taken))


def _units(line: ShipmentLine, quantity: int, lots: Lots) -> list[ShipmentLine]:
    """Some units of a line, with their share of its weight."""
    weight_grams = line.weight_grams * quantity // line.quantity
    parts = {"quantity": quantity, "weight_grams": weight_grams, "lots": lots}
    return [line.model_copy(update=parts)] if quantity else []


def _lots(line: ShipmentLine, take: int, unfit: Collection[str]) -> tuple[Lots, Lots]:
    """Those of the units that are taken, and of the others."""
    if line.lots is None:
        return None, None
    gone: dict[str, int] = {}
    for one in sorted(line.lots[::-1], key=lambda one: one.lot not in unfit):  # noqa: C415  # those alike stay reversed
        gone[one.lot] = min(take, one.quantity)
        take -= gone[one.lot]
    return _of(line.lots, gone), _of(line.lots, {one.lot: one.quantity - gone[one.lot] for one in line.lots})


def _of(lots: Iterable[LotUnits], units: Mapping[str, int]) -> Lots:
    found = (one.model_copy(update={"quantity": units[one.lot]}) for one in lots if units[one.lot])
    return tuple(found) or None

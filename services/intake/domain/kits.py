"""A line of a kit becomes a line for each of its components, worth together exactly what the kit was sold for.

The first component takes the number of the line, the others come after the last line that was sent: no other line has
another number than its channel gave it. A kit is changed and canceled as one, and sent and returned by its lines.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cauce.money import Money, share_of_units
from schemas.kits import KitComponent, KitLines, KitPart, SoldKit
from schemas.orders import AskedLine, OrderLine


class Recipe(NamedTuple):
    """What a kit is made of, by this version of the kits."""

    version: str
    components: tuple[KitComponent, ...]


class Exploded(NamedTuple):
    """The lines of an order, and the kits among them."""

    lines: tuple[OrderLine, ...]
    kits: tuple[SoldKit, ...] | None = None


def exploded(asked: Sequence[AskedLine], recipes: Mapping[str, Recipe]) -> Exploded:
    """The lines of goods that are on shelves."""
    lines = [OrderLine.model_validate(dict(line)) for line in asked]
    kits = [_sold(line, recipes[line.sku]) for line in asked if line.sku in recipes] if recipes else []
    if not kits:
        return Exploded(tuple(lines))
    numbered = []
    for kit in kits:
        first, *others = _lines(kit, recipes[kit.sku].components)
        lines[int(kit.line_id) - 1] = first
        own = [line.model_copy(update={"line_id": str(len(lines) + at)}) for at, line in enumerate(others, start=1)]
        lines += own
        parts = zip(kit.parts, (first, *own), strict=True)
        placed = tuple(part.model_copy(update={"line_id": line.line_id}) for part, line in parts)
        numbered.append(kit.model_copy(update={"parts": placed}))
    return Exploded(tuple(lines), tuple(numbered))


def _sold(line: AskedLine, recipe: Recipe) -> SoldKit:
    return SoldKit(
        line_id=line.line_id,
        sku=line.sku,
        quantity=line.quantity,
        parts=tuple(KitPart(line_id=line.line_id, quantity=one.quantity) for one in recipe.components),
        unit_price=line.unit_price,
        amount=line.amount,
        tax=line.tax,
        description=line.description,
        version=recipe.version,
    )


def _lines(kit: SoldKit, components: Sequence[KitComponent]) -> Iterator[OrderLine]:
    """Tax goes as the amounts do, so that it is never more than they are."""
    weights = [one.share for one in components]
    prices, amounts = _parts(kit.unit_price.amount, weights), _parts(kit.amount.amount, weights)
    for one, price, amount, tax in zip(components, prices, amounts, _parts(kit.tax.amount, amounts), strict=True):
        yield OrderLine(
            line_id=kit.line_id,
            sku=one.component,
            quantity=kit.quantity * one.quantity,
            unit_price=_money(kit, price // one.quantity),
            amount=_money(kit, amount),
            tax=_money(kit, tax),
            description=kit.description,
        )


def _parts(amount: int, weights: Sequence[int]) -> list[int]:
    """Shares that sum to `amount`; one without weight gets nothing, unless none has any."""
    each = weights if any(weights) else [1] * len(weights)
    taken, parts = 0, []
    for weight in each:
        parts.append(share_of_units(amount, sum(each), taken=taken, taking=weight))
        taken += weight
    return parts


def _money(kit: SoldKit, amount: int) -> Money:
    return Money(amount=amount, currency=kit.amount.currency)


def plain(kits: Iterable[SoldKit]) -> tuple[KitLines, ...] | None:
    """Their lines alone."""
    found = (KitLines(line_id=kit.line_id, sku=kit.sku, quantity=kit.quantity, parts=kit.parts) for kit in kits)
    return tuple(found) or None


def kit_with(kits: Iterable[SoldKit], line_id: str) -> SoldKit | None:
    """The kit that a line belongs to."""
    return next((kit for kit in kits if any(part.line_id == line_id for part in kit.parts)), None)


def with_kits(kits: Sequence[SoldKit], line_ids: Iterable[str]) -> tuple[str, ...]:
    """The lines that are named, each once; all lines of a kit for any of them."""
    named: dict[str, None] = {}
    for line_id in line_ids:
        kit = kit_with(kits, line_id)
        named |= dict.fromkeys([part.line_id for part in kit.parts] if kit else [line_id])
    return tuple(named)

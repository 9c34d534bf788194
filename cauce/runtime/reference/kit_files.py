"""What is wrong with kits as a whole: kits of kits, components twice, kits without a price, goods that nobody knows."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from cauce.runtime.reference.flaws import BrokenFile, Flaw
from schemas.base import Part
from schemas.kits import KitComponent, kits_of
from schemas.reference import Product

MOST_COMPONENTS = 50


def checked_kits(path: Path, items: Sequence[Part], products: Sequence[Part] | None) -> None:
    """Kits are one level deep, so none can be within itself. Raises BrokenFile."""
    rows = [item for item in items if isinstance(item, KitComponent)]
    kits = kits_of(rows)
    flaws = [*_nested(path.name, rows, kits.keys()), *_wrong(path.name, kits)]
    if products is not None:  # else they were published before
        known = {product.id for product in products if isinstance(product, Product)}
        flaws += [
            Flaw(path.name, f"row {row.id}: {row.component} is not in products.csv", column="component")
            for row in rows
            if row.component not in known and row.component not in kits
        ]
    if flaws:
        raise BrokenFile(flaws)


def _nested(name: str, rows: Sequence[KitComponent], kits: Collection[str]) -> Iterator[Flaw]:
    for row in rows:
        if row.component in kits:
            wrong = f"row {row.id}: {row.component} is a kit, and no kit is part of one: name what it is made of"
            yield Flaw(name, wrong, column="component")


def _wrong(name: str, kits: dict[str, tuple[KitComponent, ...]]) -> Iterator[Flaw]:
    for kit, components in kits.items():
        skus = [one.component for one in components]
        for sku in sorted({sku for sku in skus if skus.count(sku) > 1}):
            yield Flaw(name, f"kit {kit} has {sku} in {skus.count(sku)} rows: say it once, with the quantity of all")
        if not any(one.share for one in components):
            yield Flaw(name, f"kit {kit} has no share above 0: what it costs must be some component's", column="share")
        if len(components) > MOST_COMPONENTS:
            yield Flaw(name, f"kit {kit} has {len(components)} components, {MOST_COMPONENTS} at most")

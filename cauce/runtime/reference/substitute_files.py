"""What is wrong with substitutes as a whole: a sku in its own place, twice, of a kit, or that nobody knows."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from cauce.runtime.reference.flaws import BrokenFile, Flaw
from schemas.base import Part
from schemas.kits import KitComponent
from schemas.reference import Product, Substitute


def checked_substitutes(
    path: Path, items: Sequence[Part], products: Sequence[Part] | None, kits: Sequence[Part] | None
) -> None:
    """Raises BrokenFile."""
    rows = [item for item in items if isinstance(item, Substitute)]
    flaws = list(_wrong(path.name, rows, {kit.kit for kit in kits or () if isinstance(kit, KitComponent)}))
    if products is not None:  # else they were published before
        known = {product.id for product in products if isinstance(product, Product)}
        strangers = [(row.id, sku) for row in rows for sku in (row.sku, row.substitute) if sku not in known]
        flaws += [Flaw(path.name, f"row {name}: {sku} is not in products.csv") for name, sku in strangers]
    if flaws:
        raise BrokenFile(flaws)


def _wrong(name: str, rows: Sequence[Substitute], kits: set[str]) -> Iterator[Flaw]:
    pairs: set[tuple[str, str]] = set()
    for row in rows:
        pair = row.sku, row.substitute
        if row.sku == row.substitute:
            yield Flaw(name, f"row {row.id}: expected another sku than {row.sku} itself", column="substitute")
        if pair in pairs:
            yield Flaw(name, f"row {row.id}: {row.substitute} in place of {row.sku} is said before")
        for sku in kits.intersection(pair):
            yield Flaw(name, f"row {row.id}: {sku} is a kit, which has no substitutes and is none")
        pairs.add(pair)

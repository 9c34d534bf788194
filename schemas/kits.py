"""Kits: a sku that is sold and never stocked, made of units of other skus, each with its share of the price."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveInt

from cauce.money import Money
from schemas.base import Part

MOST_IN_A_KIT = 1000  # units of one component; more is a mistake


class KitComponent(Part):
    """Units of a sku in each kit. `share` is its part of the price, of all shares of the kit.

    `id` is the row's own name; a kit is of all rows that name it, in the order of their ids.
    """

    id: str
    kit: Annotated[str, Field(min_length=1, max_length=64)]
    component: Annotated[str, Field(min_length=1, max_length=64)]
    quantity: Annotated[PositiveInt, Field(le=MOST_IN_A_KIT)]
    share: NonNegativeInt


class KitPart(Part):
    """The line of a component, and its units in one kit."""

    line_id: str
    quantity: PositiveInt


class KitLines(Part):
    """A kit of which `quantity` were ordered, and the lines that it came to be; `line_id` is that of the channel."""

    line_id: str
    sku: str
    quantity: PositiveInt
    parts: tuple[KitPart, ...]


class SoldKit(KitLines):
    """A kit as it was sold: the amounts of its lines are shares of these, and sum to them. `version` is of the kits."""

    unit_price: Money
    amount: Money
    tax: Money
    description: str = ""
    version: str


def kits_of(rows: Iterable[KitComponent]) -> dict[str, tuple[KitComponent, ...]]:
    """The components of each kit."""
    found: dict[str, tuple[KitComponent, ...]] = {}
    for row in rows:
        found[row.kit] = (*found.get(row.kit, ()), row)
    return found

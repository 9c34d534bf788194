"""The rows of promised units that a count did not find: `missing`, by site and sku."""

from typing import NamedTuple

MISSING = "missing"


class Missing(NamedTuple):
    """Units of a line in an order's shipment, promised and not found."""

    order_id: str
    number: int
    line_id: str
    units: int

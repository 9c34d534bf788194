"""What the keeper remembers for buyers: the demand of each sku, and how far the stock was looked through."""

from typing import NamedTuple


class Demand(NamedTuple):
    """What was ordered of a sku. Days are ordinals of the proleptic calendar; 0 is never.

    `units` are ordered less canceled units by day, from `day` backward; `ordered` and `canceled` are those of `day`.
    """

    seen: int
    day: int = 0
    ordered: int = 0
    canceled: int = 0
    units: tuple[int, ...] = ()
    last: int = 0  # the last day with an order
    asked: int = 0  # the day on which a purchase was asked for
    is_short: bool = False
    is_slow: bool = False


class Watched(NamedTuple):
    """How far the stock was looked through on the latest day."""

    day: int = 0
    through: str = ""
    done: bool = False

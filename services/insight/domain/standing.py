"""What the rows of an order come to: units of each line by stage, and the state people search for."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple


class Stage(StrEnum):
    """How far a shipment is; the furthest that any fact says."""

    RESERVED = "reserved"
    PICKED = "picked"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    STOPPED = "stopped"


class OrderState(StrEnum):
    """Where an order stands, by the units that are not canceled."""

    UNKNOWN = "unknown"  # facts of it came before itself
    REFUSED = "refused"
    PLACED = "placed"
    BACKORDERED = "backordered"
    ALLOCATED = "allocated"
    PICKING = "picking"
    PACKED = "packed"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    RETURNED = "returned"
    CANCELED = "canceled"


class Tally(NamedTuple):
    """The units of a line: each is in one of these, but for `returned`, which were delivered or shipped before."""

    open: int = 0
    backordered: int = 0
    reserved: int = 0
    picked: int = 0
    packed: int = 0
    shipped: int = 0
    delivered: int = 0
    canceled: int = 0
    returned: int = 0

    def plus(self, other: "Tally") -> "Tally":
        """The units of both."""
        return Tally(*(mine + yours for mine, yours in zip(self, other, strict=True)))


class Known(NamedTuple):
    """What the rows say of a line: `parcels` are its promised units by stage, less what was released of them."""

    ordered: int
    canceled: int
    returned: int
    waits: bool
    parcels: Mapping[Stage, int]


def stage_of(reached: Mapping[Stage, bool]) -> Stage:
    """The stage of a shipment from those it is known to have reached; each implies those before it."""
    for stage in (Stage.DELIVERED, Stage.SHIPPED, Stage.STOPPED, Stage.PACKED, Stage.PICKED):
        if reached.get(stage):
            return stage
    return Stage.RESERVED


def tally(line: Known) -> Tally:
    """The units of a line by stage. What is neither canceled nor promised waits, or is open before anybody decided."""
    promised = {stage: max(0, units) for stage, units in line.parcels.items() if stage is not Stage.STOPPED}
    rest = max(0, line.ordered - line.canceled - sum(promised.values()))
    return Tally(
        open=0 if line.waits else rest,
        backordered=rest if line.waits else 0,
        canceled=line.canceled,
        returned=line.returned,
        **{stage.value: units for stage, units in promised.items()},
    )


def state_of(lines: Iterable[Tally], *, placed: bool, refused: bool) -> OrderState:
    """The state of an order from all its lines: the first of the steps that holds says what is still to come."""
    units = Tally()
    for line in lines:
        units = units.plus(line)
    gone = units.shipped + units.delivered
    in_hand = units.picked + units.packed
    left = units.open + units.backordered + units.reserved + in_hand
    steps = (
        (OrderState.REFUSED, not placed and refused),
        (OrderState.UNKNOWN, not placed),
        (OrderState.CANCELED, left == gone == 0),
        (OrderState.RETURNED, left == 0 and units.returned >= gone),
        (OrderState.DELIVERED, left == units.shipped == 0),
        (OrderState.SHIPPED, left == 0),
        (OrderState.PART_SHIPPED, gone > 0),
        (OrderState.PACKED, units.packed == left),
        (OrderState.PICKING, in_hand > 0),
        (OrderState.BACKORDERED, units.backordered > 0),
        (OrderState.ALLOCATED, units.reserved == left),
        (OrderState.PLACED, True),
    )
    return next(state for state, holds in steps if holds)

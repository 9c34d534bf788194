"""What people ask about an order that was taken: forms of `channel-orders`, beside those of the channels themselves."""

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from schemas.base import Instant
from schemas.foreign import Channel, Foreign, Key, Text
from schemas.holds import HoldKind, Role


class OrderHold(Foreign):
    """An order, or the lines or shipments that are named, shall stand still; `until` the time at which it goes on."""

    kind: Literal["hold"] = "hold"
    channel: Channel
    order: Key
    request: Key
    hold: HoldKind
    lines: tuple[PositiveInt, ...] = ()
    shipments: tuple[PositiveInt, ...] = ()
    reason: Text = ""
    until: Instant | None = None
    asked_by: Key = "console"


class HoldRelease(Foreign):
    """Somebody in `role` lets go of the hold of that name, or of all holds of that kind."""

    kind: Literal["release"] = "release"
    channel: Channel
    order: Key
    request: Key
    hold: Key
    role: Role
    reason: Text = ""
    asked_by: Key = "console"


OrderForm = Annotated[OrderHold | HoldRelease, Field(discriminator="kind")]

"""Units that a site's desk moves: aside into quarantine and back, written off, and from one site to another."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field, NonNegativeInt, PositiveInt

from schemas.base import Message, Part
from schemas.orders import Sku
from schemas.stock import SkuQuantity, StockCommand


class Movement(StrEnum):
    """What becomes of units within their site."""

    QUARANTINE = "quarantine"
    RELEASE = "release"
    WRITE_OFF = "write_off"


class MoveStock(StockCommand):
    """Move units of a sku within a site, of a `lot` if it is named: out of what is free, or out of quarantine."""

    type: ClassVar[str] = "stock.move.v1"
    identity: ClassVar[tuple[str, ...]] = ("site", "movement_id")

    movement_id: str
    site: str
    sku: Sku
    movement: Movement
    quantity: PositiveInt
    reason: str
    lot: str | None = None


class SendTransfer(StockCommand):
    """Units leave `site` for `to_site`."""

    type: ClassVar[str] = "stock.send-transfer.v1"
    identity: ClassVar[tuple[str, ...]] = ("site", "transfer_id")

    transfer_id: str
    site: str
    to_site: str
    lines: tuple[SkuQuantity, ...] = Field(min_length=1)


class TransferredUnits(Part):
    """Units of a sku that came out of a transfer; none, where it was lost whole."""

    sku: Sku
    quantity: NonNegativeInt


class ReceiveTransfer(StockCommand):
    """A transfer of `from_site` is at `site`; what was sent and is not here did not come."""

    type: ClassVar[str] = "stock.receive-transfer.v1"
    identity: ClassVar[tuple[str, ...]] = ("site", "receipt_id")

    receipt_id: str
    transfer_id: str
    from_site: str
    site: str
    lines: tuple[TransferredUnits, ...] = Field(min_length=1)


class TransferSent(Message):
    """Units are on their way between two sites, on hand at neither."""

    type: ClassVar[str] = "transfer.sent.v1"
    key: ClassVar[str] = "transfer_id"
    identity: ClassVar[tuple[str, ...]] = ("site", "transfer_id")

    pool: NonNegativeInt
    transfer_id: str
    site: str
    to_site: str
    lines: tuple[SkuQuantity, ...] = Field(min_length=1)


class TransferLine(Part):
    """Units of a sku as they left one site and as the other took them in."""

    sku: Sku
    sent: NonNegativeInt
    received: NonNegativeInt


class TransferReceived(Message):
    """A transfer is over; where a line's figures differ, units were lost on the way or came beside it."""

    type: ClassVar[str] = "transfer.received.v1"
    key: ClassVar[str] = "transfer_id"
    identity: ClassVar[tuple[str, ...]] = ("from_site", "transfer_id")

    pool: NonNegativeInt
    transfer_id: str
    receipt_id: str
    from_site: str
    site: str
    lines: tuple[TransferLine, ...] = Field(min_length=1)

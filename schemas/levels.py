"""What channels may still sell: a record a sku, of which the last one is kept."""

from typing import ClassVar

from pydantic import Field, NonNegativeInt, PositiveInt

from schemas.base import Message, Part
from schemas.orders import Sku


class ChannelLevel(Part):
    """Units that a channel may sell; the channel without a name is every one that no row here names."""

    channel: str
    available: NonNegativeInt


class StockLevel(Message):
    """A sku's available-to-promise by channel: free at the pool's sites, less the safety stock kept there.

    Of a kit, whole ones that each site has of that, added up.

    Levels are numbered through in their pool, so that it can be told how many of them were compacted away.
    """

    type: ClassVar[str] = "stock.level.v1"
    key: ClassVar[str] = "sku"
    identity: ClassVar[tuple[str, ...]] = ("sku",)

    pool: NonNegativeInt
    sku: Sku
    number: PositiveInt
    channels: tuple[ChannelLevel, ...] = Field(min_length=1)

"""Waves: orders that wait, decided on together where goods are scarce."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field, NonNegativeInt, PositiveInt

from schemas.base import Message
from schemas.stock import StockCommand

MOST_ORDERS = 200
MOST_NODES = 100_000  # the keeper decides on nothing else meanwhile


class DecideWave(StockCommand):
    """Decide together on these orders, as far as they wait: whoever lists them sets the order of coming aside.

    `nodes` are how far the search for the best goes, where somebody set its limit.
    """

    type: ClassVar[str] = "stock.wave.v1"
    identity: ClassVar[tuple[str, ...]] = ("wave_id",)

    wave_id: str
    order_ids: tuple[str, ...] = Field(min_length=1, max_length=MOST_ORDERS)
    nodes: PositiveInt | None = None


class WaveMethod(StrEnum):
    """How a wave was decided."""

    JOINT = "wave"  # the best for all together
    SEQUENTIAL = "wave-sequential"  # one after another: the search for the best was given up at its limit
    REFUSED = "refused"


class WaveDecided(Message):
    """A wave was decided: these orders were promised goods, each in its `allocated`, and those were not."""

    type: ClassVar[str] = "wave.decided.v1"
    key: ClassVar[str] = "pool"
    identity: ClassVar[tuple[str, ...]] = ("wave_id",)

    pool: NonNegativeInt
    wave_id: str
    method: WaveMethod
    promised: tuple[str, ...]
    left: tuple[str, ...]
    reason: str = ""

"""Reservations: how far promised units have come, and which are promised no more."""

from typing import ClassVar

from pydantic import Field, NonNegativeInt, PositiveInt

from schemas.base import Message
from schemas.orders import CanceledUnits, LineQuantity
from schemas.stock import Stage


class ShipmentAdvanced(Message):
    """These units of a shipment reached `stage`, through every stage before it."""

    type: ClassVar[str] = "shipment.advanced.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("shipment_id", "stage")

    order_id: str
    pool: NonNegativeInt
    shipment_id: str
    stage: Stage
    lines: tuple[LineQuantity, ...] = Field(min_length=1)


class StockReleased(Message):
    """Units that version `version` of an order canceled are promised no more, each in the shipment it was taken from.

    Units without a shipment were canceled before the order was reserved; its reservation will leave them out. Units
    that waited for stock are in `BackorderReleased`. Of units at nobody's work, `withdrawn` are those that no shipment
    will bring.
    """

    type: ClassVar[str] = "stock.released.v1"
    key: ClassVar[str] = "order_id"
    identity: ClassVar[tuple[str, ...]] = ("order_id", "version")

    order_id: str
    pool: NonNegativeInt
    version: PositiveInt
    units: tuple[CanceledUnits, ...] = Field(min_length=1)
    withdrawn: tuple[LineQuantity, ...] | None = None

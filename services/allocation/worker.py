"""The lanes of allocation: its door, the front of each order, and the keeper of each pool."""

from cauce.runtime.service import DoorLane, EntityLane, RowsLane, Service
from schemas import failures, stock
from schemas.raw import RawTopic
from services.allocation import door, translate
from services.allocation.domain import front, keeper
from services.allocation.domain.rows import KINDS
from services.allocation.domain.stock import Stock

SERVICE = Service(
    name="allocation",
    pause_seconds=0.03,
    lanes=(
        DoorLane(
            service="allocation",
            inputs={RawTopic.STOCK_REPORTS: door.commands},
            publishes=door.PUBLISHES,
        ),
        EntityLane(
            service="allocation",
            name="front",
            inputs={
                "order-placed": translate.from_order_placed,
                "order-changed": translate.from_order_changed,
                "order-released": translate.from_order_released,
                "work-picked": translate.from_work_picked,
                "work-failed": translate.from_work_failed,
                "packed": translate.from_packed,
                "shipped": translate.from_shipped,
                "returned": translate.from_returned,
            },
            decider=front.DECIDER,
            state=front.Sent,
            publishes=(
                *(stock.ReserveStock, stock.ReleaseStock, failures.ResourceUnits),
                *(stock.AdvanceShipment, stock.RestockReturn),
            ),
            light=True,
        ),
        RowsLane(
            service="allocation",
            name="keeper",
            inputs={"stock-commands": translate.from_stock_command},
            view=Stock,
            decide=keeper.decide_timed,
            evolve=keeper.evolve,
            kinds=KINDS,
            publishes=keeper.PUBLISHES,
        ),
    ),
)

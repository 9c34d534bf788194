"""What the lane is told, and what it may say."""

from dataclasses import dataclass
from datetime import datetime

from schemas.breaches import PromiseAtRisk, PromiseBroken, PromiseMoved
from schemas.changing import ChangeAnswered, RedirectAnswered, Ship
from schemas.failures import RecordFailure, WorkFailed
from schemas.holding import HoldLifted, HoldTaken
from schemas.holds import Hold
from schemas.orders import LineQuantity
from schemas.reference import Rate
from schemas.shipments import (
    ParcelDelivered,
    ParcelPacked,
    ParcelShipped,
    RecordCarrierEvent,
    RecordScan,
    ShipmentException,
    WarehouseWork,
    WorkPicked,
)
from schemas.stock import Shipment
from services.fulfillment.domain.state import Promise

Progress = WorkPicked | ParcelPacked | ParcelShipped | ParcelDelivered
Answered = ChangeAnswered | RedirectAnswered | HoldTaken | HoldLifted
Dated = PromiseAtRisk | PromiseMoved | PromiseBroken
Event = WarehouseWork | Progress | WorkFailed | ShipmentException | Answered | Dated


@dataclass(frozen=True, slots=True)
class StartWork:
    """Units were promised from sites: let the crews begin, unless the order was promised under `holds`.

    `withdrawn` are canceled units that no shipment will bring.
    """

    at: datetime
    promise: Promise
    shipments: tuple[Shipment, ...]
    holds: tuple[Hold, ...] = ()
    withdrawn: tuple[LineQuantity, ...] = ()


@dataclass(frozen=True, slots=True)
class StopUnits:
    """Stop what can be stopped of these lines, each with all its units that are left.

    Where it is only some of them, `ordered` says how many were ordered. Units that are `waiting` are in no carton.
    """

    at: datetime
    request_id: str
    lines: tuple[LineQuantity, ...]
    ordered: tuple[LineQuantity, ...] = ()
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Redirect:
    """Send what is not packed of these units, all that are left, another way."""

    at: datetime
    request_id: str
    left: tuple[LineQuantity, ...]
    ship: Ship


@dataclass(frozen=True, slots=True)
class TakeScan:
    """A scanner's word, with the rates in force where it asks for a label."""

    at: datetime
    scan: RecordScan
    rates: tuple[Rate, ...] = ()
    rates_version: str = ""


@dataclass(frozen=True, slots=True)
class TakeFailure:
    """A crew's word on what it cannot send, or the stock's, which may come too late and is `recalled`."""

    at: datetime
    failure: RecordFailure
    recalled: bool = False


@dataclass(frozen=True, slots=True)
class TakeCarrierEvent:
    """A carrier's word about one of our labels."""

    at: datetime
    event: RecordCarrierEvent


@dataclass(frozen=True, slots=True)
class TakeHold:
    """The order, or a part of it, stands still."""

    at: datetime
    hold: Hold


@dataclass(frozen=True, slots=True)
class LiftHold:
    """A hold has ended."""

    at: datetime
    hold_id: str


@dataclass(frozen=True, slots=True)
class TimePassed:
    """It is this late: what was promised by now and is not so is told."""

    at: datetime


Change = StopUnits | Redirect
Holding = TakeHold | LiftHold
Told = TakeScan | TakeCarrierEvent | TakeFailure
Command = StartWork | Change | Told | Holding | TimePassed

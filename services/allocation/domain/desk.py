"""What a site's desk asks of its stock beside taking goods in: rare beside orders, each a rule of its own."""

from collections.abc import Callable, Mapping
from typing import Any, assert_never

from schemas.base import Message
from schemas.counts import (
    CountApproved,
    CountOpened,
    CountRefused,
    CountReported,
    CountShort,
    DecideCount,
    OpenCount,
    ReportCount,
)
from schemas.desk import RequestRefused
from schemas.inbound import AnswerPurchase, BackorderExpected, ExpectStock, InboundChanged, ReceivePurchase
from schemas.lots import LotRecalled, LotsTurned, RecallLot
from schemas.movements import MoveStock, ReceiveTransfer, SendTransfer, TransferReceived, TransferSent
from schemas.stock import AdjustmentRefused, AdjustStock
from services.allocation.domain import counting, expectations, expiry, inbound, inflow, movements, requests, transfers
from services.allocation.domain.stock import Stock, StockEvent

Counting = OpenCount | ReportCount | DecideCount
Moving = AdjustStock | MoveStock | SendTransfer | ReceiveTransfer | RecallLot
Buying = ExpectStock | AnswerPurchase | ReceivePurchase
DeskCommand = Counting | Moving | Buying


_MOVING: Mapping[str, Callable[[Stock, Any], tuple[StockEvent, ...]]] = {
    AdjustStock.type: inflow.adjust,
    MoveStock.type: movements.move,
    SendTransfer.type: transfers.send,
    ReceiveTransfer.type: transfers.receive,
    RecallLot.type: expiry.recall,
}


def decide(stock: Stock, command: DeskCommand) -> tuple[StockEvent, ...]:
    """The facts that follow from what a desk asked, in order; none when it was decided on before."""
    if isinstance(command, Counting):
        return _decide_count(stock, command)
    if isinstance(command, Buying):
        return _decide_purchase(stock, command)
    return _MOVING[type(command).type](stock, command)


def _decide_purchase(stock: Stock, command: Buying) -> tuple[StockEvent, ...]:
    match command:
        case ExpectStock():
            return inbound.expect(stock, command)
        case AnswerPurchase():
            return inbound.answer(stock, command)
        case ReceivePurchase():
            return inbound.receive(stock, command)
        case _:
            assert_never(command)


def _decide_count(stock: Stock, command: Counting) -> tuple[StockEvent, ...]:
    match command:
        case OpenCount():
            return counting.open_count(stock, command)
        case ReportCount():
            return counting.report(stock, command)
        case DecideCount():
            return counting.settle(stock, command)
        case _:
            assert_never(command)


def nothing(_stock: Stock, _event: Any) -> None:
    """A fact for people: no row depends on it."""


FOLDS: Mapping[type[Message], Callable[[Stock, Any], None]] = {
    CountOpened: counting.fold_opened,
    CountReported: counting.fold_reported,
    CountApproved: counting.fold_settled,
    CountRefused: counting.fold_settled,
    CountShort: nothing,
    AdjustmentRefused: inflow.fold_refused,
    TransferSent: transfers.fold_sent,
    TransferReceived: transfers.fold_received,
    InboundChanged: inbound.fold_changed,
    BackorderExpected: expectations.fold_expected,
    LotRecalled: expiry.fold_recalled,
    LotsTurned: expiry.fold_turned,
    RequestRefused: requests.fold_refused,
}

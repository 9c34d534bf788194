"""What a person must look at."""

from collections.abc import Callable
from typing import Any, NamedTuple

from schemas.base import Message
from schemas.breaches import PromiseAtRisk, PromiseBroken
from schemas.counts import CountReported, CountShort
from schemas.desk import RequestRefused
from schemas.holding import HoldRefused
from schemas.movements import TransferReceived
from schemas.notices import NoticeFailed
from schemas.orders import OrderConflicted
from schemas.payments import PaymentFailed, RefundOwed
from schemas.returns import ReceiptRefused
from schemas.shipments import ShipmentException
from schemas.stock import AdjustmentRefused
from schemas.teams import TeamNoticeFailed
from services.insight.domain.rows import Fact, Row


class Trouble(NamedTuple):
    """What is wrong, with what, and what is known of it."""

    kind: str
    reference: str
    detail: str


def exceptions(fact: Fact) -> tuple[Row, ...]:
    """The row of a fact that somebody must look at; none for the others."""
    look = _BY_TYPE.get(fact.message.type)
    trouble = look(fact.message) if look else None
    if trouble is None:
        return ()
    values = {"event_id": fact.envelope.id, "order_id": getattr(fact.message, "order_id", ""), "at": fact.at}
    return (Row("exceptions", values | trouble._asdict()),)


def _uncovered(owed: RefundOwed) -> Trouble | None:
    if not owed.short.amount:
        return None
    return Trouble("refund_uncovered", owed.refund_id, f"no payment covers {owed.short}")


def _short_adjustment(refused: AdjustmentRefused) -> Trouble:
    detail = f"{refused.sku} at {refused.site}: {-refused.taken} of {refused.change} could be taken"
    return Trouble("adjustment_refused", refused.adjustment_id, detail)


def _count_waits(reported: CountReported) -> Trouble | None:
    if not reported.waits:
        return None
    return Trouble("count_waits", reported.count_id, f"{reported.site}: its differences are worth more than it allows")


def _count_short(short: CountShort) -> Trouble:
    return Trouble("count_short", short.count_id, f"{short.missing} promised {short.sku} are not at {short.site}")


def _lost_on_the_way(transfer: TransferReceived) -> Trouble | None:
    differing = [f"{line.received} of {line.sent} {line.sku}" for line in transfer.lines if line.sent != line.received]
    if not differing:
        return None
    return Trouble("transfer_differs", transfer.transfer_id, f"{transfer.site} took in {', '.join(differing)}")


TROUBLES: dict[type[Message], Callable[[Any], Trouble | None]] = {
    OrderConflicted: lambda fact: Trouble("order_conflicted", fact.channel_order, "came again with another body"),
    HoldRefused: lambda fact: Trouble("hold_refused", fact.request_id, f"{fact.reason.code}: {fact.reason.detail}"),
    PromiseAtRisk: lambda fact: Trouble("promise_at_risk", fact.shipment_id, f"{fact.site}: not packed in time"),
    PromiseBroken: lambda fact: Trouble("promise_broken", fact.shipment_id, f"not delivered by {fact.deliver_on}"),
    ShipmentException: lambda fact: Trouble(fact.trouble.value, fact.shipment_id, fact.detail),
    AdjustmentRefused: _short_adjustment,
    CountReported: _count_waits,
    CountShort: _count_short,
    TransferReceived: _lost_on_the_way,
    RequestRefused: lambda fact: Trouble(fact.code, fact.request_id, f"{fact.site}: {fact.detail}"),
    ReceiptRefused: lambda fact: Trouble("receipt_refused", fact.return_id, f"{fact.reason.code}, {fact.site}"),
    RefundOwed: _uncovered,
    PaymentFailed: lambda fact: Trouble("payment_failed", fact.refund_id, fact.detail),
    NoticeFailed: lambda fact: Trouble("notice_failed", fact.reference, f"{fact.kind}: {fact.detail}"),
    TeamNoticeFailed: lambda fact: Trouble("team_notice_failed", fact.about, f"{fact.addressee}: {fact.detail}"),
}
_BY_TYPE = {fact.type: look for fact, look in TROUBLES.items()}

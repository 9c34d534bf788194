"""What a site's desk does with its stock: counts, transfers, supply on its way, closures, what channels may sell."""

from datetime import date
from typing import Any

from schemas.base import Message
from schemas.closures import SiteClosing, SiteOpened
from schemas.counts import CountApproved, CountOpened, CountRefused, CountReported, CountShort
from schemas.desk import RequestRefused
from schemas.inbound import BackorderExpected, InboundChanged
from schemas.levels import StockLevel
from schemas.movements import TransferReceived, TransferSent
from services.insight.domain.rows import Fact, Projection, Row


def _count(said: Any, **values: Any) -> Row:
    return Row("counts", {"site": said.site, "count_id": said.count_id, **values})


def _count_line(said: Any, sku: str, **values: Any) -> Row:
    return Row("count_lines", {"site": said.site, "count_id": said.count_id, "sku": sku, **values})


def _opened(fact: Fact, opened: CountOpened) -> tuple[Row, ...]:
    return (_count(opened, opened_at=fact.at), *(_count_line(opened, sku) for sku in opened.skus))


def _reported(fact: Fact, reported: CountReported) -> tuple[Row, ...]:
    lines = (
        _count_line(
            reported,
            line.sku,
            book=line.book,
            counted=line.counted,
            unit_value=line.unit_value.amount if line.unit_value else None,
            currency=line.unit_value.currency if line.unit_value else None,
        )
        for line in reported.lines
    )
    return (_count(reported, reported_at=fact.at, waits=reported.waits), *lines)


def _sent(fact: Fact, transfer: TransferSent) -> tuple[Row, ...]:
    about = {"from_site": transfer.site, "transfer_id": transfer.transfer_id, "to_site": transfer.to_site}
    return tuple(
        Row("transfers", about | {"sku": line.sku, "sent": line.quantity, "sent_at": fact.at})
        for line in transfer.lines
    )


def _received(fact: Fact, transfer: TransferReceived) -> tuple[Row, ...]:
    about = {"from_site": transfer.from_site, "transfer_id": transfer.transfer_id, "to_site": transfer.site}
    return tuple(
        Row(
            "transfers", about | {"sku": line.sku, "sent": line.sent, "received": line.received, "received_at": fact.at}
        )
        for line in transfer.lines
    )


def _inbound(fact: Fact, changed: InboundChanged) -> tuple[Row, ...]:
    about = {"site": changed.site, "purchase_id": changed.purchase_id, "version": changed.version, "at": fact.at}
    return tuple(
        Row(
            "inbound",
            about | {"sku": line.sku, "quantity": line.quantity, "due_on": line.due_on, "confirmed": line.confirmed},
        )
        for line in changed.lines
    )


def _expected(fact: Fact, told: BackorderExpected) -> tuple[Row, ...]:
    about = {"order_id": told.order_id, "sequence": fact.envelope.sequence, "at": fact.at}
    return tuple(
        Row(
            "backorders_expected",
            about
            | {
                "line_id": line.line_id,
                "sku": line.sku,
                "quantity": line.quantity,
                "expected_on": line.expected_on,
            },
        )
        for line in told.lines
    )


def _level(fact: Fact, level: StockLevel) -> tuple[Row, ...]:
    about = {"sku": level.sku, "pool": level.pool, "number": level.number, "at": fact.at}
    return tuple(Row("levels", about | {"channel": one.channel, "available": one.available}) for one in level.channels)


def _closing(fact: Fact, closing: SiteClosing) -> tuple[Row, ...]:
    return _closure(
        fact,
        closing,
        stands=True,
        closed=closing.closed,
        reason=closing.reason,
        begins_on=_day(closing.begins_on),
        ends_on=_day(closing.ends_on),
    )


def _closure(fact: Fact, said: SiteClosing | SiteOpened, **values: Any) -> tuple[Row, ...]:
    about = {"site": said.site, "sequence": fact.envelope.sequence, "closure_id": said.closure_id, "at": fact.at}
    return (Row("site_closures", about | values),)


def _day(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None


def _no_rows(_fact: Fact, _message: Message) -> tuple[Row, ...]:
    return ()


PROJECTIONS: dict[type[Message], Projection] = {
    CountOpened: _opened,
    CountReported: _reported,
    CountApproved: lambda fact, settled: (_count(settled, approved_at=fact.at),),
    CountRefused: lambda fact, settled: (_count(settled, refused_at=fact.at),),
    CountShort: lambda _, short: (_count_line(short, short.sku, missing=short.missing),),
    TransferSent: _sent,
    TransferReceived: _received,
    InboundChanged: _inbound,
    BackorderExpected: _expected,
    StockLevel: _level,
    SiteClosing: _closing,
    SiteOpened: lambda fact, opened: _closure(fact, opened, stands=False),
    RequestRefused: _no_rows,
}

"""What buyers are told of stock: what is low, out, short or slow, what to buy, and the demand that it follows from."""

from typing import Any

from schemas.alerts import PurchaseRequested, StockAlert
from schemas.base import Message
from schemas.buying import CoverAlert, DemandCounted, SlowAlert, StockWatched
from schemas.light import declared
from services.insight.domain.rows import Fact, Projection, Row


def _alert(fact: Fact, alert: StockAlert) -> tuple[Row, ...]:
    return (_row(fact, alert, "level", "free", "low_below"),)


def _cover(fact: Fact, alert: CoverAlert) -> tuple[Row, ...]:
    return (_row(fact, alert, "cover", "free", "demand", "demand_days", "cover_days", "below_days"),)


def _slow(fact: Fact, alert: SlowAlert) -> tuple[Row, ...]:
    row, worth = _row(fact, alert, "slow", "on_hand", "since", "days"), alert.worth
    return (_with(row, worth=worth.amount, currency=worth.currency) if worth else row,)


def _purchase(fact: Fact, asked: PurchaseRequested) -> tuple[Row, ...]:
    reasons = ("demand", "demand_days", "lead_days", "review_days", "supplier")
    return (_row(fact, asked, "purchase", "free", "quantity", "to_come", "waiting", *reasons),)


def _row(fact: Fact, said: Any, kind: str, *names: str) -> Row:
    about = {"event_id": fact.envelope.id, "sequence": fact.envelope.sequence, "sku": said.sku, "at": fact.at}
    alert = kind if isinstance(said, PurchaseRequested) else said.alert.value
    told = declared(said).model_dump(include=set(names), exclude_none=True)
    return Row("stock_alerts", {**about, "kind": kind, "alert": alert, **told})


def _with(row: Row, **values: Any) -> Row:
    return Row(row.table, {**row.values, **values})


def _demand(_fact: Fact, counted: DemandCounted) -> tuple[Row, ...]:
    about = {"pool": counted.pool, "on": counted.on}
    return tuple(Row("demand", about | declared(sums).model_dump()) for sums in counted.skus)


def _watched(_fact: Fact, watched: StockWatched) -> tuple[Row, ...]:
    about = {"pool": watched.pool, "on": watched.on}
    return (Row("watched", about), *(Row("demand", {**about, "sku": sku}) for sku in watched.found))


PROJECTIONS: dict[type[Message], Projection] = {
    StockAlert: _alert,
    CoverAlert: _cover,
    SlowAlert: _slow,
    PurchaseRequested: _purchase,
    DemandCounted: _demand,
    StockWatched: _watched,
}

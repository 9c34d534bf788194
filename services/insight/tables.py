"""The tables of the read model. Money is in minor units of the order's currency; nothing in them is personal.

A column merges to the greatest value that was ever written to it; `derived` ones are computed: of a position from the
ledger, all others from the tables of their order whenever one of these changed.
"""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, MetaData, String, Table, Text

from cauce.runtime.database import UtcInstant
from services.insight.domain.standing import Tally

METADATA = MetaData()


def _key(name: str, kind: Any = String) -> Column[Any]:
    return Column(name, kind, primary_key=True)


def _derived(name: str, kind: Any = BigInteger, *, index: bool = False) -> Column[Any]:
    return Column(name, kind, index=index, info={"derived": True})


def _of(kind: Any, *names: str) -> list[Column[Any]]:
    return [Column(name, kind) for name in names]


def _order_id() -> Column[Any]:
    return Column("order_id", String, index=True)


ORDERS = Table(
    "orders",
    METADATA,
    _key("order_id"),
    Column("order_number", String, index=True),
    Column("channel", String),
    Column("channel_order", String, index=True),
    Column("placed_at", UtcInstant, index=True),
    *_of(UtcInstant, "refused_at", "changed_at"),
    Column("currency", String),
    Column("person_id", String, index=True),
    *_of(String, "country", "profile", "ship_option"),
    Column("deliver_by", UtcInstant),
    _derived("state", String, index=True),
    _derived("version"),
    _derived("amount", BigInteger),
    _derived("captured", BigInteger),
    _derived("refunded", BigInteger),
)
VERSIONS = Table(
    "order_versions",
    METADATA,
    _key("order_id"),
    _key("version", Integer),
    Column("amount", BigInteger),
    Column("at", UtcInstant),
)
LINES = Table(
    "order_lines",
    METADATA,
    _key("order_id"),
    _key("line_id"),
    Column("sku", String, index=True),
    Column("description", String),
    Column("ordered", BigInteger),
    *_of(BigInteger, "unit_price", "amount", "tax"),
    *(_derived(stage) for stage in Tally._fields),
)
CHANGES = Table(
    "changes",
    METADATA,
    _key("order_id"),
    _key("request_id"),
    *_of(UtcInstant, "requested_at", "answered_at"),
    *_of(String, "outcome", "reason"),
)
CANCELLATIONS = Table(
    "cancellations",
    METADATA,
    _key("order_id"),
    _key("version", Integer),
    _key("line_id"),
    _key("shipment_id"),
    Column("quantity", BigInteger),
)
DECISIONS = Table(
    "decisions",
    METADATA,
    _key("order_id"),
    _key("decision", Integer),  # 0 is the decision to wait
    Column("at", UtcInstant),
    Column("pool", Integer),
    *_of(String, "rule", "trigger", "sites_version", "products_version"),
    Column("candidates", Text),
)
BACKORDERS = Table(
    "backorders",
    METADATA,
    _key("order_id"),
    _key("line_id"),
    Column("sku", String, index=True),
    *_of(BigInteger, "quantity", "queue_number"),
    Column("at", UtcInstant),
)
SHIPMENTS = Table(
    "shipments",
    METADATA,
    _key("shipment_id"),
    _order_id(),
    Column("decision", Integer),
    Column("site", String, index=True),
    Column("country", String),
    Column("distance_meters", BigInteger),
    *_of(String, "carrier", "service"),
    Column("price", BigInteger),
    Column("price_currency", String),
    Column("keeps_promise", Boolean),
    Column("rates_version", String),
    Column("losers", Text),
    Column("tracking_number", String, index=True),
    Column("weight_grams", BigInteger),
    Column("arrives_on", Date),
    Column("work_revision", Integer),
    *_of(UtcInstant, "reserved_at", "stopped_at", "picked_at", "packed_at", "shipped_at", "delivered_at"),
    _derived("stage", String, index=True),
)
SHIPMENT_LINES = Table(
    "shipment_lines",
    METADATA,
    _key("shipment_id"),
    _key("line_id"),
    _order_id(),
    Column("sku", String),
    Column("quantity", BigInteger),
)
RELEASES = Table(
    "releases",
    METADATA,
    _key("order_id"),
    _key("version", Integer),
    _key("line_id"),
    _key("shipment_id"),
    Column("quantity", BigInteger),
)
PAYMENTS = Table(
    "payments",
    METADATA,
    _key("order_id"),
    _key("payment_id"),
    *_of(String, "provider", "provider_reference"),
    Column("amount", BigInteger),
    Column("currency", String),
    Column("captured_at", UtcInstant),
)
REFUNDS = Table(
    "refunds",
    METADATA,
    _key("order_id"),
    _key("refund_id"),
    *_of(String, "return_id", "because"),
    *_of(BigInteger, "amount", "short"),
    Column("currency", String),
    Column("owed_at", UtcInstant),
)
REFUND_PAYMENTS = Table(
    "refund_payments",
    METADATA,
    _key("order_id"),
    _key("refund_id"),
    _key("payment_id"),
    *_of(String, "provider", "provider_reference"),
    Column("amount", BigInteger),
    Column("currency", String),
    *_of(UtcInstant, "refunded_at", "failed_at"),
    Column("detail", String),
)
RETURNS = Table(
    "returns",
    METADATA,
    _key("return_id"),  # the RMA, or the request's id where none was given
    _order_id(),
    *_of(String, "request_id", "site"),
    *_of(UtcInstant, "requested_at", "authorized_at", "refused_at", "expires_at", "expired_at", "received_at"),
    Column("reasons", String),
)
RETURN_LINES = Table(
    "return_lines",
    METADATA,
    _key("return_id"),
    _key("line_id"),
    _order_id(),
    Column("sku", String, index=True),
    Column("quantity", BigInteger),
)
RETURNED_UNITS = Table(
    "returned_units",
    METADATA,
    _key("return_id"),
    _key("receipt_id"),
    _key("line_id"),
    _key("grade"),
    _key("disposition"),
    _order_id(),
    Column("sku", String, index=True),
    Column("quantity", BigInteger),
)
NOTICES = Table(
    "notices",
    METADATA,
    _key("person_id"),
    _key("kind"),
    _key("reference"),
    _order_id(),
    *_of(UtcInstant, "told_at", "failed_at", "superseded_at"),
    Column("message_id", String),
    Column("repeats", Integer),
    Column("detail", String),
)
EFFECTS = Table(
    "effects",
    METADATA,
    _key("effect_id"),
    *_of(String, "topic", "effect", "reference", "outcome", "provider_reference", "detail"),
    *_of(Integer, "attempts", "repeats"),
    Column("answered_at", UtcInstant),
)
POSITIONS = Table(
    "positions",
    METADATA,
    _key("site"),
    _key("sku"),
    _derived("pool", Integer),
    *(_derived(name) for name in ("sequence", "on_hand", "free", "reserved", "picked", "packed", "quarantined")),
    Index("ix_positions_sku", "sku"),
)
COUNTS = Table(
    "counts",
    METADATA,
    _key("site"),
    _key("count_id"),
    *_of(UtcInstant, "opened_at", "reported_at", "approved_at", "refused_at"),
    Column("waits", Boolean),
)
COUNT_LINES = Table(
    "count_lines",
    METADATA,
    _key("site"),
    _key("count_id"),
    _key("sku"),
    *_of(BigInteger, "book", "counted", "unit_value", "missing"),
    Column("currency", String),
    Index("ix_count_lines_sku", "sku"),
)
TRANSFERS = Table(
    "transfers",
    METADATA,
    _key("from_site"),
    _key("transfer_id"),
    _key("sku"),
    Column("to_site", String),
    *_of(BigInteger, "sent", "received"),
    *_of(UtcInstant, "sent_at", "received_at"),
    Index("ix_transfers_sku", "sku"),
)
INBOUND = Table(
    "inbound",
    METADATA,
    _key("site"),
    _key("purchase_id"),
    _key("sku"),
    _key("version", Integer),  # the last one stands
    Column("quantity", BigInteger),
    Column("due_on", Date),
    Column("confirmed", Boolean),
    Column("at", UtcInstant),
    Index("ix_inbound_sku", "sku"),
)
LEVELS = Table(
    "levels",
    METADATA,
    _key("sku"),
    _key("channel"),
    _key("pool", Integer),
    _key("number", BigInteger),  # the last one stands
    Column("available", BigInteger),
    Column("at", UtcInstant),
)
ALERTS = Table(
    "stock_alerts",
    METADATA,
    _key("event_id"),
    Column("sku", String, index=True),
    *_of(String, "alert"),
    *_of(BigInteger, "free", "low_below", "quantity", "to_come", "waiting", "sequence"),
    Column("at", UtcInstant),
)
EXPECTED = Table(
    "backorders_expected",
    METADATA,
    _key("order_id"),
    _key("line_id"),
    _key("sequence", BigInteger),  # the last one stands
    Column("sku", String, index=True),
    Column("quantity", BigInteger),
    Column("expected_on", Date),
    Column("at", UtcInstant),
)
TIMELINE = Table(
    "timeline",
    METADATA,
    _key("event_id"),
    Column("order_id", String),
    Column("at", UtcInstant),
    Column("rank", Integer),
    Column("sequence", BigInteger),
    Column("main", Boolean),
    *_of(String, "type", "summary", "source", "cause_id", "release", "topic"),
    Column("partition", Integer),
    Column("offset", BigInteger),
    Index("ix_timeline_order", "order_id", "at", "rank"),
)
EXCEPTIONS = Table(
    "exceptions",
    METADATA,
    _key("event_id"),
    _order_id(),
    Column("at", UtcInstant, index=True),
    *_of(String, "kind", "reference", "detail"),
)
UNREAD = Table(
    "unread",
    METADATA,
    _key("topic"),
    _key("partition", Integer),
    _key("offset", BigInteger),
    Column("reason", String),
)
OFFSETS = Table(
    "offsets",
    METADATA,
    _key("topic"),
    _key("partition", Integer),
    Column("next_offset", BigInteger, nullable=False),
)

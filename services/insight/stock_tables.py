"""The tables of the read model about stock. Those with a `version`, `number` or `sequence` in their key have a row for
each that was told: the last one stands.
"""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, String, Table

from cauce.runtime.database import UtcInstant
from services.insight.columns import METADATA, derived, key, of

POSITIONS = Table(
    "positions",
    METADATA,
    key("site"),
    key("sku"),
    derived("pool", Integer),
    *(derived(name) for name in ("sequence", "on_hand", "free", "reserved", "picked", "packed", "quarantined")),
    Index("ix_positions_sku", "sku"),
)
COUNTS = Table(
    "counts",
    METADATA,
    key("site"),
    key("count_id"),
    *of(UtcInstant, "opened_at", "reported_at", "approved_at", "refused_at"),
    Column("waits", Boolean),
)
COUNT_LINES = Table(
    "count_lines",
    METADATA,
    key("site"),
    key("count_id"),
    key("sku"),
    *of(BigInteger, "book", "counted", "unit_value", "missing"),
    Column("currency", String),
    Index("ix_count_lines_sku", "sku"),
)
TRANSFERS = Table(
    "transfers",
    METADATA,
    key("from_site"),
    key("transfer_id"),
    key("sku"),
    Column("to_site", String),
    *of(BigInteger, "sent", "received"),
    *of(UtcInstant, "sent_at", "received_at"),
    Index("ix_transfers_sku", "sku"),
)
INBOUND = Table(
    "inbound",
    METADATA,
    key("site"),
    key("purchase_id"),
    key("sku"),
    key("version", Integer),  # the last one stands
    Column("quantity", BigInteger),
    Column("due_on", Date),
    Column("confirmed", Boolean),
    Column("at", UtcInstant),
    Index("ix_inbound_sku", "sku"),
)
LEVELS = Table(
    "levels",
    METADATA,
    key("sku"),
    key("channel"),
    key("pool", Integer),
    key("number", BigInteger),  # the last one stands
    Column("available", BigInteger),
    Column("at", UtcInstant),
)
ALERTS = Table(
    "stock_alerts",
    METADATA,
    key("event_id"),
    Column("sku", String, index=True),
    *of(String, "kind", "alert"),
    *of(BigInteger, "free", "low_below", "quantity", "to_come", "waiting", "sequence"),
    *of(BigInteger, "demand", "demand_days", "cover_days", "below_days", "lead_days", "review_days"),
    *of(BigInteger, "on_hand", "days", "worth"),
    *of(String, "currency", "supplier"),
    Column("since", Date),
    Column("at", UtcInstant),
)
DEMAND = Table(
    "demand",
    METADATA,
    key("sku"),
    key("on", Date),
    key("pool", Integer),
    *of(BigInteger, "ordered", "canceled"),  # so far: both only rise
    Index("ix_demand_on", "on"),
)
WATCHED = Table(
    "watched",
    METADATA,
    key("pool", Integer),
    Column("on", Date),
)
LOT_MOVES = Table(
    "lot_moves",
    METADATA,
    key("event_id"),
    key("lot"),
    *of(String, "sku", "site", "move", "source", "target", "order_id", "reference"),
    *of(BigInteger, "quantity", "sequence"),
    Column("expires_on", Date),
    Column("at", UtcInstant),
    Index("ix_lot_moves_sku", "sku", "lot"),
)
CLOSURES = Table(
    "site_closures",
    METADATA,
    key("site"),
    key("sequence", BigInteger),  # the last one stands
    *of(String, "closure_id", "reason"),
    *of(Boolean, "stands", "closed"),
    *of(Date, "begins_on", "ends_on"),
    Column("at", UtcInstant),
)
LOT_RECALLS = Table(
    "lot_recalls",
    METADATA,
    key("sku"),
    key("lot"),
    *of(String, "recall_id", "reason"),
    Column("at", UtcInstant),
)
EXPECTED = Table(
    "backorders_expected",
    METADATA,
    key("order_id"),
    key("line_id"),
    key("sequence", BigInteger),  # the last one stands
    Column("sku", String, index=True),
    Column("quantity", BigInteger),
    Column("expected_on", Date),
    Column("at", UtcInstant),
)

"""The tables of the read model. Money is in minor units of the order's currency; nothing in them is personal.

A column merges to the greatest value that was ever written to it; `derived` ones are computed: of a position from the
ledger, all others from the tables of their order whenever one of these changed.
"""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, String, Table, Text

from cauce.runtime.database import UtcInstant
from services.insight.columns import METADATA, derived, key, of, order_id
from services.insight.domain.standing import Tally

ORDERS = Table(
    "orders",
    METADATA,
    key("order_id"),
    Column("order_number", String, index=True),
    Column("channel", String),
    Column("channel_order", String, index=True),
    Column("placed_at", UtcInstant, index=True),
    *of(UtcInstant, "refused_at", "changed_at"),
    Column("currency", String),
    Column("person_id", String, index=True),
    *of(String, "country", "profile", "ship_option"),
    Column("deliver_by", UtcInstant),
    derived("state", String, index=True),
    derived("version"),
    derived("amount", BigInteger),
    derived("captured", BigInteger),
    derived("refunded", BigInteger),
)
VERSIONS = Table(
    "order_versions",
    METADATA,
    key("order_id"),
    key("version", Integer),
    Column("amount", BigInteger),
    Column("at", UtcInstant),
)
LINES = Table(
    "order_lines",
    METADATA,
    key("order_id"),
    key("line_id"),
    Column("sku", String, index=True),
    Column("description", String),
    Column("ordered", BigInteger),
    *of(BigInteger, "unit_price", "amount", "tax"),
    *(derived(stage) for stage in Tally._fields),
)
KITS = Table(
    "order_kits",
    METADATA,
    key("order_id"),
    key("line_id"),  # of a component
    *of(String, "kit_line", "kit", "description"),
    *of(BigInteger, "kits", "units", "amount"),  # amount is of all the kits
)
CHANGES = Table(
    "changes",
    METADATA,
    key("order_id"),
    key("request_id"),
    *of(UtcInstant, "requested_at", "answered_at"),
    *of(String, "outcome", "reason"),
)
REDIRECTIONS = Table(
    "redirections",
    METADATA,
    key("order_id"),
    key("version", Integer),
    *of(String, "country", "ship_option"),
    Column("deliver_by", UtcInstant),
)
HOLDS = Table(
    "holds",
    METADATA,
    key("order_id"),
    key("hold_id"),
    Column("kind", String, index=True),
    *of(String, "stops", "scope", "reason", "release_by", "released_by"),
    *of(UtcInstant, "until", "held_at", "released_at"),
)
CANCELLATIONS = Table(
    "cancellations",
    METADATA,
    key("order_id"),
    key("version", Integer),
    key("line_id"),
    key("shipment_id"),
    Column("quantity", BigInteger),
)
DECISIONS = Table(
    "decisions",
    METADATA,
    key("order_id"),
    key("decision", Integer),  # 0 is the decision to wait
    Column("at", UtcInstant),
    Column("pool", Integer),
    *of(String, "rule", "trigger", "sites_version", "products_version"),
    Column("candidates", Text),
)
BACKORDERS = Table(
    "backorders",
    METADATA,
    key("order_id"),
    key("line_id"),
    Column("sku", String, index=True),
    *of(BigInteger, "quantity", "queue_number"),
    Column("at", UtcInstant),
)
SHIPMENTS = Table(
    "shipments",
    METADATA,
    key("shipment_id"),
    order_id(),
    Column("decision", Integer),
    Column("site", String, index=True),
    Column("country", String),
    Column("distance_meters", BigInteger),
    *of(String, "carrier", "service"),
    Column("price", BigInteger),
    Column("price_currency", String),
    Column("keeps_promise", Boolean),
    Column("rates_version", String),
    Column("losers", Text),
    Column("tracking_number", String, index=True),
    Column("weight_grams", BigInteger),
    Column("arrives_on", Date),
    Column("work_revision", Integer),
    *of(UtcInstant, "reserved_at", "stopped_at", "picked_at", "packed_at", "shipped_at", "delivered_at"),
    *of(UtcInstant, "ship_by", "at_risk_at", "broken_at"),
    Column("deliver_on", Date),
    derived("stage", String, index=True),
)
SHIPMENT_LINES = Table(
    "shipment_lines",
    METADATA,
    key("shipment_id"),
    key("line_id"),
    order_id(),
    *of(String, "sku", "instead_of"),
    Column("quantity", BigInteger),
)
RELEASES = Table(
    "releases",
    METADATA,
    key("order_id"),
    key("version", Integer),
    key("line_id"),
    key("shipment_id"),
    Column("quantity", BigInteger),
)
PAYMENTS = Table(
    "payments",
    METADATA,
    key("order_id"),
    key("payment_id"),
    *of(String, "provider", "provider_reference"),
    Column("amount", BigInteger),
    Column("currency", String),
    Column("captured_at", UtcInstant),
)
REFUNDS = Table(
    "refunds",
    METADATA,
    key("order_id"),
    key("refund_id"),
    *of(String, "return_id", "because"),
    *of(BigInteger, "amount", "short"),
    Column("currency", String),
    Column("owed_at", UtcInstant),
)
REFUND_PAYMENTS = Table(
    "refund_payments",
    METADATA,
    key("order_id"),
    key("refund_id"),
    key("payment_id"),
    *of(String, "provider", "provider_reference"),
    Column("amount", BigInteger),
    Column("currency", String),
    *of(UtcInstant, "refunded_at", "failed_at"),
    Column("detail", String),
)
RETURNS = Table(
    "returns",
    METADATA,
    key("return_id"),  # the RMA, or the request's id where none was given
    order_id(),
    *of(String, "request_id", "site"),
    *of(UtcInstant, "requested_at", "authorized_at", "refused_at", "expires_at", "expired_at", "received_at"),
    Column("reasons", String),
)
RETURN_LINES = Table(
    "return_lines",
    METADATA,
    key("return_id"),
    key("line_id"),
    order_id(),
    Column("sku", String, index=True),
    Column("quantity", BigInteger),
)
RETURNED_UNITS = Table(
    "returned_units",
    METADATA,
    key("return_id"),
    key("receipt_id"),
    key("line_id"),
    key("grade"),
    key("disposition"),
    order_id(),
    Column("sku", String, index=True),
    Column("quantity", BigInteger),
)
NOTICES = Table(
    "notices",
    METADATA,
    key("person_id"),
    key("kind"),
    key("reference"),
    order_id(),
    *of(UtcInstant, "told_at", "failed_at", "superseded_at"),
    Column("message_id", String),
    Column("repeats", Integer),
    Column("detail", String),
)
TEAM_NOTICES = Table(
    "team_notices",
    METADATA,
    key("addressee"),
    key("kind"),
    key("reference"),
    *of(String, "about", "subject", "detail"),
    *of(UtcInstant, "told_at", "failed_at"),
    Column("repeats", Integer),
)
EFFECTS = Table(
    "effects",
    METADATA,
    key("effect_id"),
    *of(String, "topic", "effect", "reference", "outcome", "provider_reference", "detail"),
    *of(Integer, "attempts", "repeats"),
    Column("answered_at", UtcInstant),
)
TIMELINE = Table(
    "timeline",
    METADATA,
    key("event_id"),
    Column("order_id", String),
    Column("at", UtcInstant),
    Column("rank", Integer),
    Column("sequence", BigInteger),
    Column("main", Boolean),
    *of(String, "type", "summary", "source", "cause_id", "release", "topic"),
    Column("partition", Integer),
    Column("offset", BigInteger),
    Index("ix_timeline_order", "order_id", "at", "rank"),
)
EXCEPTIONS = Table(
    "exceptions",
    METADATA,
    key("event_id"),
    order_id(),
    Column("at", UtcInstant, index=True),
    *of(String, "kind", "reference", "detail"),
)
UNREAD = Table(
    "unread",
    METADATA,
    key("topic"),
    key("partition", Integer),
    key("offset", BigInteger),
    Column("reason", String),
)
OFFSETS = Table(
    "offsets",
    METADATA,
    key("topic"),
    key("partition", Integer),
    Column("next_offset", BigInteger, nullable=False),
)

"""All orders and positions that the read model holds at one moment, for whoever compares them with the facts."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select

from services.insight.domain.standing import Tally
from services.insight.promise_reading import By, Kept, kept_by
from services.insight.reading import Fields
from services.insight.stock_tables import POSITIONS
from services.insight.tables import LINES, OFFSETS, ORDERS, UNREAD


class Held(NamedTuple):
    """Rows of each table, and the offsets up to which they are the fold of the topics."""

    offsets: list[Fields]
    unread: list[Fields]
    orders: list[Fields]
    lines: list[Fields]
    positions: list[Fields]
    kept: list[Kept]


def held(connection: Connection) -> Held:
    """What one transaction sees; nothing may have been asked of the connection before."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN")  # its driver begins none for a question
    else:
        connection.execution_options(isolation_level="REPEATABLE READ")
    order = [ORDERS.c[name] for name in ("order_id", "state", "amount", "captured", "refunded")]
    line = [LINES.c[name] for name in ("order_id", "line_id", *Tally._fields)]

    def rows(query: Select[Any]) -> list[Fields]:
        return [row._asdict() for row in connection.execute(query)]

    return Held(
        offsets=rows(select(OFFSETS)),
        unread=rows(select(UNREAD)),
        orders=rows(select(*order)),
        lines=rows(select(*line)),
        positions=rows(select(POSITIONS)),
        kept=kept_by(connection, By.SITE),
    )

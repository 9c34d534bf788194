"""The derived columns: what the rows of an order come to, computed again whenever one of them changed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, func, select, update

from services.insight.domain.standing import Known, Stage, Tally, stage_of, state_of, tally
from services.insight.tables import (
    BACKORDERS,
    CANCELLATIONS,
    LINES,
    ORDERS,
    PAYMENTS,
    REFUND_PAYMENTS,
    RELEASES,
    RETURNED_UNITS,
    SHIPMENT_LINES,
    SHIPMENTS,
    VERSIONS,
)

STANDING = {
    table.name
    for table in (
        *(ORDERS, VERSIONS, LINES, CANCELLATIONS, BACKORDERS, SHIPMENTS, SHIPMENT_LINES, RELEASES),
        *(PAYMENTS, REFUND_PAYMENTS, RETURNED_UNITS),
    )
}
_CHUNK = 500  # orders a query: below every database's limit of parameters
_REACHED = (
    (Stage.DELIVERED, "delivered_at"),
    (Stage.SHIPPED, "shipped_at"),
    (Stage.STOPPED, "stopped_at"),
    (Stage.PACKED, "packed_at"),
    (Stage.PICKED, "picked_at"),
)
LineKey = tuple[str, str]


def refresh(connection: Connection, order_ids: Iterable[str]) -> None:
    """Compute the derived columns of these orders from their rows."""
    left = iter(sorted(order_ids))
    while chunk := list(islice(left, _CHUNK)):
        _Orders(connection, chunk).refresh()


class _Orders:
    """The rows of some orders, read once and summed."""

    def __init__(self, connection: Connection, order_ids: list[str]) -> None:
        self._connection = connection
        self._ids = order_ids

    def refresh(self) -> None:
        stages = self._stages()
        lines = self._tallies(stages)
        self._update(
            SHIPMENTS, ["shipment_id"], [{"shipment_id": key, "stage": stage} for key, stage in stages.items()]
        )
        self._update(
            LINES,
            ["order_id", "line_id"],
            [{"order_id": key[0], "line_id": key[1], **units._asdict()} for key, units in lines.items()],
        )
        self._update(ORDERS, ["order_id"], list(self._orders(lines)))

    def _stages(self) -> dict[str, Stage]:
        return {
            row.shipment_id: stage_of({stage: getattr(row, name) is not None for stage, name in _REACHED})
            for row in self._rows(select(SHIPMENTS), SHIPMENTS)
        }

    def _tallies(self, stages: dict[str, Stage]) -> dict[LineKey, Tally]:
        canceled, returned = self._sums(CANCELLATIONS), self._sums(RETURNED_UNITS)
        waits = {(row.order_id, row.line_id) for row in self._rows(select(BACKORDERS), BACKORDERS)}
        parcels = self._parcels(stages)
        return {
            key: tally(
                Known(
                    ordered=row.ordered or 0,
                    canceled=canceled.get(key, 0),
                    returned=returned.get(key, 0),
                    waits=key in waits,
                    parcels=parcels.get(key, {}),
                )
            )
            for row in self._rows(select(LINES.c.order_id, LINES.c.line_id, LINES.c.ordered), LINES)
            for key in [(row.order_id, row.line_id)]
        }

    def _parcels(self, stages: dict[str, Stage]) -> dict[LineKey, dict[Stage, int]]:
        """Promised units of each line by stage, less those released; a parcel's order may not be known yet."""
        parcels: dict[LineKey, dict[Stage, int]] = defaultdict(lambda: defaultdict(int))
        lines = {(row.shipment_id, row.line_id): row for row in self._rows(select(SHIPMENT_LINES), SHIPMENT_LINES)}
        for (shipment_id, _), row in lines.items():
            parcels[row.order_id, row.line_id][stages[shipment_id]] += row.quantity
        for row in self._rows(select(RELEASES), RELEASES):
            if (row.shipment_id, row.line_id) in lines:
                parcels[row.order_id, row.line_id][stages[row.shipment_id]] -= row.quantity
        return parcels

    def _orders(self, lines: dict[LineKey, Tally]) -> Iterator[dict[str, Any]]:
        of_order: dict[str, list[Tally]] = defaultdict(list)
        for (order_id, _), units in lines.items():
            of_order[order_id].append(units)
        versions = {
            row.order_id: row for row in self._rows(select(VERSIONS).order_by(VERSIONS.c.version), VERSIONS)
        }  # the last one of each order stays
        captured = self._totals(select(PAYMENTS.c.order_id, func.sum(PAYMENTS.c.amount)), PAYMENTS)
        paid_back = select(REFUND_PAYMENTS.c.order_id, func.sum(REFUND_PAYMENTS.c.amount))
        refunded = self._totals(paid_back.where(REFUND_PAYMENTS.c.refunded_at.is_not(None)), REFUND_PAYMENTS)
        for row in self._rows(select(ORDERS.c.order_id, ORDERS.c.placed_at, ORDERS.c.refused_at), ORDERS):
            version = versions.get(row.order_id)
            yield {
                "order_id": row.order_id,
                "state": state_of(
                    of_order[row.order_id], placed=row.placed_at is not None, refused=row.refused_at is not None
                ),
                "version": version.version if version else None,
                "amount": version.amount if version else None,
                "captured": captured.get(row.order_id, 0),
                "refunded": refunded.get(row.order_id, 0),
            }

    def _rows(self, query: Select[Any], table: Table) -> Iterable[Any]:
        return self._connection.execute(query.where(table.c.order_id.in_(self._ids)))

    def _sums(self, table: Table) -> dict[LineKey, int]:
        keys = (table.c.order_id, table.c.line_id)
        query = select(*keys, func.sum(table.c.quantity)).group_by(*keys)
        return {(row[0], row[1]): int(row[2]) for row in self._rows(query, table)}

    def _totals(self, query: Select[Any], table: Table) -> dict[str, int]:
        return {row[0]: int(row[1]) for row in self._rows(query.group_by(table.c.order_id), table)}

    def _update(self, table: Table, keys: list[str], rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        derived: dict[str, Any] = {
            column.name: bindparam(column.name) for column in table.columns if column.info.get("derived")
        }
        chosen = [table.c[name] == bindparam(f"key_{name}") for name in keys]
        values = [{f"key_{name}": row.pop(name) for name in keys} | row for row in rows]
        self._connection.execute(update(table).where(*chosen).values(derived), values)

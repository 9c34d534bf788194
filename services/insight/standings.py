"""The derived columns: what the rows of an order come to, computed again whenever one of them changed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, Table, func, select

from cauce.runtime.merging import Overwrite, among
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
Values = dict[str, Any]


class Standings:
    """Keeps the derived columns of orders."""

    def __init__(self, dialect: str) -> None:
        self._writes = {table.name: Overwrite(table, dialect) for table in (SHIPMENTS, LINES, ORDERS)}

    def refresh(self, connection: Connection, order_ids: Iterable[str]) -> None:
        """Compute the derived columns of these orders from their rows; write those that changed."""
        left = iter(sorted(order_ids))
        while chunk := list(islice(left, _CHUNK)):
            for table, rows in _Orders(connection, chunk).changed().items():
                self._writes[table].run(connection, rows)


class _Orders:
    """The rows of some orders, read once and summed."""

    def __init__(self, connection: Connection, order_ids: list[str]) -> None:
        self._connection = connection
        self._ids = order_ids
        self._shipments = self._rows(select(SHIPMENTS), SHIPMENTS)
        self._lines = self._rows(select(LINES), LINES)

    def changed(self) -> dict[str, list[Values]]:
        """Keys and derived columns of the rows where these are not what stands there, by table."""
        stages = {row.shipment_id: _stage(row) for row in self._shipments}
        tallies = self._tallies(stages)
        return {
            SHIPMENTS.name: _differing(
                ("shipment_id",), ((row, {"stage": stages[row.shipment_id]}) for row in self._shipments)
            ),
            LINES.name: _differing(
                ("order_id", "line_id"), ((row, tallies[_line(row)]._asdict()) for row in self._lines)
            ),
            ORDERS.name: _differing(("order_id",), self._orders(tallies)),
        }

    def _tallies(self, stages: dict[str, Stage]) -> dict[LineKey, Tally]:
        canceled, returned = self._sums(CANCELLATIONS), self._sums(RETURNED_UNITS)
        waits = {_line(row) for row in self._rows(select(BACKORDERS), BACKORDERS)}
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
            for row in self._lines
            for key in [_line(row)]
        }

    def _parcels(self, stages: dict[str, Stage]) -> dict[LineKey, dict[Stage, int]]:
        """Promised units of each line by stage, less those released; a parcel's order may not be known yet."""
        parcels: dict[LineKey, dict[Stage, int]] = defaultdict(lambda: defaultdict(int))
        lines = {(row.shipment_id, row.line_id): row for row in self._rows(select(SHIPMENT_LINES), SHIPMENT_LINES)}
        for (shipment_id, _), row in lines.items():
            parcels[_line(row)][stages[shipment_id]] += row.quantity
        for row in self._rows(select(RELEASES), RELEASES):
            if (row.shipment_id, row.line_id) in lines:
                parcels[_line(row)][stages[row.shipment_id]] -= row.quantity
        return parcels

    def _orders(self, tallies: dict[LineKey, Tally]) -> Iterator[tuple[Any, Values]]:
        of_order: dict[str, list[Tally]] = defaultdict(list)
        for (order_id, _), units in tallies.items():
            of_order[order_id].append(units)
        versions = {
            row.order_id: row for row in self._rows(select(VERSIONS).order_by(VERSIONS.c.version), VERSIONS)
        }  # the last one of each order stays
        captured = self._totals(select(PAYMENTS.c.order_id, func.sum(PAYMENTS.c.amount)), PAYMENTS)
        paid_back = select(REFUND_PAYMENTS.c.order_id, func.sum(REFUND_PAYMENTS.c.amount))
        refunded = self._totals(paid_back.where(REFUND_PAYMENTS.c.refunded_at.is_not(None)), REFUND_PAYMENTS)
        for row in self._rows(select(ORDERS), ORDERS):
            version = versions.get(row.order_id)
            yield (
                row,
                {
                    "state": state_of(
                        of_order[row.order_id], placed=row.placed_at is not None, refused=row.refused_at is not None
                    ),
                    "version": version.version if version else None,
                    "amount": version.amount if version else None,
                    "captured": captured.get(row.order_id, 0),
                    "refunded": refunded.get(row.order_id, 0),
                },
            )

    def _rows(self, query: Select[Any], table: Table) -> Sequence[Any]:
        return self._connection.execute(query.where(among(self._connection, table.c.order_id, self._ids))).all()

    def _sums(self, table: Table) -> dict[LineKey, int]:
        keys = (table.c.order_id, table.c.line_id)
        query = select(*keys, func.sum(table.c.quantity)).group_by(*keys)
        return {(row[0], row[1]): int(row[2]) for row in self._rows(query, table)}

    def _totals(self, query: Select[Any], table: Table) -> dict[str, int]:
        return {row[0]: int(row[1]) for row in self._rows(query.group_by(table.c.order_id), table)}


def _line(row: Any) -> LineKey:
    return row.order_id, row.line_id


def _stage(row: Any) -> Stage:
    return stage_of({stage: getattr(row, name) is not None for stage, name in _REACHED})


def _differing(keys: tuple[str, ...], computed: Iterable[tuple[Any, Values]]) -> list[Values]:
    """Keys and values of the rows in which these are others."""
    return [
        {**{name: getattr(row, name) for name in keys}, **values}
        for row, values in computed
        if any(getattr(row, name) != value for name, value in values.items())
    ]

"""A shop: everything that orders, suppliers and returns do to a pool, and the laws that hold at every step."""

import random
from collections import Counter
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from oracle.books import BatchedRows, Books
from schemas.stock import Bucket, Disposition, Move, Stage, StockMoved
from services.allocation.domain.rows import KINDS, queue_key

SKUS, SITES = ("cup", "pot"), ("madrid", "lyon", "berlin")
UNITS = st.integers(1, 5)
SOME = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 9), min_size=1)
SITE = st.sampled_from(SITES)


class Shop(RuleBasedStateMachine):
    """Everything that can reach a pool, in any order that causes allow."""

    told: Any

    def __init__(self) -> None:
        super().__init__()
        self.pool, self.books = self.new_pool(), Books()
        self.commands: list[Any] = []
        self.ordered: dict[str, dict[str, int]] = {}
        self.canceled: Counter[tuple[str, str]] = Counter()
        self.gone: Counter[tuple[str, str]] = Counter()
        self.versions: Counter[str] = Counter()

    def new_pool(self, rows: BatchedRows | None = None) -> Any:
        return self.told.pool(rows)

    def do(self, command: Any) -> tuple[Any, ...]:
        self.commands.append(command)
        self.books.served.clear()
        events = self.pool.do(command)
        for event in events:
            self.books.enter(event)
            if isinstance(event, StockMoved) and event.move is Move.SHIPPED:
                self.gone[event.order_id, event.line_id] += event.quantity
        return events

    @initialize(shelves=st.lists(st.tuples(SOME, SITE), max_size=4))
    def a_shop_opens(self, shelves: list[tuple[dict[str, int], str]]) -> None:
        for units, site in shelves:
            self.do(self.pool.receipt(units, site))

    @rule(lines=st.lists(st.tuples(st.sampled_from(SKUS), UNITS), min_size=1, max_size=3), to=SITE, data=st.data())
    def an_order_comes(self, lines: list[tuple[str, int]], to: str, data: st.DataObject) -> None:
        order = f"o{len(self.ordered)}"
        self.ordered[order] = {str(number): quantity for number, (_, quantity) in enumerate(lines, start=1)}
        if data.draw(st.integers(0, 4)) == 4:  # a change was faster
            line = data.draw(st.sampled_from(sorted(self.ordered[order])))
            self.cancel(order, {line: data.draw(st.integers(1, self.ordered[order][line]))}, "")
        self.do(self.pool.order(order, lines, to))

    def cancel(self, order: str, units: dict[str, int], shipment: str) -> None:
        self.versions[order] += 1
        self.canceled.update({(order, line): quantity for line, quantity in units.items()})
        self.do(self.pool.change(order, units, shipment=shipment, version=self.versions[order] + 1))

    @precondition(lambda self: self.open_lines())
    @rule(data=st.data())
    def a_shipment_loses_units(self, data: st.DataObject) -> None:
        order, shipment, line = data.draw(st.sampled_from(self.open_lines()))
        if line.reserved + line.picked:
            units = data.draw(st.integers(1, line.reserved + line.picked))
            self.cancel(order, {line.line_id: units}, f"{order}-{shipment.number}")

    @precondition(lambda self: self.ordered)
    @rule(data=st.data())
    def a_line_is_canceled_wherever_it_is(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(sorted(self.ordered)))
        held = Counter({line: self.books.waiting[order, line] for line in self.ordered[order]})
        for of, _, line in self.open_lines():
            held[line.line_id] += (line.reserved + line.picked) if of == order else 0
        wanted = {line: data.draw(st.integers(1, units)) for line, units in held.items() if units}
        if wanted:
            self.cancel(order, wanted, "")

    @precondition(lambda self: self.open_lines())
    @rule(data=st.data(), stage=st.sampled_from(Stage))
    def a_shipment_moves_on(self, data: st.DataObject, stage: Stage) -> None:
        order, shipment, _ = data.draw(st.sampled_from(self.open_lines()))
        held = {line.line_id: line.reserved + line.picked + line.packed for line in shipment.lines}
        leaving_out = data.draw(st.sampled_from([0, 0, 1]))
        reached = {line: max(1, units - leaving_out) for line, units in held.items()}
        self.do(self.pool.advance(f"{order}-{shipment.number}", stage, reached))

    @rule(units=SOME, site=SITE)
    def goods_come(self, units: dict[str, int], site: str) -> None:
        self.do(self.pool.receipt(units, site))

    @rule(sku=st.sampled_from(SKUS), change=st.integers(-4, 4).filter(bool), site=SITE)
    def somebody_counts(self, sku: str, change: int, site: str) -> None:
        self.do(self.pool.adjustment(sku, change, site))

    @rule(units=SOME, site=SITE, disposition=st.sampled_from(Disposition))
    def goods_come_back(self, units: dict[str, int], site: str, disposition: Disposition) -> None:
        self.do(self.pool.return_of(units, disposition, site, f"RR-{len(self.commands)}"))

    @precondition(lambda self: self.commands)
    @rule(data=st.data())
    def a_command_comes_again(self, data: st.DataObject) -> None:
        again = data.draw(st.sampled_from(self.commands))
        assert self.pool.do(again) == ()

    def open_lines(self) -> list[tuple[str, Any, Any]]:
        orders = self.pool.table().get("orders", {})
        return [(key, one, line) for key, row in sorted(orders.items()) for one in row.open for line in one.lines]

    @invariant()
    def positions_are_what_the_ledger_says(self) -> None:
        for sku in SKUS:
            for site in SITES:
                position, buckets = self.pool.at(sku, site), self.books.buckets.get((sku, site), Counter())
                assert position.on_hand == sum(position[1:]) == self.books.on_hand(sku, site)
                assert all(getattr(position, bucket) == buckets[bucket] for bucket in tuple(Bucket)[1:])

    @invariant()
    def every_promised_unit_is_held_once(self) -> None:
        held: Counter[tuple[str, str, str]] = Counter()
        for _, shipment, line in self.open_lines():
            for stage in (Bucket.RESERVED, Bucket.PICKED, Bucket.PACKED):
                held[line.sku, shipment.site, stage] += getattr(line, stage)
        for (sku, site), buckets in self.books.buckets.items():
            for stage in (Bucket.RESERVED, Bucket.PICKED, Bucket.PACKED):
                assert held[sku, site, stage] == buckets[stage]
        assert self.books.promised == self.books.reserved

    @invariant()
    def every_ordered_unit_is_somewhere(self) -> None:
        held = Counter({key: units for key, units in self.books.waiting.items() if units})
        for order, _, line in self.open_lines():
            held[order, line.line_id] += line.reserved + line.picked + line.packed
        for order, lines in self.ordered.items():
            for line, ordered in lines.items():
                assert ordered == held[order, line] + self.canceled[order, line] + self.gone[order, line]

    @invariant()
    def shipments_are_numbered_without_a_gap(self) -> None:
        for order, shipments in self.books.shipments.items():
            assert shipments == [f"{order}-{number}" for number in range(1, len(shipments) + 1)]

    def sellable(self, sku: str, site: str) -> int:
        return self.pool.at(sku, site).free

    def is_kept_back(self, sku: str) -> bool:  # noqa: ARG002  # another shop keeps safety stock
        return False

    @invariant()
    def nobody_waits_for_what_is_there(self) -> None:
        for sku in SKUS:
            head = next(self.pool.stock.queue(sku), None)
            assert head is None or head[1].quantity > sum(self.sellable(sku, site) for site in SITES)

    @invariant()
    def first_come_is_first_served(self) -> None:
        table = self.pool.table()
        for sku, number in self.books.served:
            if self.is_kept_back(sku):
                continue  # who waits for that alone holds up nobody
            waiting = (table["waiting"][turn.order_id] for _, turn in self.pool.stock.queue(sku))
            assert all(number <= row.queue_number for row in waiting)

    @invariant()
    def the_queues_are_what_orders_wait_for(self) -> None:
        table = self.pool.table()
        turns = {
            queue_key(line.sku, row.queue_number, line.place): (order, line.line_id, line.quantity)
            for order, row in table.get("waiting", {}).items()
            for line in row.lines
        }
        assert turns == table.get("queue", {})
        assert sum(turn[2] for turn in turns.values()) == sum(self.books.waiting.values())

    def teardown(self) -> None:
        assert self.pool.replayed().table() == self.pool.table(), "rows are the fold of the events"
        self.batches_change_nothing()

    def batches_change_nothing(self) -> None:
        rows, chance = BatchedRows(), random.Random(len(self.commands))
        other = self.new_pool(rows)
        for command in self.commands:
            other.do(command)
            if chance.random() < 0.5:
                rows.commit()
        rows.commit()
        assert [event.to_bytes() for event in other.events] == [event.to_bytes() for event in self.pool.events]
        table = self.pool.table()
        written = {kind: {key: KINDS[kind].encode(row) for key, row in of.items()} for kind, of in table.items()}
        assert {kind: of for kind, of in rows.stored.items() if of} == written

"""A shop that also buys, and whose suppliers answer."""

from datetime import date

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from oracle.desk import Desk
from oracle.shop import SITE, SKUS, SOME, UNITS
from schemas.inbound import (
    AnswerPurchase,
    ExpectedUnits,
    ExpectStock,
    ReceivePurchase,
    SupplierAnswer,
    SupplierWord,
)
from schemas.stock import SkuQuantity

DAYS = st.sampled_from([date(2026, 3, 9), date(2026, 3, 13), date(2026, 4, 1)])


class Buying(Desk):
    """Purchases, answers and receipts, in any order; what was told of days is what the rows give."""

    def __init__(self) -> None:
        super().__init__()
        self.purchases: list[ExpectStock] = []

    @rule(site=SITE, units=SOME, day=DAYS)
    def a_purchase_is_sent(self, site: str, units: dict[str, int], day: date) -> None:
        lines = tuple(ExpectedUnits(sku=sku, quantity=quantity, due_on=day) for sku, quantity in units.items())
        command = ExpectStock(pool=0, purchase_id=f"PO{len(self.commands)}", site=site, lines=lines)
        self.purchases.append(command)
        self.do(command)

    @precondition(lambda self: self.purchases)
    @rule(data=st.data(), word=st.sampled_from(SupplierWord), units=UNITS, day=DAYS)
    def a_supplier_answers(self, data: st.DataObject, word: SupplierWord, units: int, day: date) -> None:
        purchase = data.draw(st.sampled_from(self.purchases))
        said = SupplierAnswer(sku=purchase.lines[0].sku, word=word, quantity=units, due_on=day)
        name = f"A{len(self.commands)}"
        self.do(
            AnswerPurchase(
                pool=0, answer_id=name, purchase_id=purchase.purchase_id, site=purchase.site, answers=(said,)
            )
        )

    @precondition(lambda self: self.purchases)
    @rule(data=st.data(), units=SOME)
    def goods_of_a_purchase_come(self, data: st.DataObject, units: dict[str, int]) -> None:
        purchase = data.draw(st.sampled_from(self.purchases))
        lines = tuple(SkuQuantity(sku=sku, quantity=quantity) for sku, quantity in units.items())
        name = f"G{len(self.commands)}"
        self.do(
            ReceivePurchase(pool=0, receipt_id=name, purchase_id=purchase.purchase_id, site=purchase.site, lines=lines)
        )

    @invariant()
    def arrivals_are_what_purchases_still_bring(self) -> None:
        table = self.pool.table()
        still = [line.quantity for row in table.get("purchases", {}).values() for line in row.lines if line.quantity]
        assert sorted(table.get("arrivals", {}).values()) == sorted(still)
        open_ones = [row for row in table.get("purchases", {}).values() if any(line.quantity for line in row.lines)]
        assert table.get("counters", {}).get("open_purchases", 0) == len(open_ones)

    @invariant()
    def days_are_those_on_which_supply_reaches_each_turn(self) -> None:
        table = self.pool.table()
        told = {
            (order, line): day for order, of in table.get("expected", {}).items() for line, day in of.items() if day
        }
        due: dict[tuple[str, str], str] = {}
        for sku in SKUS:
            lines = [line for row in table.get("purchases", {}).values() for line in row.lines if line.sku == sku]
            supply = sorted((line.due_on, line.quantity) for line in lines)
            needed = 0
            for _, turn in self.pool.stock.queue(sku):
                needed += turn.quantity
                covered = (day for day, _ in supply if sum(units for on, units in supply if on <= day) >= needed)
                if day := next(covered, ""):
                    due[turn.order_id, turn.line_id] = day
        if table.get("counters", {}).get("open_purchases", 0):
            assert {key: day for key, day in told.items() if key in self.waiting_lines()} == due

    def waiting_lines(self) -> set[tuple[str, str]]:
        table = self.pool.table().get("waiting", {})
        return {(order, line.line_id) for order, row in table.items() for line in row.lines}

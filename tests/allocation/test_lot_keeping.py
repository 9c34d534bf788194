"""Stock kept by lot: every entry says of which lot its units are, and the lots add up at every prefix of the ledger."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.base import Message
from schemas.failures import Failing, ResourceUnits
from schemas.movements import Movement, MoveStock, ReceiveTransfer, SendTransfer, TransferredUnits
from schemas.reference import LotKept
from schemas.stock import AdjustStock, Bucket, Disposition, ReceiveStock, SkuQuantity, Stage, StockMoved
from services.allocation.domain.rows import KINDS, POSITIONS

KEPT = (LotKept(id="cup", least_days=5),)
SOON, LATER, LATEST = "2026-03-20", "2026-04-20", "2026-05-20"


@pytest.fixture
def pool(told: Any) -> Any:
    return told.pool(lots=KEPT)


def entries(events: Iterable[Message]) -> list[tuple[Any, ...]]:
    """Each entry's move and lots."""
    moved = (event for event in events if isinstance(event, StockMoved))
    return [(event.move.value, {one.lot: one.quantity for one in event.lots or ()}) for event in moved]


def by_lot(events: Iterable[Message]) -> dict[tuple[str, str, str], Counter[Bucket]]:
    """A fold of the ledger by sku, site and lot."""
    found: dict[tuple[str, str, str], Counter[Bucket]] = {}
    for event in events:
        if isinstance(event, StockMoved):
            for one in event.lots or ():
                units = found.setdefault((event.sku, event.site, one.lot), Counter())
                units[event.source] -= one.quantity
                units[event.target] += one.quantity
    return found


def test_an_order_gets_what_expires_first_and_keeps_its_lots_to_the_door(pool: Any) -> None:
    pool.receives_lot(5, "B", LATER)
    pool.receives_lot(2, "A", SOON)
    assert entries(pool.orders("o1", {"cup": 3})) == [("reserved", {"A": 2, "B": 1})]
    assert entries(pool.reaches("o1-1", Stage.PICKED, {"1": 2})) == [("picked", {"A": 2})]
    assert entries(pool.cancels("o1", {"1": 1}, shipment="o1-1")) == [("released", {"B": 1})]
    assert entries(pool.reaches("o1-1", Stage.SHIPPED, {"1": 2})) == [("packed", {"A": 2}), ("shipped", {"A": 2})]


def test_units_that_do_not_last_are_promised_to_nobody(pool: Any) -> None:
    pool.receives_lot(5, "old", "2026-03-06")  # four days beyond the day; five are asked for
    pool.receives_lot(1, "new", "2026-03-07")
    assert entries(pool.orders("o1", {"cup": 2})) == [("reserved", {"new": 1})]
    assert pool.stock.waiting("o1").lines[0].quantity == 1
    why = pool.events[-4].explanation
    assert [(one.lot, one.free, one.expires_on, one.asked_until) for one in why.short_lived] == [
        ("old", 5, "2026-03-06", "2026-03-07")
    ]


def test_a_receipt_without_a_lot_of_a_sku_that_is_kept_by_lot_is_refused_once(pool: Any) -> None:
    receipt = pool.receipt({"cup": 3}, receipt="GR-1")
    (refused,) = pool.do(receipt)
    assert (refused.code, "name the lot of cup" in refused.detail) == ("wrong_lots", True)
    assert (pool.do(receipt), pool.at("cup").on_hand) == ((), 0)


def test_a_lot_of_a_sku_that_is_not_kept_by_lot_is_refused(pool: Any) -> None:
    line = SkuQuantity(sku="pot", quantity=1, lot="A")
    (refused,) = pool.do(ReceiveStock(pool=0, receipt_id="GR-1", site="madrid", lines=(line,)))
    assert "pot: not kept by lot" in refused.detail


def test_units_that_were_there_before_the_first_lot_go_last(told: Any) -> None:
    before = told.pool()
    before.receives({"cup": 2}, receipt="before")
    pool = told.pool(before.rows, lots=KEPT)
    pool.receives_lot(1, "A", LATER)
    assert entries(pool.orders("o1", {"cup": 2})) == [("reserved", {"A": 1, "": 1})]
    assert entries(pool.orders("o2", {"cup": 1})) == [("reserved", {})]
    assert entries(pool.reaches("o1-1", Stage.PICKED, {"1": 2})) == [("picked", {"A": 1, "": 1})]
    assert entries(pool.reaches("o2-1", Stage.PICKED, {"1": 1})) == [("picked", {})]


def test_a_named_lot_is_set_aside_and_taken_back(pool: Any) -> None:
    pool.receives_lot(5, "A", SOON)
    pool.receives_lot(5, "B", LATER)
    move = {"pool": 0, "site": "madrid", "sku": "cup", "reason": "", "lot": "B"}
    aside = pool.do(MoveStock(**move, movement_id="M-1", movement=Movement.QUARANTINE, quantity=7))
    assert entries(aside) == [("quarantined", {"B": 5})]
    assert "5 of 7 cup of lot B were free" in aside[-2].detail
    back = pool.do(MoveStock(**move, movement_id="M-2", movement=Movement.RELEASE, quantity=2))
    assert entries(back) == [("cleared", {"B": 2})]


def test_a_transfer_takes_its_lots_along(pool: Any) -> None:
    pool.receives_lot(5, "A", SOON)
    pool.receives_lot(5, "B", LATER)
    lines = (SkuQuantity(sku="cup", quantity=2, lot="B"), SkuQuantity(sku="cup", quantity=1))
    sent = pool.do(SendTransfer(pool=0, transfer_id="T-1", site="madrid", to_site="lyon", lines=lines))
    assert entries(sent) == [("transferred", {"B": 2}), ("transferred", {"A": 1})]
    came = ReceiveTransfer(
        pool=0,
        receipt_id="R-1",
        transfer_id="T-1",
        from_site="madrid",
        site="lyon",
        lines=(TransferredUnits(sku="cup", quantity=3),),
    )
    assert entries(pool.do(came)) == [("transferred", {"A": 1, "B": 2})]
    assert pool.stock.spread("cup").lots.sites["lyon"]["B"].expires_on == LATER


def test_what_a_customer_sends_back_is_of_the_lot_that_was_sent(pool: Any) -> None:
    pool.receives_lot(1, "A", SOON)
    pool.receives_lot(1, "B", LATER)
    pool.orders("o1", {"cup": 2})
    pool.reaches("o1-1", Stage.SHIPPED, {"1": 2})
    first = pool.takes_back({"cup": 1}, Disposition.RESTOCK)
    second = pool.takes_back({"cup": 1}, Disposition.SCRAP, receipt="RR-2")
    assert entries(first) == [("restocked", {"A": 1})]
    assert entries(second) == [("restocked", {"B": 1}), ("written_off", {"B": 1})]


def test_a_broken_unit_goes_aside_in_its_own_lot(pool: Any) -> None:
    pool.receives_lot(1, "A", SOON)
    pool.receives_lot(5, "B", LATER)
    pool.orders("o0", {"cup": 1})
    order = pool.order("o1", {"cup": 1})
    pool.do(order)
    pool.receives_lot(1, "C", SOON)
    failed = ResourceUnits(
        pool=0,
        order_id="o1",
        order_number="web-o1",
        shipment_id="o1-1",
        failure_id="F-1",
        failing=Failing.DAMAGED,
        site="madrid",
        lines=order.lines,
        customer=order.customer,
        destination=order.destination,
        ship_option=order.ship_option,
        deliver_by=order.deliver_by,
    )
    assert entries(pool.do(failed))[:2] == [("released", {"B": 1}), ("quarantined", {"B": 1})]


def test_lost_units_nobody_names_the_lot_of_are_those_that_expire_first(pool: Any) -> None:
    pool.receives_lot(2, "B", LATER)
    pool.receives_lot(2, "A", SOON)
    assert entries(pool.adjusts("cup", -3)) == [("adjusted", {"A": 2, "B": 1})]
    assert entries(pool.adjusts("cup", 1)) == [("adjusted", {"B": 1})]
    named = AdjustStock(
        pool=0, adjustment_id="AD-9", site="madrid", sku="cup", change=4, reason="", lot="C", expires_on=LATEST
    )
    assert entries(pool.do(named)) == [("adjusted", {"C": 4})]


STEPS = st.lists(st.tuples(st.integers(0, 7), st.integers(1, 4), st.sampled_from(["A", "B", "C"])), max_size=14)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_lots_add_up_at_every_prefix_and_are_what_the_ledger_says(told: Any, steps: list[tuple[int, int, str]]) -> None:
    pool, days = told.pool(lots=KEPT), {"A": SOON, "B": LATER, "C": ""}
    for number, (kind, units, lot) in enumerate(steps):
        _do(pool, kind, units, lot=lot, expires_on=days[lot], order_id=f"o{number}")
        _agrees(pool)
    again = pool.replayed()
    assert again.table() == pool.table()
    row = pool.rows.get(POSITIONS, "cup")
    assert row is None or KINDS[POSITIONS].decode(KINDS[POSITIONS].encode(row)) == row


def _do(pool: Any, kind: int, units: int, *, lot: str, expires_on: str, order_id: str) -> None:
    opened = [(name, one) for name, order in pool.table().get("orders", {}).items() for one in order.open]
    match kind:
        case 0 | 1:
            pool.receives_lot(units, lot, expires_on)
        case 2 | 3:
            pool.orders(order_id, {"cup": units})
        case 4 if opened:
            name, shipment = opened[0]
            left = sum(line.reserved + line.picked + line.packed for line in shipment.lines)
            pool.reaches(f"{name}-{shipment.number}", tuple(Stage)[min(units, 3)], {"1": left})
        case 5 if opened and opened[-1][1].lines[0].packed == 0:
            pool.cancels(opened[-1][0], {"1": 1}, version=int(order_id[1:]) + 2)
        case 6:
            pool.adjusts("cup", -units)
        case _:
            command = {"pool": 0, "site": "madrid", "sku": "cup", "reason": "", "quantity": units}
            pool.do(MoveStock(**command, movement_id=order_id, movement=Movement.QUARANTINE, lot=lot))


def _agrees(pool: Any) -> None:
    """The keeper's lots are a fold of the ledger, and no more than its positions."""
    row = pool.rows.get(POSITIONS, "cup")
    folded = {key: units for key, units in by_lot(pool.events).items() if key[2]}
    for (_, site, name), units in folded.items():
        lot = row.lots.sites[site].get(name)
        assert {bucket: units[bucket] for bucket in Bucket if bucket is not Bucket.OUTSIDE} == (
            dict(zip([b for b in Bucket if b is not Bucket.OUTSIDE], lot.numbers() if lot else (0,) * 5, strict=True))
        )
    for site, lots in (row.lots.sites if row and row.lots else {}).items():
        totals = [sum(numbers) for numbers in zip(*(lot.numbers() for lot in lots.values()), strict=True)]
        assert all(units <= total for units, total in zip(totals, row.positions[site][1:], strict=False))

"""Law 5 by lot: an entry's lots are all of its units, and no lot gives or holds more than there is."""

from cauce.ids import event_id
from schemas.stock import Bucket, LotUnits, Move, StockMoved

KEEPER = "/cauce/allocation/keeper/0"


def entry(log, number, move, quantity, *, source, target, free, on_hand, lots):
    fact = StockMoved(
        pool=0, sku="milk", site="A", move=move, quantity=quantity, source=source, target=target, free=free,
        on_hand=on_hand, reference=f"r{number}", entry="1",
        lots=tuple(LotUnits(lot=lot, quantity=units) for lot, units in lots.items()) or None,
    )  # fmt: skip
    log.add(KEEPER, event_id(f"c{number}", "allocation", "", ""), fact)


def told(log, received, taken):
    """Five units come in, and three are set aside, of these lots; what law 5 says of them."""
    come = {"source": Bucket.OUTSIDE, "target": Bucket.FREE, "free": 5, "on_hand": 5}
    aside = {"source": Bucket.FREE, "target": Bucket.QUARANTINED, "free": 2, "on_hand": 5}
    entry(log, 1, Move.RECEIVED, 5, lots=received, **come)
    entry(log, 2, Move.QUARANTINED, 3, lots=taken, **aside)
    return [detail for law, detail in log.audit() if law == 5]


def test_lots_that_add_up_break_no_law(empty):
    assert told(empty, {"L1": 3, "": 2}, {"L1": 1, "": 2}) == []


def test_lots_that_are_not_all_units_of_an_entry_are_named(empty):
    assert told(empty, {"L1": 4}, {"L1": 3}) == ["its lots are 4 of 5 units"]


def test_a_lot_that_gives_more_than_it_has_is_named(empty):
    assert told(empty, {"L1": 2, "L2": 3}, {"L1": 3}) == ["free would be -1 of lot L1"]


def test_a_lot_that_was_promised_after_its_last_day_is_named(empty):
    come = {"source": Bucket.OUTSIDE, "target": Bucket.FREE, "free": 5, "on_hand": 5}
    entry(empty, 1, Move.RECEIVED, 5, lots={"L1": 5}, **come)
    moved = StockMoved(
        pool=0, sku="milk", site="A", move=Move.RESERVED, quantity=1, source=Bucket.FREE, target=Bucket.RESERVED,
        free=4, on_hand=5, lots=(LotUnits(lot="L1", quantity=1, expires_on="2026-03-01"),), entry="1",
    )  # fmt: skip
    empty.add(KEEPER, event_id("c2", "allocation", "", ""), moved)
    assert (5, "lot L1 was promised after 2026-03-01, its last day") in empty.audit()


def test_units_of_no_lot_that_were_of_one_are_named(empty):
    assert told(empty, {"L1": 5}, {}) == ["free is 2, and 5 by lot"]

"""Law 5 for counts and transfers: what they state of units is what the ledger moved."""

import pytest

from schemas.counts import CountApproved, CountLine, CountReported, CountShort
from schemas.levels import ChannelLevel, StockLevel
from schemas.movements import TransferLine, TransferReceived, TransferSent
from schemas.stock import Bucket, Move, SkuQuantity, StockMoved

KEEPER = "/cauce/allocation/keeper/0"
COUNT = {"pool": 0, "count_id": "C-1", "site": "A"}
VAN = {"pool": 0, "transfer_id": "T-1"}


def moved(move, quantity, source, target, *, on_hand, site="A", reference="C-1"):
    return StockMoved(
        pool=0, sku="mug", site=site, move=move, quantity=quantity, source=source, target=target, on_hand=on_hand,
        free=on_hand, reference=reference, entry="1",
    )  # fmt: skip


def reported(*, waits):
    return CountReported(**COUNT, report_id="R-1", lines=(CountLine(sku="mug", book=5, counted=3),), waits=waits)


RECEIVED = moved(Move.RECEIVED, 5, Bucket.OUTSIDE, Bucket.FREE, on_hand=5, reference="GR-1")
LOST = moved(Move.COUNTED, 2, Bucket.FREE, Bucket.OUTSIDE, on_hand=3)
APPROVED = CountApproved(**COUNT, decision_id="D-1")
LEFT = moved(Move.TRANSFERRED, 3, Bucket.FREE, Bucket.OUTSIDE, on_hand=2, reference="T-1")
CAME = moved(Move.TRANSFERRED, 2, Bucket.OUTSIDE, Bucket.FREE, on_hand=2, site="B", reference="T-1")
SENT = TransferSent(**VAN, site="A", to_site="B", lines=(SkuQuantity(sku="mug", quantity=3),))
UNPACKED = TransferReceived(
    **VAN, receipt_id="I-1", from_site="A", site="B", lines=(TransferLine(sku="mug", sent=3, received=2),)
)


def audit(log, *facts):
    for fact in (RECEIVED, *facts):
        log.add(KEEPER, "cause", fact)
    return log.audit()


@pytest.mark.parametrize(
    "facts",
    [
        (reported(waits=False), LOST),
        (reported(waits=True),),
        (reported(waits=True), APPROVED, LOST),
        (
            reported(waits=False),
            moved(Move.COUNTED, 1, Bucket.FREE, Bucket.OUTSIDE, on_hand=4),
            CountShort(**COUNT, sku="mug", missing=1),
        ),
        (SENT, LEFT),
        (SENT, LEFT, UNPACKED, CAME),
    ],
)
def test_what_was_moved_as_stated_breaks_no_law(empty, facts):
    assert audit(empty, *facts) == []


@pytest.mark.parametrize(
    ("facts", "detail"),
    [
        ((reported(waits=False),), "C-1: 2 stated from A, 0 counted"),
        ((reported(waits=True), LOST), "C-1: 0 stated from A, 2 counted"),
        ((LEFT,), "T-1: 0 stated from A, 3 transferred"),
        ((SENT, LEFT, UNPACKED), "T-1: 2 stated to B, 0 transferred"),
    ],
)
def test_what_was_not_moved_as_stated_is_named(empty, facts, detail):
    assert (5, detail) in audit(empty, *facts)


def level(number):
    return StockLevel(pool=0, sku="mug", number=number, channels=(ChannelLevel(channel="", available=number),))


def test_levels_that_were_compacted_away_are_no_gap(empty):
    for number in (1, 2, 3):
        empty.add(KEEPER, f"cause {number}", level(number))
    empty.drop(StockLevel, number=2)
    assert empty.audit() == []


def test_a_fact_that_is_missing_beside_them_is_one(empty):
    for number, fact in enumerate((RECEIVED, level(1), level(2), SENT, LEFT)):
        empty.add(KEEPER, f"cause {number}", fact)
    empty.drop(StockLevel, number=1)
    assert empty.audit() == []
    empty.drop(TransferSent)
    assert [law for law, _ in empty.audit()].count(4) == 1

"""Stock on the console: what a site has, and its counts, in a read model of facts that tests tell."""

import json
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner

from cauce.cli import forms, main
from cauce.cli.stock_requests import units_of, worth_of
from cauce.money import Money
from schemas.alerts import Alert, PurchaseRequested, StockAlert
from schemas.counts import CountApproved, CountLine, CountOpened, CountReported, CountShort
from schemas.envelope import Envelope
from schemas.inbound import InboundChanged, InboundLine
from schemas.lots import LotRecalled
from schemas.movements import TransferLine, TransferReceived, TransferSent
from schemas.stock import Bucket, LotUnits, Move, SkuQuantity, StockMoved
from schemas.topics import HOME

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
COUNT = {"pool": 0, "count_id": "aisle-4", "site": "LYON"}


def received(site, units):
    return StockMoved(
        pool=0, sku="CUP", site=site, move=Move.RECEIVED, quantity=units, source=Bucket.OUTSIDE, target=Bucket.FREE,
        on_hand=units, free=units, reference=f"GR-{site}",
    )  # fmt: skip


CUPS = (SkuQuantity(sku="CUP", quantity=6),)
TOLD = (
    received("LYON", 30),
    received("MADRID", 1200),
    CountOpened(**COUNT, skus=("CUP", "POT")),
    CountOpened(pool=0, count_id="aisle-5", site="MADRID", skus=("CUP",)),
    CountReported(
        **COUNT,
        report_id="R-1",
        lines=(
            CountLine(sku="CUP", book=30, counted=27, unit_value=Money(amount=250, currency="EUR")),
            CountLine(sku="POT", book=4, counted=4),
        ),
        waits=True,
    ),
    CountApproved(**COUNT, decision_id="D-1"),
    CountShort(**COUNT, sku="CUP", missing=2),
    TransferSent(pool=0, transfer_id="van-1", site="LYON", to_site="MADRID", lines=CUPS),
    TransferSent(pool=0, transfer_id="van-2", site="LYON", to_site="MADRID", lines=CUPS),
    TransferReceived(
        pool=0,
        transfer_id="van-1",
        receipt_id="van-1-in",
        from_site="LYON",
        site="MADRID",
        lines=(TransferLine(sku="CUP", sent=6, received=5),),
    ),
)


@pytest.fixture
def shop(lives, tmp_path):
    """A deployment that was told facts: `shop(fact, ...)` answers what the console says to words."""

    def told(*facts):
        (tmp_path / "default").mkdir(exist_ok=True)
        model = lives.Model(f"sqlite:///{tmp_path / 'default' / 'insight.sqlite'}")
        model.take([_fact(lives, number, fact) for number, fact in enumerate(facts, start=1)])
        model.engine.dispose()
        return lambda *words: CliRunner().invoke(main, ["stock", *words], env={"CAUCE_HOME": str(tmp_path)})

    return told


def _fact(lives, number, message):
    envelope = Envelope(
        id=str(number), type=message.type, source="/cauce/allocation/keeper/0", subject=message.key_value(),
        sequence=number, at=AT, release="1",
    )  # fmt: skip
    return lives.Fact(HOME[type(message)], 0, number, envelope, message)


def test_a_sku_is_shown_by_site_with_its_sum_and_its_counts(shop):
    shown = shop(*TOLD)("show", "CUP").output
    assert [line.split() for line in shown.splitlines() if line.strip().startswith(("LYON", "MADRID", "all"))] == [
        ["LYON", "30", "30", "0", "0", "0", "0"],
        ["MADRID", "1,200", "1,200", "0", "0", "0", "0"],
        ["all", "1,230", "1,230", "0", "0", "0", "0"],
    ]
    assert "aisle-4" in shown
    assert "-3" in shown


def test_a_sku_is_shown_on_its_way_between_sites(shop):
    lines = [line.split() for line in shop(*TOLD)("show", "CUP").output.splitlines()]
    assert ["van-1", "LYON", "MADRID", "6", "5"] in [line[:5] for line in lines]
    assert ["van-2", "LYON", "MADRID", "6", "on", "its", "way"] in [line[:7] for line in lines]


def test_what_is_to_come_is_shown_as_it_stands_after_the_last_word(shop):
    shown = shop(*TOLD, bought(1, 48, 16), bought(2, 24, 20))("show", "CUP").output
    assert ["po-9", "LYON", "24", "Fri", "20", "Mar", "asked"] in [line.split() for line in shown.splitlines()]
    assert "48" not in shown


def bought(version, units, day):
    line = InboundLine(sku="CUP", quantity=units, due_on=date(2026, 3, day), confirmed=False)
    about = {"pool": 0, "purchase_id": "po-9", "site": "LYON", "request": "stock.expect.v1", "reference": "po-9"}
    return InboundChanged(**about, version=version, lines=(line,))


def alert(kind, free):
    return StockAlert(pool=0, sku="CUP", alert=kind, free=free, low_below=5)


def test_skus_that_are_low_or_out_are_listed_until_they_recover(shop):
    cauce = shop(alert(Alert.LOW, 4), PurchaseRequested(pool=0, sku="CUP", quantity=8, free=4, to_come=0, waiting=0))
    assert "low" in cauce("alerts").output
    assert "purchase" in cauce("show", "CUP").output


def test_what_has_recovered_is_listed_no_more(shop):
    assert (
        shop(alert(Alert.LOW, 4), alert(Alert.RECOVERED, 9))("alerts").output
        == "no sku is low, out, short or slow, and nothing is to buy\n"
    )


def of_lots(move, source, target, *lots):
    units = sum(one.quantity for one in lots)
    return StockMoved(
        pool=0, sku="CUP", site="LYON", move=move, quantity=units, source=source, target=target, on_hand=0, free=0,
        lots=lots,
    )  # fmt: skip


def test_lots_are_listed_by_the_day_on_which_they_expire(shop):
    later = LotUnits(lot="B", quantity=4, expires_on="2026-06-30")
    soon, one = (LotUnits(lot="A", quantity=units, expires_on="2026-05-31") for units in (5, 1))
    told = (
        of_lots(Move.RECEIVED, Bucket.OUTSIDE, Bucket.FREE, later, soon),
        of_lots(Move.RESERVED, Bucket.FREE, Bucket.RESERVED, one),
    )
    shown = [line.split() for line in shop(*told)("show", "CUP").output.splitlines()]
    lots = [line for line in shown if line[:1] in (["A"], ["B"])]
    assert lots == [
        ["A", "Sun", "31", "May", "LYON", "5", "4", "1", "0", "0", "0"],
        ["B", "Tue", "30", "Jun", "LYON", "4", "4", "0", "0", "0", "0"],
    ]


def of_order(move, source, target, units):
    moved = of_lots(move, source, target, LotUnits(lot="A", quantity=units, expires_on="2026-05-31"))
    return moved.model_copy(update={"order_id": "o1", "reference": "o1-1", "line_id": "1"})


TRACED = (
    of_lots(Move.RECEIVED, Bucket.OUTSIDE, Bucket.FREE, LotUnits(lot="A", quantity=9, expires_on="2026-05-31")),
    of_order(Move.RESERVED, Bucket.FREE, Bucket.RESERVED, 4),
    of_order(Move.PICKED, Bucket.RESERVED, Bucket.PICKED, 3),
    of_order(Move.PACKED, Bucket.PICKED, Bucket.PACKED, 3),
    of_order(Move.SHIPPED, Bucket.PACKED, Bucket.OUTSIDE, 3),
    of_order(Move.RESTOCKED, Bucket.OUTSIDE, Bucket.QUARANTINED, 1),
    LotRecalled(pool=0, recall_id="R-1", sku="CUP", lot="A", reason="glass"),
)


def test_a_lot_is_traced_to_its_orders_and_back(shop):
    traced = json.loads(shop(*TRACED)("trace", "CUP", "A", "--json").output)
    (order,) = traced["orders"]
    assert (order["order_id"], order["promised"], order["sent"], order["back"]) == ("o1", 1, 3, 1)
    assert [(one["site"], one["on_hand"], one["quarantined"]) for one in traced["sites"]] == [("LYON", 7, 1)]
    assert [one["move"] for one in traced["moves"]][:2] == ["received", "reserved"]
    assert (traced["expires_on"], traced["recall"]["reason"]) == ("2026-05-31", "glass")


def test_a_trace_reads_on_the_terminal(shop):
    shown = shop(*TRACED)("trace", "CUP", "A").output
    assert "lot A of CUP   last day Sun 31 May   recalled" in shown
    assert ["o1", "1", "3", "1"] in [line.split() for line in shown.splitlines()]


def test_a_lot_that_nobody_ever_had_is_said_to_be_unknown(shop):
    shown = shop(*TRACED)("trace", "CUP", "Z")
    assert (shown.exit_code, "no unit of lot 'Z' of 'CUP' ever came in" in shown.output) == (2, True)


def test_a_recall_lists_who_has_units_of_the_lot(shop, monkeypatch):
    written = []

    async def stored(_servers, _prefix, outputs):
        written.extend(json.loads(output.value) for output in outputs)

    cauce = shop(*TRACED)
    monkeypatch.setattr(forms, "recorded", lambda _: "servers")
    monkeypatch.setattr(forms, "present", lambda *_: None)
    monkeypatch.setattr(forms, "deliver", stored)
    shown = cauce("recall", "CUP", "A", "--reason", "glass", "--name", "R-1").output
    assert written == [{"kind": "recall", "recall": "R-1", "sku": "CUP", "lot": "A", "reason": "glass"}]
    assert ["o1", "1", "3", "1"] in [line.split() for line in shown.splitlines()]


def test_a_program_reads_the_same_as_json(shop):
    story = json.loads(shop(*TOLD)("show", "CUP", "--json").output)
    assert [position["free"] for position in story["positions"]] == [30, 1200]


def test_a_sku_that_nobody_ever_had_is_said_to_be_unknown(shop):
    shown = shop(*TOLD)("show", "LID")
    assert shown.exit_code == 2
    assert "no site ever had a unit of 'LID'" in shown.output


def test_an_open_count_tells_nobody_what_the_book_says(shop):
    cauce = shop(*TOLD)
    shown = cauce("count", "show", "aisle-5").output
    assert "aisle-5 at MADRID: open" in shown
    assert "1,200" not in shown
    assert "aisle-5" in cauce("count", "list").output
    assert "aisle-4" not in cauce("count", "list").output


def test_a_reported_count_shows_the_book_the_difference_and_its_worth(shop):
    before, after = shop(*TOLD[:5])("count", "show", "aisle-4").output, shop(*TOLD)("count", "show", "aisle-4").output
    assert "waits for approval" in before
    assert "aisle-4 at LYON: approved" in after
    assert ["CUP", "30", "27", "-3", "-7.50", "EUR", "2"] in [line.split() for line in after.splitlines()]


@pytest.mark.parametrize("said", ["CUP", "CUP=", "=3", "CUP=-1", "CUP=x", "CUP=1 CUP=2"])
def test_units_that_cannot_be_meant_are_refused_before_anything_is_written(shop, said):
    refused = shop()("count", "report", "aisle-4", "LYON", *said.split())
    assert refused.exit_code == 2


def test_units_are_told_by_sku_which_may_hold_the_sign_itself():
    assert units_of(("A=B=3", "CUP=0"), least=0) == {"A=B": 3, "CUP": 0}


def test_a_limit_is_told_as_people_write_money():
    assert worth_of(("50.5", "EUR")).amount == 5050
    assert worth_of(("50", "JPY")).amount == 50
    for wrong in (("50.555", "EUR"), ("-1", "EUR"), ("x", "EUR"), ("1", "ZZZ")):
        with pytest.raises(Exception, match=r"\w"):
            worth_of(wrong)

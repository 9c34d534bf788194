"""Forms of the sites: receipts and counts."""

from datetime import UTC, datetime

import pytest

from cauce.ids import outside_id
from cauce.money import Money
from cauce.runtime.service import DoorTools, Unreadable
from schemas.raw import FORMS, ChannelOrder, RawTopic
from schemas.stock import AdjustStock, ReceiveStock
from schemas.waves import DecideWave
from services.allocation.door import commands

CUPS = {"sku": "cup", "counted": 3}
BOUGHT = {"sku": "cup", "quantity": 5, "due_on": "2026-03-16"}
TOOLS = DoorTools(now=datetime(2026, 3, 2, tzinfo=UTC), secret=b"a secret", seal=None, locate=None)


def read(**form):
    return commands(FORMS[RawTopic.STOCK_REPORTS].validate_python(form), TOOLS)


def test_a_receipt_is_the_keepers_to_take():
    (command,) = read(kind="receipt", receipt="GR-7", site="lyon", lines=[{"sku": "cup", "quantity": 12}])
    message = command.message
    assert isinstance(message, ReceiveStock)
    assert (message.pool, message.receipt_id, message.site) == (0, "GR-7", "lyon")
    assert [(line.sku, line.quantity) for line in message.lines] == [("cup", 12)]


def test_an_adjustment_keeps_its_sign_and_reason():
    form = {"adjustment": "AD-1", "site": "lyon", "sku": "cup", "change": -2, "reason": "broken"}
    (command,) = read(kind="adjustment", **form)
    message = command.message
    assert isinstance(message, AdjustStock)
    assert (message.adjustment_id, message.change, message.reason) == ("AD-1", -2, "broken")


def test_what_a_person_wrote_stays_in_the_raw_record():
    form = {"adjustment": "AD-1", "site": "lyon", "sku": "cup", "change": -2, "reason": "dropped by Ana Ruiz"}
    (command,) = read(kind="adjustment", **form)
    assert command.message.reason == "other"
    assert b"Ana" not in command.message.to_bytes()


def test_the_same_receipt_is_the_same_cause_and_another_sites_is_not():
    lines = [{"sku": "cup", "quantity": 12}]
    first, again, other = (
        read(kind="receipt", receipt="GR-7", site=site, lines=lines)[0].cause_id for site in ("lyon", "lyon", "madrid")
    )
    assert first == again == outside_id("lyon", "receipt", "GR-7")
    assert first != other


def test_a_wave_lists_orders_and_is_one_cause_by_its_name():
    (command,) = read(kind="wave", wave="w1", orders=["o1", "o2"])
    assert command.message == DecideWave(pool=0, wave_id="w1", order_ids=("o1", "o2"))
    assert command.cause_id == outside_id("wave", "wave", "w1")


def test_an_adjustment_of_nothing_is_set_aside():
    with pytest.raises(Unreadable, match="change"):
        read(kind="adjustment", adjustment="AD-1", site="lyon", sku="cup", change=0)


def test_forms_of_other_doors_are_set_aside():
    with pytest.raises(Unreadable, match="ChannelOrder"):
        commands(ChannelOrder.model_construct(), TOOLS)


def test_a_count_is_opened_reported_and_decided_by_the_names_its_site_gave():
    opening, report, decision = (
        read(**form)[0]
        for form in (
            {"kind": "count-opening", "count": "C-1", "site": "lyon", "skus": ["cup"]},
            {"kind": "count-report", "report": "R-1", "count": "C-1", "site": "lyon", "lines": [CUPS]},
            {"kind": "count-decision", "decision": "D-1", "count": "C-1", "site": "lyon", "approved": True},
        )
    )
    assert (opening.message.count_id, opening.message.approve_above) == ("C-1", None)
    assert [(line.sku, line.counted) for line in report.message.lines] == [("cup", 3)]
    assert decision.message.approved
    assert report.cause_id == outside_id("lyon", "count-report", "R-1")


def test_a_limit_is_money():
    limit = {"amount": 5000, "currency": "EUR"}
    form = {"count": "C-1", "site": "lyon", "skus": ["cup"], "approve_above": limit}
    (command,) = read(kind="count-opening", **form)
    assert command.message.approve_above == Money(amount=5000, currency="EUR")


def test_movements_and_transfers_keep_the_names_their_sites_gave():
    damage = {"movement": "M-1", "site": "lyon", "sku": "cup", "step": "quarantine", "quantity": 2}
    (moved,) = read(kind="movement", **damage, reason="fell off a truck")
    cups = [{"sku": "cup", "quantity": 2}]
    (sent,) = read(kind="transfer-sending", transfer="T-1", site="lyon", to_site="madrid", lines=cups)
    receipt = {"receipt": "I-1", "transfer": "T-1", "from_site": "lyon", "site": "madrid", "lines": cups}
    (came,) = read(kind="transfer-receipt", **receipt)
    assert (moved.message.movement_id, moved.message.reason) == ("M-1", "other")
    assert (sent.message.transfer_id, sent.message.to_site) == ("T-1", "madrid")
    assert (came.message.receipt_id, came.message.transfer_id) == ("I-1", "T-1")
    assert came.cause_id == outside_id("madrid", "transfer-receipt", "I-1")


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"kind": "purchase", "purchase": "P", "lines": [BOUGHT, BOUGHT]}, "lines"),
        (
            {"kind": "purchase-answer", "answer": "A", "purchase": "P", "lines": [{"sku": "cup", "word": "part"}]},
            "quantity",
        ),
        (
            {"kind": "purchase-answer", "answer": "A", "purchase": "P", "lines": [{"sku": "cup", "word": "date"}]},
            "due_on",
        ),
    ],
)
def test_a_purchase_that_cannot_be_meant_is_set_aside(form, field):
    with pytest.raises(Unreadable, match=field):
        read(site="lyon", **form)


def test_a_purchase_its_answers_and_its_receipts_name_it():
    answer = [{"sku": "cup", "word": "date", "due_on": "2026-03-20"}]
    (bought,) = read(kind="purchase", purchase="P", site="lyon", lines=[BOUGHT])
    (said,) = read(kind="purchase-answer", answer="A", purchase="P", site="lyon", lines=answer)
    cups = [{"sku": "cup", "quantity": 2}]
    (came,) = read(kind="purchase-receipt", receipt="G", purchase="P", site="lyon", lines=cups)
    assert {one.message.purchase_id for one in (bought, said, came)} == {"P"}
    assert str(said.message.answers[0].due_on) == "2026-03-20"

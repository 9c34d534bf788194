"""Actors say nothing before it happens, and remember what they have not said yet."""

from datetime import UTC, datetime, timedelta

from cauce.demo.stage import Agenda, Said
from schemas.raw import RawTopic
from schemas.stock_forms import ReceiptLine, StockReceipt

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def said(name, not_before=None):
    form = StockReceipt(receipt=name, site="A", lines=(ReceiptLine(sku="mug", quantity=1),))
    return Said(RawTopic.STOCK_REPORTS, name, form, not_before)


def test_what_can_be_said_at_once_goes_in_the_order_it_was_noted():
    agenda = Agenda()
    agenda.note([said("a"), said("b"), said("c")])

    assert [one.key for one in agenda.due(NOW)] == ["a", "b", "c"]
    assert agenda.due(NOW) == []


def test_nothing_is_said_before_its_time_and_nothing_is_settled_while_it_waits():
    agenda = Agenda()
    agenda.note([said("later", NOW + timedelta(days=2)), said("now", NOW)])

    assert [one.key for one in agenda.due(NOW)] == ["now"]
    assert not agenda.settled()
    assert [one.key for one in agenda.due(NOW + timedelta(days=2))] == ["later"]
    assert agenda.settled()
    assert not agenda.settled()

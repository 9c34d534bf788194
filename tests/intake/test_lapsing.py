"""Units that waited too long: canceled as a customer's wish would be, and never asked for twice."""

from schemas.backorders import BackorderLapsed
from schemas.orders import LineQuantity, OrderChanged
from services.intake.domain.commands import CancelLapsed


def lapse(channel, units, number=1):
    lines = tuple(LineQuantity(line_id=line, quantity=quantity) for line, quantity in units.items())
    fact = BackorderLapsed(order_id=channel.order_id, pool=0, lapse=number, lines=lines, cancel_on="2026-04-01")
    return CancelLapsed(at=channel.at, lapsed=fact)


def test_what_waited_too_long_is_asked_for_and_becomes_a_version(channel, story):
    (asked,) = story.tell(channel.take(), lapse(channel, {"1": 4}))
    assert (asked.waiting, asked.asked_by) == (True, "allocation")
    assert {line.line_id: line.quantity for line in asked.lines} == {"1": 4}
    (changed,) = story.tell(channel.answer({"1": 4}, request_id=asked.request_id))
    assert isinstance(changed, OrderChanged)
    assert (changed.reason, changed.whole) == ("waited-too-long", False)


def test_a_lapse_that_comes_again_asks_for_nothing(channel, story):
    story.tell(channel.take(), lapse(channel, {"1": 4}))
    assert story.tell(lapse(channel, {"1": 4})) == ()


def test_what_its_customer_has_asked_to_cancel_is_not_asked_for_again(channel, story):
    story.tell(channel.take(), channel.cancel("1"))
    assert story.tell(lapse(channel, {"1": 4})) == ()

"""Which goods may come back."""

from datetime import timedelta

import pytest

from schemas.reference import Site
from schemas.returns import DispatchNoted, ReturnAuthorized, ReturnPending, ReturnRefused


def codes(event):
    return [reason.code for reason in event.reasons]


def test_a_delivered_unit_may_come_back(delivered, shop):
    (event,) = delivered.hear("returns-commands", shop.request(_1=1))
    assert isinstance(event, ReturnAuthorized)
    assert event.return_id == f"R{shop.order_id}-1"
    assert event.site == "madrid"
    assert event.expires_at == shop.noon + timedelta(days=30)
    assert [(line.line_id, line.sku, line.quantity) for line in event.lines] == [("1", "LAMP-1", 1)]


def test_a_unit_on_its_way_may_come_back(lane, shop):
    lane.hear("order-placed", shop.placed())
    lane.hear("shipped", shop.shipped())
    (event,) = lane.hear("returns-commands", shop.request(_1=2))
    assert isinstance(event, ReturnAuthorized)


def test_returns_of_an_order_are_numbered(delivered, shop):
    numbers = [
        event.return_id
        for request_id in ("r1", "r2")
        for event in delivered.hear("returns-commands", shop.request(request_id, _1=1))
    ]
    assert numbers == [f"R{shop.order_id}-1", f"R{shop.order_id}-2"]


def test_a_unit_in_a_return_cannot_be_returned_again(delivered, shop):
    delivered.hear("returns-commands", shop.request("r1", _1=1))
    (event,) = delivered.hear("returns-commands", shop.request("r2", _1=2))
    assert codes(event) == ["too-many"]
    assert event.customer == delivered.state.purchase.customer


def test_every_reason_is_named(delivered, shop):
    (event,) = delivered.hear("returns-commands", shop.request(_1=3, _9=1))
    assert [(reason.field, reason.code) for reason in event.reasons] == [
        ("lines.1", "too-many"),
        ("lines.9", "line-unknown"),
    ]


def test_a_request_for_nothing_is_refused(delivered, shop):
    (event,) = delivered.hear("returns-commands", shop.request())
    assert codes(event) == ["no-lines"]


def test_a_request_that_names_no_order_is_refused_without_a_customer(lane, shop):
    (event,) = lane.hear("returns-commands", shop.request(known=False, _1=1))
    assert codes(event) == ["purchase-unknown"]
    assert event.customer is None


@pytest.mark.parametrize(("days", "answer"), [(14, ReturnAuthorized), (15, ReturnRefused)])
def test_the_window_is_counted_from_delivery(delivered, shop, days, answer):
    (event,) = delivered.hear("returns-commands", shop.request(_1=1), shop.noon + timedelta(days=days))
    assert isinstance(event, answer)
    if answer is ReturnRefused:
        assert codes(event) == ["window-passed"]


def test_a_unit_delivered_later_is_still_in_its_window(lane, shop):
    lane.hear("order-placed", shop.placed())
    lane.hear("delivered", shop.delivered(1, _1=1))
    lane.hear("delivered", shop.delivered(2, at=shop.noon + timedelta(days=10), _1=1))
    late = shop.noon + timedelta(days=20)
    (both,) = lane.hear("returns-commands", shop.request("r1", _1=2), late)
    (one,) = lane.hear("returns-commands", shop.request("r2", _1=1), late)
    assert codes(both) == ["window-passed"]
    assert isinstance(one, ReturnAuthorized)


def test_what_came_back_in_time_does_not_use_up_a_later_window(lane, shop):
    lane.hear("order-placed", shop.placed())
    lane.hear("delivered", shop.delivered(1, _1=1))
    lane.hear("delivered", shop.delivered(2, at=shop.noon + timedelta(days=10), _1=1))
    lane.hear("returns-commands", shop.request("r1", _1=1))
    (event,) = lane.hear("returns-commands", shop.request("r2", _1=1), shop.noon + timedelta(days=20))
    assert isinstance(event, ReturnAuthorized)


def test_without_a_policy_there_are_thirty_days_and_the_first_site(new_lane, shop):
    site = Site(id="burgos", name="Burgos", country="ES", coordinates={"latitude": 42.3, "longitude": -3.7})
    lane = new_lane(sites=(site,))
    lane.hear("order-placed", shop.placed())
    lane.hear("delivered", shop.delivered())
    (granted,) = lane.hear("returns-commands", shop.request("r1", _1=1), shop.noon + timedelta(days=30))
    (refused,) = lane.hear("returns-commands", shop.request("r2", _1=1), shop.noon + timedelta(days=31))
    assert (granted.site, granted.policy_version) == ("burgos", "")
    assert codes(refused) == ["window-passed"]


def test_a_request_that_overtakes_the_order_waits_for_it(lane, shop):
    (pending,) = lane.hear("returns-commands", shop.request(_1=1))
    assert isinstance(pending, ReturnPending)
    assert [reason.code for reason in pending.waiting_for] == ["order-unknown"]
    lane.hear("order-placed", shop.placed())
    noted, answer = lane.hear("shipped", shop.shipped(), shop.noon + timedelta(minutes=2))
    assert isinstance(noted, DispatchNoted)
    assert isinstance(answer, ReturnAuthorized)
    assert answer.expires_at == shop.noon + timedelta(days=30)
    assert lane.state.waiting == ()


def test_a_request_waits_a_quarter_of_an_hour_and_no_longer(lane, shop):
    lane.hear("order-placed", shop.placed())
    lane.hear("returns-commands", shop.request(_1=1))
    assert lane.tick(shop.noon + timedelta(minutes=14)) == ()
    (event,) = lane.tick(shop.noon + timedelta(minutes=15))
    assert codes(event) == ["not-shipped"]
    assert lane.hear("shipped", shop.shipped())[1:] == ()


def test_an_order_that_never_comes_is_refused_as_unknown(lane, shop):
    lane.hear("returns-commands", shop.request(_1=1))
    (event,) = lane.tick(shop.noon + timedelta(hours=1))
    assert codes(event) == ["order-unknown"]


def test_a_unit_out_of_its_window_waits_for_news_of_another_one(lane, shop):
    lane.hear("order-placed", shop.placed())
    lane.hear("delivered", shop.delivered(1, _1=1))
    (pending,) = lane.hear("returns-commands", shop.request(_1=1), shop.noon + timedelta(days=20))
    assert [reason.code for reason in pending.waiting_for] == ["window-passed"]
    _, answer = lane.hear("shipped", shop.shipped(2, _1=1), shop.noon + timedelta(days=20, minutes=1))
    assert isinstance(answer, ReturnAuthorized)


def test_requests_are_answered_in_the_order_they_were_made(lane, shop):
    lane.hear("order-placed", shop.placed())
    lane.hear("shipped", shop.shipped(_1=1))
    lane.hear("returns-commands", shop.request("r1", _1=2))
    (second,) = lane.hear("returns-commands", shop.request("r2", _1=1))
    assert [reason.code for reason in second.waiting_for] == ["in-line"]
    _, first_answer, second_answer = lane.hear("shipped", shop.shipped(2, _1=1))
    assert (first_answer.request_id, type(first_answer)) == ("r1", ReturnAuthorized)
    assert (second_answer.request_id, codes(second_answer)) == ("r2", ["too-many"])


def test_a_repeated_request_adds_nothing(delivered, shop):
    delivered.hear("returns-commands", shop.request(_1=1))
    assert delivered.hear("returns-commands", shop.request(_1=1), shop.noon + timedelta(days=3)) == ()


def test_another_request_under_a_used_id_is_refused_once(delivered, shop):
    delivered.hear("returns-commands", shop.request("r1", _1=1))
    (event,) = delivered.hear("returns-commands", shop.request("r1", _1=2))
    assert codes(event) == ["request-differs"]
    assert delivered.hear("returns-commands", shop.request("r1", _1=2)) == ()


def test_a_line_named_twice_is_asked_for_with_both(delivered, shop):
    request = shop.request(_1=1)
    request = request.model_copy(update={"lines": request.lines * 2})
    (event,) = delivered.hear("returns-commands", request)
    assert [(line.line_id, line.quantity) for line in event.lines] == [("1", 2)]

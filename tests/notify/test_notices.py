"""What one person is told: once, in time, and with an account of every notice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.effects import EffectOutcome
from schemas.notices import CustomerNotified, NoticeFailed, NoticeKind, NoticeSuperseded, SendMail

PROGRESS = [NoticeKind.PACKED, NoticeKind.SHIPPED, NoticeKind.DELIVERED]
NEVER_OLD_NEWS = [
    NoticeKind.REFUSED,
    NoticeKind.DELIVERED,
    NoticeKind.CHANGED,
    NoticeKind.CANCELED,
    NoticeKind.REDIRECTED,
    NoticeKind.RETURN_AUTHORIZED,
    NoticeKind.RETURN_REFUSED,
    NoticeKind.RETURN_EXPIRED,
    NoticeKind.RETURNED,
    NoticeKind.REFUNDED,
]


def test_a_fact_becomes_one_mail_with_the_date_of_the_fact(lane, notice):
    (mail,) = lane.take(notice(NoticeKind.SHIPPED))
    assert isinstance(mail, SendMail)
    assert (mail.kind, mail.reference, mail.order_id) == (NoticeKind.SHIPPED, "ord1-1", "ord1")
    assert mail.written_at.isoformat() == "2026-03-02T09:30:00+00:00"
    assert "SHOP-1001" in mail.subject


def test_the_same_fact_again_is_not_told_again(lane, notice):
    told = notice(NoticeKind.SHIPPED)
    lane.take(told)
    assert lane.take(told, told) == []


def test_two_parcels_of_an_order_are_two_notices(lane, notice):
    first, second = lane.take(notice(NoticeKind.SHIPPED, "ord1-1"), notice(NoticeKind.SHIPPED, "ord1-2"))
    assert first.message_id != second.message_id


def test_a_message_id_is_that_of_the_notice_whoever_makes_it(new_lane, notice):
    (one,), (other,) = (new_lane().take(notice(NoticeKind.SHIPPED)) for _ in range(2))
    assert one.message_id == other.message_id
    assert one.message_id.startswith("<")
    assert one.message_id.endswith("@notices.cauce.invalid>")


@pytest.mark.parametrize(
    ("late", "told"),
    [
        (NoticeKind.PACKED, NoticeKind.SHIPPED),
        (NoticeKind.PACKED, NoticeKind.DELIVERED),
        (NoticeKind.SHIPPED, NoticeKind.DELIVERED),
    ],
)
def test_a_late_notice_of_a_parcel_is_superseded_by_a_newer_one(lane, notice, late, told):
    lane.take(notice(told))
    (event,) = lane.take(notice(late))
    assert isinstance(event, NoticeSuperseded)
    assert lane.take(notice(late)) == []


def test_another_parcel_on_its_way_supersedes_nothing(lane, notice):
    lane.take(notice(NoticeKind.SHIPPED, "ord1-2"))
    (event,) = lane.take(notice(NoticeKind.PACKED, "ord1-1"))
    assert isinstance(event, SendMail)


def test_a_confirmation_is_old_news_when_all_its_parcels_are_under_way(lane, notice):
    confirmed = notice(NoticeKind.CONFIRMED, "ord1/1", shipments=("ord1-1", "ord1-2"))
    lane.take(notice(NoticeKind.PACKED, "ord1-1"), notice(NoticeKind.SHIPPED, "ord1-2"))
    (event,) = lane.take(confirmed)
    assert isinstance(event, NoticeSuperseded)


def test_a_confirmation_is_news_while_one_of_its_parcels_is_not_under_way(lane, notice):
    lane.take(notice(NoticeKind.SHIPPED, "ord1-2"))
    (event,) = lane.take(notice(NoticeKind.CONFIRMED, "ord1/1", shipments=("ord1-1", "ord1-2")))
    assert isinstance(event, SendMail)


def test_nothing_is_promised_to_somebody_who_heard_that_the_order_is_canceled(lane, notice):
    lane.take(notice(NoticeKind.CANCELED, "ord1"))
    late = lane.take(
        notice(NoticeKind.RECEIVED, "ord1"),
        notice(NoticeKind.BACKORDERED, "ord1"),
        notice(NoticeKind.CONFIRMED, "ord1/1", shipments=("ord1-1",)),
        notice(NoticeKind.PACKED, "ord1-1"),
    )
    assert [type(event) for event in late] == [NoticeSuperseded] * 4


@pytest.mark.parametrize("kind", NEVER_OLD_NEWS)
def test_money_cancellations_and_returns_are_told_however_late(lane, notice, kind):
    lane.take(notice(NoticeKind.DELIVERED, "ord1-9"), notice(NoticeKind.CANCELED, "ord1"))
    (event,) = lane.take(notice(kind, "ord1-1"))
    assert isinstance(event, SendMail)


def test_the_mail_servers_yes_is_recorded_with_its_repeats(lane, notice, answer):
    (mail,) = lane.take(notice(NoticeKind.REFUNDED))
    assert lane.take(answer(mail, repeats=1)) == [
        CustomerNotified(
            person_id="ana",
            kind=NoticeKind.REFUNDED,
            reference="ord1-1",
            order_id="ord1",
            message_id=mail.message_id,
            repeats=1,
        )
    ]


def test_the_mail_servers_no_is_recorded_with_its_reason(lane, notice, answer):
    (mail,) = lane.take(notice(NoticeKind.REFUNDED))
    (event,) = lane.take(answer(mail, EffectOutcome.DECLINED, detail="erased"))
    assert isinstance(event, NoticeFailed)
    assert event.detail == "erased"


def test_an_answer_that_comes_again_adds_nothing(lane, notice, answer):
    (mail,) = lane.take(notice(NoticeKind.REFUNDED))
    lane.take(answer(mail))
    assert lane.take(answer(mail), answer(mail, EffectOutcome.DECLINED)) == []


def test_a_person_keeps_only_marks_of_what_was_answered(lane, notice, answer):
    for number in range(100):
        (mail,) = lane.take(notice(NoticeKind.SHIPPED, f"ord1-{number}"))
        lane.take(answer(mail))
    assert lane.state.waiting == ()
    assert len(lane.state.model_dump_json()) < 100 * 20 + 60


ORDERS = st.sampled_from(["ord1", "ord2"])
REFERENCES = {
    NoticeKind.RECEIVED: "{order}",
    NoticeKind.BACKORDERED: "{order}",
    NoticeKind.CANCELED: "{order}",
    NoticeKind.CONFIRMED: "{order}/1",
    NoticeKind.CHANGED: "{order}/2",
}


@st.composite
def arrivals(draw):
    """Notices of two orders, each arriving once or twice, in any order."""
    named = draw(st.sets(st.tuples(ORDERS, st.sampled_from(NoticeKind)), min_size=1))
    again = draw(st.lists(st.sampled_from(sorted(named))))
    return draw(st.permutations([*sorted(named), *again]))


def told(notice, order, kind):
    reference = REFERENCES.get(kind, "{order}-1").format(order=order)
    shipments = (f"{order}-1",) if kind is NoticeKind.CONFIRMED else ()
    return notice(kind, reference, order_id=order, shipments=shipments)


@given(arriving=arrivals())
def test_in_any_order_and_however_often_each_notice_is_accounted_for_once(new_lane, notice, arriving):
    lane = new_lane()
    lane.take(*(told(notice, order, kind) for order, kind in arriving))
    accounts = [(event.order_id, event.kind) for event in lane.published]
    assert sorted(accounts) == sorted(set(arriving))
    sent = {(mail.order_id, mail.kind) for mail in lane.sent()}
    assert sent >= {(order, kind) for order, kind in arriving if kind in NEVER_OLD_NEWS}


@given(arriving=arrivals(), data=st.data())
def test_whatever_comes_first_the_person_is_left_in_the_same_state(new_lane, notice, answer, arriving, data):
    lanes = new_lane(), new_lane()
    for lane, order_of_arrival in zip(lanes, (arriving, data.draw(st.permutations(arriving))), strict=True):
        lane.take(*(told(notice, order, kind) for order, kind in order_of_arrival))
        lane.take(*data.draw(st.permutations([answer(mail) for mail in lane.sent()] * 2)))
    assert lanes[0].state == lanes[1].state


@given(arriving=arrivals())
def test_no_parcel_is_ever_told_backward(new_lane, notice, arriving):
    lane = new_lane()
    lane.take(*(told(notice, order, kind) for order, kind in arriving))
    for order in ("ord1", "ord2"):
        steps = [PROGRESS.index(mail.kind) for mail in lane.sent() if mail.order_id == order and mail.kind in PROGRESS]
        assert steps == sorted(steps)


def test_the_state_is_the_fold_of_what_was_published(lane, notice, answer):
    from services.notify.domain.notices import DECIDER

    (mail, *_) = lane.take(notice(NoticeKind.PACKED), notice(NoticeKind.CANCELED, "ord1"))
    lane.take(answer(mail), notice(NoticeKind.CONFIRMED, "ord1/1"))
    state = DECIDER.initial("ana")
    for event in lane.published:
        state = DECIDER.evolve(state, event)
    assert state == lane.state

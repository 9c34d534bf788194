"""Law 7: whatever is not at an end waits in a named state with an owner; anything else names its first record."""

import pytest

from cauce.audit.states import ABOUT, State
from schemas.backorders import Backordered
from schemas.payments import RefundOwed
from schemas.reservations import StockReleased
from schemas.returns import RefundRequested
from schemas.shipments import ParcelPacked, WarehouseWork
from schemas.stock import Allocated, Move, ReserveStock, StockMoved

SHIPPED = ("order", "ask_for_stock", "receive", "promise", "work", "pack", "ship", "deliver", "authorize", "take_back")
CANCELED = ("order", "ask_to_cancel", "agree_to_cancel", "change", "leave_out", "ask_for_stock")


def played(log, *steps):
    for step in steps:
        getattr(log, step)()
    return log


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        (("order", "ask_for_stock", "queue"), State.IN_QUEUE),
        (SHIPPED[:5], State.AT_WORK),
        (SHIPPED[:6], State.PARCEL_CLOSED),
        (SHIPPED[:7], State.WITH_CARRIER),
        (SHIPPED[:9], State.RETURN_AWAITED),
        ((*SHIPPED, "owe", "ask_provider"), State.REFUND_ASKED),
        ((*SHIPPED, "owe"), State.REFUND_SHORT),
        ((*SHIPPED, "owe", "ask_provider", "decline"), State.REFUND_FAILED),
        ((*SHIPPED[:8], "ask_for_return"), State.RETURN_ASKED),
        ((*SHIPPED[:8], "tell"), State.NOTICE_UNSENT),
    ],
)
def test_what_is_not_at_an_end_is_counted_in_its_state(empty, steps, state):
    assert played(empty, *steps).waiting() == {state: 1}


def test_a_change_that_fulfillment_has_not_answered_is_counted_beside_the_work(empty):
    played(empty, *SHIPPED[:5], "ask_to_cancel")

    assert empty.waiting() == {State.AT_WORK: 1, State.CHANGE_ASKED: 1}


def test_a_delivered_order_waits_for_nobody(empty):
    assert played(empty, *SHIPPED[:8]).waiting() == {}


def test_an_order_that_is_served_from_the_queue_waits_there_no_more(empty):
    played(empty, "order", "ask_for_stock", "queue", "receive").promise(cause="r1").work()

    assert empty.waiting() == {State.AT_WORK: 1}


def test_every_state_has_an_owner():
    assert ABOUT.keys() == set(State)


def test_an_order_canceled_ahead_of_its_reservation_is_legal_and_waits_for_its_refund_alone(empty):
    assert played(empty, *CANCELED).waiting() == {State.REFUND_SHORT: 1}


def test_a_reservation_that_leaves_units_out_which_nobody_canceled_is_named(empty):
    played(empty, *CANCELED).drop(StockReleased)

    found = empty.audit()
    assert (7, "line 1: 2 units were neither promised nor put in the queue") in found
    assert (8, "stock.reserve.v1 was never answered") in found


def test_units_that_are_nowhere_are_named_with_the_order(empty):
    played(empty, "order", "ask_for_stock", "queue").drop(Backordered).drop(ReserveStock)

    (broken,) = [one for one in empty.verdict().violations if one.law == 7]
    assert (broken.place, broken.subject) == ("order-placed/0@0", "o1")
    assert broken.detail == "line 1: 2 units were neither promised nor put in the queue"


def test_a_promise_that_no_crew_works_on_is_named_with_the_promise(empty):
    played(empty, *SHIPPED[:4])

    (broken,) = empty.verdict().violations
    assert (broken.law, broken.place) == (7, "allocated/0@0")
    assert broken.detail == "o1-1: was promised, and no crew was given the work"


def test_units_that_are_neither_sent_nor_stopped_are_named(log):
    line = next(entry.message.lines[0] for entry in log.entries if isinstance(entry.message, WarehouseWork))
    log.replace(WarehouseWork, lines=(line.model_copy(update={"quantity": 1}),))

    assert (7, "o1-1: of 2 units 1 are sent, 0 stopped") in log.audit()


def test_a_parcel_that_left_unpacked_is_named(log):
    log.drop(ParcelPacked)

    assert (7, "o1-1: left, and was never packed") in log.audit()


def test_a_promise_that_came_twice_is_named(log):
    again = next(entry for entry in log.entries if isinstance(entry.message, Allocated))
    log.entries.append(again._replace(offset=1, message=again.message.model_copy(update={"decision": 2})))

    assert (7, "line 1: 2 ordered, but 4 promised, 0 queued and 0 left out") in log.audit()


def test_canceled_units_that_the_keeper_never_gave_back_are_named(empty):
    played(empty, *SHIPPED[:5], "ask_to_cancel", "agree_to_cancel", "change")

    assert (7, "line 1: 2 canceled, but the keeper gave 0 back") in empty.audit()


def test_a_parcel_whose_units_stay_in_the_stock_is_named(log):
    log.drop(StockMoved, move=Move.SHIPPED)

    assert (7, "line 1: 2 shipped, but 0 left the stock") in log.audit()


def test_an_answered_change_that_the_order_never_heard_of_is_named(empty):
    played(empty, *SHIPPED[:5], "ask_to_cancel", "agree_to_cancel")

    assert empty.audit() == [(7, "change c1 was answered, and the order says nothing of it")]


def test_more_returned_than_shipped_is_named(empty):
    played(empty, *SHIPPED[:5], "authorize", "take_back")

    assert (7, "line 1: 1 returned of 0 shipped") in empty.audit()


def test_a_refund_that_no_fact_of_payments_took_on_is_named_with_who_owes_it(empty):
    (broken,) = played(empty, *SHIPPED).verdict().violations

    assert (broken.law, broken.place, broken.subject) == (6, "refund-requested/0@0", "o1")
    assert broken.detail == "refund R1:1: 500 due, 0 taken on"


def test_what_is_missing_behind_a_record_that_was_set_aside_waits_for_the_operator(empty):
    played(empty, *SHIPPED)

    assert empty.waiting(parked=empty.places(RefundRequested)) == {State.SET_ASIDE: 1}


def test_a_record_that_was_set_aside_excuses_nothing_that_is_wrong_in_itself(log):
    log.replace(RefundOwed, amount=log.entries[0].message.payments[0].amount)

    assert (6, "refund R1:1: 500 due, 1000 taken on") in log.audit(parked=log.places(RefundRequested))

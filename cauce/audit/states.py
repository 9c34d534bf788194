"""The named states in which something of an order may wait, and who must act for it to go on."""

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """Where work stands that is not ended. Whatever is neither at an end nor in one of these breaks law 7."""

    IN_QUEUE = "in_queue"
    HELD = "held"
    AT_WORK = "at_work"
    PARCEL_CLOSED = "parcel_closed"
    WITH_CARRIER = "with_carrier"
    CHANGE_ASKED = "change_asked"
    RETURN_ASKED = "return_asked"
    RETURN_AWAITED = "return_awaited"
    REFUND_ASKED = "refund_asked"
    REFUND_FAILED = "refund_failed"
    REFUND_SHORT = "refund_short"
    NOTICE_UNSENT = "notice_unsent"
    SET_ASIDE = "set_aside"


class About(NamedTuple):
    """Who owns a state, and what it says to people: `what` is counted in it."""

    owner: str
    what: str


ABOUT = {
    State.IN_QUEUE: About("keeper", "orders with units in the queue for stock"),
    State.HELD: About("whoever may release", "orders that are held"),
    State.AT_WORK: About("crew", "shipments at work at a site"),
    State.PARCEL_CLOSED: About("crew", "parcels closed and not handed over"),
    State.WITH_CARRIER: About("carrier", "parcels with the carrier"),
    State.CHANGE_ASKED: About("fulfillment", "changes that a channel asked for, and fulfillment has not answered"),
    State.RETURN_ASKED: About("returns", "return requests that wait for facts, until their time is up"),
    State.RETURN_AWAITED: About("customer", "returns whose goods may still come"),
    State.REFUND_ASKED: About("provider", "refunds that payments asked the provider for, and it has not answered"),
    State.REFUND_FAILED: About("finance", "refunds that the provider refused"),
    State.REFUND_SHORT: About("finance", "refunds that no payment covers"),
    State.NOTICE_UNSENT: About("mail runner", "notices to be sent"),
    State.SET_ASIDE: About("operator", "orders with something missing, and a record of theirs parked"),
}


class Waiting(NamedTuple):
    """One thing that waits."""

    state: State
    subject: str

"""Timers: each due entity is decided on its own; one that cannot be stops neither the others nor the clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel, ConfigDict

from cauce.decider import Decider
from cauce.runtime.assembly import lanes_of
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.engine.parking import BEHIND, about, control
from cauce.runtime.engine.undecidable import BreakerTripped
from cauce.runtime.lane import DROP, RETRY, Record
from cauce.runtime.service import EntityLane, Service
from cauce.runtime.settings import Settings
from schemas.changing import ChangeAnswered, ChangeRefused, Outcome
from schemas.envelope import Envelope
from schemas.orders import CancelOrder, Reason
from schemas.reference import TimeReached

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOON = AT + timedelta(hours=3)


class Waiting(BaseModel):
    """Answers an hour after it was asked."""

    model_config = ConfigDict(frozen=True)
    order_id: str
    answers_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    bad: bool


@dataclass(frozen=True, slots=True)
class TimePassed:
    at: datetime


class Bench:
    """A lane whose decider trips over the timers of the orders in `broken`."""

    def __init__(self):
        self.broken = set()
        decider = Decider(initial=initial, decide=self.decide, evolve=evolve, due=lambda state: state.answers_at)
        lane = EntityLane(
            service="intake",
            name="orders",
            inputs={"intake-commands": lambda received, _: Ask(received.message.reason == "bad"), "ticks": never},
            decider=decider,
            state=Waiting,
            publishes=(ChangeRefused, ChangeAnswered),
            on_due=TimePassed,
        )
        (built,) = lanes_of(Service("intake", (lane,)), Settings())
        self.tenure = OfflineTenure(built, 0)
        self.offset = 0

    def decide(self, state, command):
        if isinstance(command, Ask):
            if command.bad:
                raise ZeroDivisionError
            return (
                ChangeRefused(order_id=state.order_id, request_id="r", reason=Reason(field="", code="x", detail="")),
            )
        if state.order_id in self.broken:
            raise ZeroDivisionError
        if not state.answers_at or command.at < state.answers_at:
            return ()
        return (ChangeAnswered(order_id=state.order_id, request_id="r", outcome=Outcome.REFUSED),)

    def ask(self, *orders, reason=""):
        for order in orders:
            message = CancelOrder(order_id=order, request_id="r", reason=reason, asked_by="web")
            yield self.record("intake-commands", f"ask-{order}", message)

    def tick(self, at=NOON):
        return self.record("ticks", f"tick-{at.isoformat()}", TimeReached(reached_at=at))

    def record(self, topic, cause, message):
        self.offset += 1
        headers = Envelope(cause, message.type, "/test", message.key_value(), 0, AT, "1").to_headers()
        return Record(topic, 0, self.offset, message.key_value().encode(), message.to_bytes(), headers)

    def take(self, *records):
        return [(output.topic, output.key.decode()) for output in self.tenure.decide(records)]

    def word(self, verb, output):
        word = control(verb, Record("intake-parked", 0, 0, output.key, output.value, output.headers), output.value)
        self.offset += 1
        return Record(word.topic, 0, self.offset, word.key, word.value, word.headers)

    @property
    def due(self):
        return [key.partition(b"\x1f")[2].decode() for key in self.tenure.tables()["due"]]


def initial(key):
    return Waiting(order_id=key)


def evolve(state, event):
    answers_at = AT + timedelta(hours=1) if isinstance(event, ChangeRefused) else None
    return state.model_copy(update={"answers_at": answers_at})


def never(_received, _reference):
    return None


@pytest.fixture
def bench():
    return Bench()


def test_a_timer_that_cannot_fire_is_parked_for_its_entity_and_the_others_fire(bench):
    bench.take(*bench.ask("a", "b", "c"))
    bench.broken = {"b"}
    out = bench.tenure.decide([bench.tick()])

    assert sorted((one.topic, one.key) for one in out) == [
        ("change-answered", b"a"),
        ("change-answered", b"c"),
        ("intake-parked", b"b"),
    ]
    (parked,) = (one for one in out if one.topic == "intake-parked")
    what = about(parked.headers)
    assert (what.subject, what.reason, TimeReached.read(parked.value).reached_at) == (b"b", "ZeroDivisionError", NOON)
    assert set(bench.tenure.standing.blocked) == {b"b"}


def test_later_ticks_go_on_and_do_not_park_the_timer_again(bench):
    bench.take(*bench.ask("a"))
    bench.broken = {"a"}
    bench.take(bench.tick())

    assert bench.take(*bench.ask("b"), bench.tick(NOON + timedelta(hours=1))) == [
        ("change-requested", "b"),
        ("change-answered", "b"),
    ]
    assert bench.due == []


def test_a_retried_timer_fires_with_the_id_it_would_have_had(bench):
    bench.take(*bench.ask("a"))
    bench.broken = {"a"}
    (parked,) = bench.tenure.decide([bench.tick()])
    assert bench.take(bench.word(RETRY, parked)) == []
    assert set(bench.tenure.standing.blocked) == {b"a"}
    bench.broken = set()
    (fired,) = bench.tenure.decide([bench.word(RETRY, parked)])

    other = Bench()
    other.take(*other.ask("a"))
    assert other.tenure.decide([other.tick()]) == [fired]
    assert (bench.tenure.standing.blocked, bench.due) == ({}, [])


def test_a_dropped_timer_is_given_up_for_good(bench):
    bench.take(*bench.ask("a"))
    bench.broken = {"a"}
    (parked,) = bench.tenure.decide([bench.tick()])

    assert bench.take(bench.word(DROP, parked), bench.tick(NOON + timedelta(hours=1))) == []
    assert bench.tenure.standing.blocked == {}


def test_the_timer_of_an_order_that_waits_fires_after_what_it_waits_for(bench):
    bench.take(*bench.ask("a"))
    (bad,) = bench.tenure.decide(list(bench.ask("a", reason="bad")))
    (timer,) = bench.tenure.decide([bench.tick()])
    assert about(timer.headers).reason == BEHIND

    assert bench.take(bench.word(DROP, bad), bench.word(RETRY, timer)) == [("change-answered", "a")]
    assert bench.tenure.standing.blocked == {}


def test_a_timer_retried_too_early_is_set_again(bench):
    bench.take(*bench.ask("a"))
    bench.broken = {"a"}
    (parked,) = bench.tenure.decide([bench.tick()])
    bench.broken = set()
    early = bench.word(RETRY, parked)._replace(value=TimeReached(reached_at=AT).to_bytes())

    assert (bench.take(early), bench.due) == ([], ["a"])
    assert bench.take(bench.tick()) == [("change-answered", "a")]


def test_a_tick_that_cannot_be_read_blocks_no_later_tick(bench):
    bench.take(*bench.ask("a"))

    assert bench.take(bench.tick()._replace(value=b"noon"), bench.tick()) == [
        ("intake-parked", "clock"),
        ("change-answered", "a"),
    ]


def test_so_many_timers_in_a_row_that_fail_stop_the_worker_and_park_nothing(bench):
    orders = [f"o{number:02}" for number in range(20)]
    bench.take(*bench.ask(*orders))
    bench.broken = set(orders)

    with pytest.raises(BreakerTripped, match="20 records in a row"):
        bench.tenure.decide([bench.tick()])


def test_a_few_bad_timers_among_good_ones_do_not_stop_the_worker(bench):
    orders = [f"o{number:02}" for number in range(60)]
    bench.take(*bench.ask(*orders))
    bench.broken = set(orders[::2])

    assert len(bench.take(bench.tick())) == 60
    assert set(bench.tenure.standing.blocked) == {order.encode() for order in orders[::2]}

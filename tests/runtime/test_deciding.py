"""What a declared decider becomes: facts with derived ids, states that are their fold, timers that fire once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from pydantic import BaseModel, ConfigDict

from cauce.decider import Decider
from cauce.ids import event_id
from cauce.runtime import deciding
from cauce.runtime.assembly import lanes_of
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.lane import Record
from cauce.runtime.reference.publisher import SOURCE
from cauce.runtime.reference.reference_files import published
from cauce.runtime.service import EntityLane, Service
from cauce.runtime.settings import Settings
from schemas.changing import ChangeAnswered, ChangeRefused, Outcome
from schemas.envelope import Envelope
from schemas.orders import CancelOrder, Reason
from schemas.reference import Kind, Product, ReferencePublished, TimeReached

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Patience(BaseModel):
    """Waits an hour after it was asked something, then answers once."""

    model_config = ConfigDict(frozen=True)
    asked: int = 0
    waits_until: datetime | None = None
    weights: ClassVar[int] = 0


@dataclass(frozen=True, slots=True)
class Ask:
    request_id: str
    at: datetime
    weight: int = 0


@dataclass(frozen=True, slots=True)
class TimePassed:
    at: datetime


def decide(state, command):
    match command:
        case Ask(request_id="twice"):
            return (_refused("same"), _refused("same"))
        case Ask(request_id="bad"):
            raise ZeroDivisionError
        case Ask():
            return (_refused(command.request_id, str(command.weight)),)
        case TimePassed() if state.waits_until and command.at >= state.waits_until:
            return (ChangeAnswered(order_id="o1", request_id="late", outcome=Outcome.REFUSED),)
    return ()


def evolve(state, event):
    match event:
        case ChangeRefused():
            return state.model_copy(update={"asked": state.asked + 1, "waits_until": AT + timedelta(hours=1)})
        case ChangeAnswered():
            return state.model_copy(update={"waits_until": None})
    return state


def _refused(request_id, detail=""):
    return ChangeRefused(order_id="o1", request_id=request_id, reason=Reason(field="", code="x", detail=detail))


def translate(received, reference):
    product = reference.item("products", "mug")
    return Ask(received.message.request_id, received.envelope.at, product.weight_grams if product else 0)


def never(_received, _reference):
    return None


LANE = EntityLane(
    service="intake",
    name="orders",
    inputs={"intake-commands": translate, "ticks": never, "reference": never},
    decider=Decider(initial=lambda _: Patience(), decide=decide, evolve=evolve, due=lambda state: state.waits_until),
    state=Patience,
    publishes=(ChangeRefused, ChangeAnswered),
    on_due=TimePassed,
)


@pytest.fixture
def tenure():
    (lane,) = lanes_of(Service("intake", (LANE,)), Settings())
    return OfflineTenure(lane, 0)


def ask(request_id, *, offset=0):
    message = CancelOrder(order_id="o1", request_id=request_id, reason="", asked_by="web")
    return _record("intake-commands", offset, f"cause-{request_id}", message)


def tick(at, *, offset=0):
    return _record("ticks", offset, f"tick-{at.isoformat()}", TimeReached(reached_at=at), at=at)


def _record(topic, offset, cause, message, *, at=AT):
    envelope = Envelope(cause, message.type, SOURCE, message.key_value(), 0, at, "1")
    return Record(topic, 0, offset, message.key_value().encode(), message.to_bytes(), envelope.to_headers())


def envelopes(outputs):
    return [Envelope.from_headers(output.headers) for output in outputs]


def test_a_fact_has_an_id_derived_from_its_cause_and_the_next_number(tenure):
    first, second = envelopes(tenure.decide([ask("a"), ask("b", offset=1)]))

    assert first.id == event_id("cause-a", "intake", ChangeRefused.type, "a")
    assert (first.sequence, second.sequence) == (1, 2)
    assert (second.at, second.cause_id, second.source) == (AT, "cause-b", "/cauce/intake/orders/0")


def test_the_state_is_the_fold_of_what_was_published(tenure):
    tenure.decide([ask("a"), ask("b", offset=1)])

    row = tenure.tables()["states"][b"o1"]
    assert deciding.entity_table(LANE).decode(row).state.asked == 2


def test_two_events_of_one_natural_key_are_parked_not_published(tenure):
    (output,) = tenure.decide([ask("twice")])

    assert output.topic == "intake-parked"
    assert b"DecidedTwice" in dict(output.headers)["parked-reason"]


def test_a_decider_that_stumbles_parks_its_record_and_leaves_no_trace(tenure):
    (output,) = tenure.decide([ask("bad")])

    assert output.topic == "intake-parked"
    assert tenure.tables()["states"] == {}


def test_a_timer_fires_once_when_time_has_come(tenure):
    tenure.decide([ask("a")])
    early = tenure.decide([tick(AT + timedelta(minutes=59))])
    due = tenure.decide([tick(AT + timedelta(hours=2), offset=1)])
    again = tenure.decide([tick(AT + timedelta(hours=3), offset=2)])

    assert (early, again) == ([], [])
    assert [envelope.type for envelope in envelopes(due)] == [ChangeAnswered.type]
    assert tenure.tables()["due"] == {}


def test_reference_data_is_active_from_the_part_that_completes_it(tenure):
    items = [Product(id="mug", weight_grams=300), *(Product(id=f"p{n}", weight_grams=1) for n in range(1500))]
    first, second = published(Kind.PRODUCTS, items)
    refused = tenure.decide([_record("reference", 0, "r1", second), ask("a")])
    tenure.decide([_record("reference", 1, "r2", first)])
    known = tenure.decide([ask("b", offset=1)])

    assert [detail_of(output) for output in (*refused, *known)] == ["0", "300"]


def test_a_new_version_replaces_all_items_of_the_old_one(tenure):
    (old,) = published(Kind.PRODUCTS, [Product(id="mug", weight_grams=300)])
    (new,) = published(Kind.PRODUCTS, [Product(id="cup", weight_grams=100)])
    tenure.decide([_record("reference", 0, "r1", old), _record("reference", 1, "r2", new)])

    rows = tenure.tables()["reference"]
    assert [key for key in rows if b"mug" in key] == []
    assert detail_of(*tenure.decide([ask("a")])) == "0"


def test_the_same_items_have_the_same_version_in_any_order():
    items = [Product(id=name, weight_grams=1) for name in "abc"]

    assert published(Kind.PRODUCTS, items) == published(Kind.PRODUCTS, reversed(items))
    assert isinstance(published(Kind.PRODUCTS, items)[0], ReferencePublished)


def detail_of(output):
    return ChangeRefused.read(output.value).reason.detail

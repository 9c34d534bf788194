"""The lane as its worker runs it, on tables in memory: records in, records out, and states that survive a restart."""

from datetime import timedelta

import pytest

from cauce.replay.fold import _fold
from cauce.runtime.assembly import lanes_of
from cauce.runtime.deciding import entity_table, receive
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.lane import Record
from cauce.runtime.reference.reference_files import published
from cauce.runtime.settings import Settings
from schemas.envelope import Envelope
from schemas.reference import Kind, TimeReached
from schemas.returns import PurchaseNoted, RequestReturn, ReturnAuthorized, ReturnExpired, ReturnPending, ReturnRefused
from services.returns.worker import SERVICE


@pytest.fixture
def worker(tmp_path):
    (lane,) = (lane for lane in lanes_of(SERVICE, Settings(home=tmp_path)) if lane.name == "returns")
    return Worker(OfflineTenure(lane, 0))


class Worker:
    """Feeds records one by one and keeps what was published."""

    def __init__(self, tenure):
        self.tenure, self.offset, self.published = tenure, 0, []

    def take(self, topic, message, at):
        envelope = Envelope(f"{topic}-{self.offset}", message.type, "/test", message.key_value(), 1, at, "test")
        record = Record(topic, 0, self.offset, message.key_value().encode(), message.to_bytes(), envelope.to_headers())
        self.offset += 1
        outputs = self.tenure.decide([record])
        received = [receive(Record(out.topic, 0, 0, out.key, out.value, tuple(out.headers))) for out in outputs]
        self.published += received
        return [one.message for one in received]

    def tick(self, at):
        return self.take("ticks", TimeReached(reached_at=at), at)


def test_a_request_waits_through_a_restart_and_the_clock_answers_it(worker, shop):
    (pending,) = worker.take("returns-commands", shop.request(_1=1), shop.noon)
    assert isinstance(pending, ReturnPending)
    worker.tenure.restart()
    assert worker.tick(shop.noon + timedelta(minutes=14)) == []
    (refused,) = worker.tick(shop.noon + timedelta(minutes=15))
    assert isinstance(refused, ReturnRefused)
    assert worker.tick(shop.noon + timedelta(minutes=16)) == []


def test_the_published_policy_is_the_one_that_holds(worker, shop):
    for part in published(Kind.POLICY, [shop.policy]):
        worker.take("reference", part, shop.noon)
    worker.take("order-placed", shop.placed(), shop.noon)
    worker.take("delivered", shop.delivered(), shop.noon)
    (granted,) = worker.take("returns-commands", shop.request("r1", _1=1), shop.noon + timedelta(days=14))
    (refused,) = worker.take("returns-commands", shop.request("r2", _1=1), shop.noon + timedelta(days=15))
    assert (type(granted), granted.site) == (ReturnAuthorized, "madrid")
    assert isinstance(refused, ReturnRefused)
    assert granted.policy_version == refused.policy_version != ""


def test_the_table_is_the_fold_of_what_was_published(worker, shop):
    lane = next(lane for lane in SERVICE.lanes if lane.name == "returns")
    worker.take("returns-commands", shop.request("r1", _1=1), shop.noon)
    worker.take("order-placed", shop.placed(), shop.noon)
    worker.take("shipped", shop.shipped(), shop.noon)
    worker.take("returns-commands", shop.request("r2", _1=1), shop.noon)
    _, refund = worker.take("returns-commands", shop.receipt(_1=1), shop.noon + timedelta(days=3))
    worker.take("refunded", shop.refunded(refund.refund_id, refund.amount.amount), shop.noon + timedelta(days=4))
    (expired,) = worker.tick(shop.noon + timedelta(days=31))
    assert (type(expired), expired.return_id[-2:]) == (ReturnExpired, "-2")
    facts = [(one.envelope.sequence, one.message) for one in worker.published]
    assert [number for number, _ in facts] == list(range(1, len(facts) + 1))
    rows = worker.tenure.tables()["states"]
    assert rows == {shop.order_id.encode(): entity_table(lane).encode(_fold(lane, shop.order_id, facts))}


def test_requests_without_an_order_stand_alone(worker, shop):
    request = shop.request(known=False, _1=1).model_copy(update={"order_id": "q4z7m2yd5xk6wtnbv3acjher"})
    assert isinstance(request, RequestReturn)
    (refused,) = worker.take("returns-commands", request, shop.noon)
    (noted,) = worker.take("order-placed", shop.placed(), shop.noon)
    assert (refused.order_id, noted.order_id) == ("q4z7m2yd5xk6wtnbv3acjher", shop.order_id)
    assert isinstance(noted, PurchaseNoted)

"""The keeper in its lane, with the runtime's own rows and batches: where a batch ends decides nothing."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from cauce.ids import event_id
from cauce.runtime.assembly import lanes_of
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.lane import Record
from cauce.runtime.reference.reference_files import published as parts
from cauce.runtime.settings import Settings
from schemas.envelope import Envelope
from schemas.policies import By, Criterion, Rule, SiteTerms, SourcingPolicy
from schemas.reference import Kind, ReferenceActivated, ReferencePublished, TimeReached
from schemas.stock import Allocated, Disposition, Stage
from services.allocation.worker import SERVICE

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
(KEEPER,) = (lane for lane in lanes_of(SERVICE, Settings()) if lane.name == "keeper")


def published(kind, items):
    bodies = tuple(item.model_dump(mode="json") for item in items)
    return ReferencePublished(kind=kind, version="v1", part=0, parts=1, items=bodies)


def records_of(messages):
    for offset, message in enumerate(messages):
        identity = event_id(str(offset), "test", message.type, message.natural_key())
        envelope = Envelope(identity, message.type, "/cauce/test/test/0", "0", offset + 1, NOW, "1")
        yield Record("stock-commands", 0, offset, b"0", message.to_bytes(), envelope.to_headers())


@pytest.fixture
def story(pool):
    """Forty orders of a shop that runs short, is filled again, sends, cancels and takes back."""
    sites, products = pool.stock.reference.items("sites"), pool.stock.reference.items("products")
    reference = [published(Kind.SITES, sites), published(Kind.PRODUCTS, products), TimeReached(reached_at=NOW)]
    openings = [pool.receipt({"cup": 30, "pot": 20}, site) for site in ("madrid", "lyon")]
    orders = [pool.order(f"o{number}", {"cup": number % 5 + 1, "pot": number % 3 + 1}) for number in range(40)]
    sent = [pool.advance(f"o{number}-1", Stage.SHIPPED, {"1": number % 5 + 1}) for number in range(3)]
    canceled = [pool.change(f"o{number}", {"2": 1}) for number in range(30, 40)]
    refill = [pool.receipt({"cup": 40, "pot": 60}, "berlin"), pool.adjustment("cup", -100, "berlin")]
    back = [pool.return_of({"cup": 2}, Disposition.RESTOCK)]
    return list(records_of([*reference, *openings, *orders, *sent, *canceled, *refill, *back, *refill, *sent]))


def outcome(records, sizes):
    tenure, outputs, rest = OfflineTenure(KEEPER, 0), [], list(records)
    for size in sizes:
        outputs += tenure.decide(rest[:size])
        rest = rest[size:]
        tenure.restart()
    return outputs, tenure.tables()


def test_where_a_batch_ends_decides_nothing(story):
    whole, tables = outcome(story, [len(story)])
    chance = random.Random(7)
    for _ in range(5):
        outputs, again = outcome(story, [chance.randrange(4) for _ in range(len(story))])
        assert outputs == whole
        assert {name: rows for name, rows in again.items() if name != "standing"} == {
            name: rows for name, rows in tables.items() if name != "standing"
        }


def test_nothing_of_it_is_parked_and_repeats_add_nothing(story):
    outputs, _ = outcome(story, [len(story)])
    assert KEEPER.parked not in {output.topic for output in outputs}
    assert {output.topic for output in outputs} == {"allocated", "backordered", "reservations", "stock-moved"}
    without_repeats, _ = outcome(story, [len(story) - 5])
    assert outputs == without_repeats


@pytest.fixture
def ruled_story(pool):
    """Orders before a policy, under one, under another, and under the first again."""
    sites, products = pool.stock.reference.items("sites"), pool.stock.reference.items("products")
    criteria = (By.SPLITS, By.PRIORITY), (By.BALANCE,)
    ranks = {"madrid": SiteTerms(priority=3, capacity_a_day=6), "lyon": SiteTerms(priority=2)}
    policies = [
        SourcingPolicy(
            name=f"by-{by[0]}",
            currency="EUR",
            sites=ranks,
            rules=(Rule(name="all", criteria=tuple(Criterion(by=one) for one in by)),),
        )
        for by in criteria
    ]
    versions = [record for policy in policies for record in parts(Kind.SOURCING, [policy])]
    openings = [pool.receipt({"cup": 60, "pot": 60}, site.id) for site in sites]
    orders = [pool.order(f"o{number}", {"cup": number % 5 + 1, "pot": number % 3 + 1}) for number in range(60)]
    first, second = (
        ReferenceActivated(kind=Kind.SOURCING, pool=0, label="x", version=one.version, activated_at=NOW)
        for one in versions
    )
    reference = [published(Kind.SITES, sites), published(Kind.PRODUCTS, products)]
    again = first.model_copy(update={"activated_at": NOW + timedelta(hours=1)})
    rounds = [orders[:10], [first], orders[10:20], [second], orders[20:30], [again], orders[30:]]
    tick = TimeReached(reached_at=NOW + timedelta(days=1))
    return list(records_of([*reference, *openings, *versions, *(one for part in rounds for one in part), tick]))


def test_each_order_is_decided_by_the_policy_that_is_active_when_it_comes(ruled_story):
    outputs, tables = outcome(ruled_story, [len(ruled_story)])
    allocated = [Allocated.read(output.value) for output in outputs if output.topic == "allocated"]
    rules = [one.explanation.rule for one in allocated]
    assert list(dict.fromkeys(rules)) == ["nearest-site", "by-splits/all", "by-balance/all"]
    first, last = rules[10], rules[-1]
    assert first == last == "by-splits/all"
    versions = {one.explanation.rule: one.explanation.sourcing.policy_version for one in allocated[10:]}
    assert len(set(versions.values())) == 2
    assert KEEPER.parked not in {output.topic for output in outputs}

    for sizes in ([1] * len(ruled_story), [7] * len(ruled_story)):
        again, rows = outcome(ruled_story, sizes)
        assert again == outputs
        assert {name: of for name, of in rows.items() if name != "standing"} == {
            name: of for name, of in tables.items() if name != "standing"
        }

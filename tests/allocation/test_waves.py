"""Waves: orders that wait, decided on together."""

from datetime import date
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.inbound import BackorderExpected, ExpectedUnits, ExpectStock
from schemas.levels import StockLevel
from schemas.policies import By, Criterion, Rule, SiteTerms, SourcingPolicy, Unfilled
from schemas.reference import Safety
from schemas.stock import Allocated, DemandLine
from schemas.waves import DecideWave, WaveDecided, WaveMethod
from services.allocation.domain import joint, waves
from services.allocation.domain.joint import Column, choose
from services.allocation.domain.search import Plan
from services.allocation.domain.sourcing import Pick

SITES, SKUS = ("madrid", "lyon"), ("cup", "pot")
POLICY = SourcingPolicy(
    name="test",
    currency="EUR",
    sites={"madrid": SiteTerms(capacity_a_day=3)},
    rules=(Rule(name="all", criteria=(Criterion(by=By.DISTANCE),), unfilled=Unfilled.BACKORDER),),
)


@st.composite
def columns(draw):
    order, score = draw(st.sampled_from("abc")), draw(st.tuples(st.integers(0, 9), st.integers(0, 9)))
    taken = draw(
        st.dictionaries(st.tuples(st.sampled_from(SITES), st.sampled_from(SKUS)), st.integers(1, 3), min_size=1)
    )
    picks = tuple(
        Pick(DemandLine(line_id="1", sku=sku, quantity=9), site, units) for (site, sku), units in taken.items()
    )
    return Column(order, Plan((0, score, (), ()), score, picks))


def worth(chosen):
    scores = [column.plan.rank[1] for column in chosen]
    return -sum(column.units() for column in chosen), *(sum(score[at] for score in scores) for at in range(2))


def all_choices(offered, shelves, capacities):
    for takes in product((0, 1), repeat=len(offered)):
        chosen = [column for column, take in zip(offered, takes, strict=True) if take]
        taken = [column.takes() for column in chosen]
        if len({column.order_id for column in chosen}) == len(chosen) and all(
            sum(one.get(shelf, 0) for one in taken) <= free for shelf, free in shelves.items()
        ):
            used = [{site for site, _ in one} for one in taken]
            if all(sum(site in one for one in used) <= most for site, most in capacities.items()):
                yield chosen


@settings(deadline=None)
@given(st.lists(columns(), min_size=1, max_size=7), st.data())
def test_what_is_chosen_together_is_the_best_of_all_choices(offered, data):
    shelves = {(site, sku): data.draw(st.integers(0, 5)) for site in SITES for sku in SKUS}
    capacities = {"madrid": data.draw(st.integers(0, 3))}
    chosen = choose(offered, shelves, capacities)
    assert worth(chosen) == min(map(worth, all_choices(offered, shelves, capacities)))


@pytest.fixture
def short(told):
    """A pool in which o1 and o2 wait in vain for what together they could share, and o3 for a little."""
    pool = told.pool(policy=POLICY)
    pool.orders("o1", {"cup": 4})
    pool.orders("o2", {"cup": 3})
    pool.orders("o3", {"cup": 2})
    return pool


def wave(*orders, name="w1"):
    return DecideWave(pool=0, wave_id=name, order_ids=orders)


def test_a_wave_gives_scarce_goods_to_those_whom_they_fill_most(short, told):
    short.receives({"cup": 3})  # not enough for o1, who came first and holds up the others
    events = short.do(wave("o1", "o2", "o3"))
    allocated, decided = told.one(events, Allocated), told.one(events, WaveDecided)
    assert (allocated.order_id, told.shipments(allocated)) == ("o2", {"madrid": {"1": 3}})
    assert (decided.method, decided.promised, decided.left) == (WaveMethod.JOINT, ("o2",), ("o1", "o3"))
    assert allocated.explanation.sourcing.method == "wave"
    assert allocated.explanation.trigger == "stock.wave.v1/w1"
    assert short.replayed().table() == short.table()


def test_a_wave_tells_what_channels_may_still_sell_and_when_the_others_may_have_theirs(told):
    pool = told.pool(policy=POLICY, safety=(Safety(id="none", units=0),))
    for name, units in {"o1": 4, "o2": 3, "o3": 2}.items():
        pool.orders(name, {"cup": units})
    supply = ExpectedUnits(sku="cup", quantity=6, due_on=date(2026, 3, 9))
    pool.do(ExpectStock(pool=0, purchase_id="PO-1", site="madrid", lines=(supply,)))
    pool.receives({"cup": 3})
    events = pool.do(wave("o1", "o2", "o3"))
    expected, level = told.one(events, BackorderExpected), told.one(events, StockLevel)
    assert (expected.order_id, expected.lines[0].expected_on) == ("o3", supply.due_on)
    assert [one.available for one in level.channels] == [0]
    assert pool.replayed().table() == pool.table()


def test_a_wave_is_decided_once(short):
    short.receives({"cup": 3})
    assert short.do(wave("o1", "o2", "o3"))
    short.receives({"cup": 2})
    assert short.do(wave("o1", "o2", "o3")) == ()


def test_an_order_that_waits_for_nothing_is_left(short, told):
    decided = told.one(short.do(wave("o9", "o1")), WaveDecided)
    assert (decided.promised, decided.left) == ((), ("o9", "o1"))


def test_without_a_policy_a_wave_is_refused_with_what_to_do(pool, told):
    decided = told.one(pool.do(wave("o1")), WaveDecided)
    assert (decided.method, decided.left) == (WaveMethod.REFUSED, ("o1",))
    assert decided.reason == "no policy is active: activate one, and send another wave"


def test_at_its_limit_a_wave_is_decided_one_after_another_and_says_what_may_be_lost(told):
    whole = POLICY.rules[0].model_copy(update={"unfilled": Unfilled.QUEUE})
    pool, chance, names = told.pool(policy=POLICY.model_copy(update={"sites": {}, "rules": (whole,)})), Random(1), []
    pool.orders("first", dict.fromkeys("abcd", 9999))  # whoever comes later is held up
    for name in (f"o{number}" for number in range(12)):
        names.append(name)
        pool.orders(name, {sku: chance.randint(20, 97) for sku in "abcd"})
    pool.receives(dict.fromkeys("abcd", 350))
    events = pool.do(wave(*names).model_copy(update={"nodes": 1}))
    decided = told.one(events, WaveDecided)
    assert (decided.method, decided.promised[0]) == (WaveMethod.SEQUENTIAL, "o0")
    said = "the search for the best was given up at its limit of nodes, 1: {} units in turn, where {} at most could be"
    units = sum(line.quantity for one in told.every(events, Allocated) for line in one.shipments[0].lines)
    assert decided.reason == f"{said.format(units, 1400)} together"
    methods = {one.explanation.sourcing.method for one in told.every(events, Allocated)}
    assert methods == {"wave-sequential"}


LINES = st.lists(st.tuples(st.sampled_from(SKUS), st.integers(1, 5)), min_size=1, max_size=3)
SHELVES = st.dictionaries(st.tuples(st.sampled_from(SITES), st.sampled_from(SKUS)), st.integers(1, 4), max_size=4)


@settings(max_examples=50, deadline=None)
@given(orders=st.lists(LINES, min_size=1, max_size=4), shelves=SHELVES)
def test_a_wave_sends_no_less_than_one_after_another_and_never_what_is_not_there(told, orders, shelves):
    sent = {}
    for nodes in (joint.NODES, 0):
        pool = told.pool(policy=POLICY)
        pool.orders("first", {"cup": 99, "pot": 99})  # whoever comes later is held up
        names = [f"o{number}" for number, _ in enumerate(orders)]
        for name, lines in zip(names, orders, strict=True):
            pool.orders(name, lines)
        for (site, sku), units in shelves.items():
            pool.receives({sku: units}, site)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(waves, "choose", lambda *given, limit=nodes, **_: joint.choose(*given, nodes=limit))
            events = pool.do(wave(*names))
        promised = told.every(events, Allocated)
        sent[nodes] = sum(line.quantity for one in promised for part in one.shipments for line in part.lines)
        assert sum(part.site == "madrid" for one in promised for part in one.shipments) <= 3
        assert pool.replayed().table() == pool.table()
    assert sent[joint.NODES] >= sent[0]

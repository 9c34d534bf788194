"""A pool under a policy: which rule decides, what the decision says of itself, and who waits for what."""

from datetime import timedelta

import pytest

from schemas.backorders import Backordered
from schemas.orders import Profile
from schemas.policies import By, Criterion, Rule, SiteTerms, SourcingPolicy, Unfilled, When
from schemas.reference import TimeReached
from schemas.sourcing import LineWorth, OrderTerms
from schemas.stock import Allocated

SPLITS, DISTANCE, PRIORITY = (Criterion(by=by) for by in (By.SPLITS, By.DISTANCE, By.PRIORITY))


def rule(name="all", *criteria, **said):
    return Rule(name=name, criteria=criteria or (SPLITS, DISTANCE), **said)


@pytest.fixture
def under(told):
    """A pool under a policy of these rules."""

    def under(*rules, **sites):
        terms = {site: SiteTerms(**said) for site, said in sites.items()}
        return told.pool(policy=SourcingPolicy(name="test", currency="EUR", sites=terms, rules=rules))

    return under


def terms(amount=1000, *, channel="web", currency="EUR", quantity=1):
    return OrderTerms(
        channel=channel,
        currency=currency,
        worths=(LineWorth(line_id="1", quantity=quantity, amount=amount),),
    )


def sent(pool, order):
    events = pool.do(order)
    (allocated,) = (event for event in events if isinstance(event, Allocated))
    return {one.site: sum(line.quantity for line in one.lines) for one in allocated.shipments}, allocated.explanation


def test_the_first_rule_that_is_for_an_order_decides(under):
    farthest = {"madrid": {"priority": 3}, "lyon": {"priority": 2}}
    pool = under(
        rule("companies", PRIORITY, when=When(profiles=(Profile.B2B,))),
        rule("shop", PRIORITY, when=When(channels=("shop",), min_value=500)),
        rule(),
        **farthest,
    )
    for site in ("madrid", "lyon", "berlin"):
        pool.receives({"cup": 9}, site)
    order = pool.order("o1", {"cup": 1})
    company = order.customer.model_copy(update={"profile": Profile.B2B})

    site, why = sent(pool, order.model_copy(update={"order_id": "o2", "customer": company}))
    assert (site, why.rule) == ({"berlin": 1}, "test/companies")
    asked = {
        "o3": (terms(500, channel="shop"), "berlin"),
        "o4": (terms(499, channel="shop"), "madrid"),
        "o5": (terms(500, channel="shop", currency="GBP"), "madrid"),
        "o6": (terms(500), "madrid"),
        "o7": (None, "madrid"),
    }
    for order_id, (said, site) in asked.items():
        assert sent(pool, order.model_copy(update={"order_id": order_id, "terms": said}))[0] == {site: 1}


def test_an_order_that_no_rule_is_for_comes_in_few_parcels_from_near(under):
    pool = under(rule("abroad", when=When(markets=("FR",))))
    pool.receives({"cup": 1, "pot": 1}, "berlin")
    pool.receives({"cup": 1}, "madrid")
    site, why = sent(pool, pool.order("o1", {"cup": 1, "pot": 1}))
    assert (site, why.rule) == ({"berlin": 2}, "test/otherwise")


def test_a_decision_names_its_policy_and_every_site_with_points_or_a_reason(under):
    pool = under(rule("all", SPLITS, DISTANCE, exclude_sites=("lyon",), safety_stock=1))
    for site, units in (("madrid", 2), ("lyon", 9), ("berlin", 4)):
        pool.receives({"cup": units}, site)
    _, why = sent(pool, pool.order("o1", {"cup": 2}))
    sourcing, meters = why.sourcing, {one.site: one.distance_meters for one in why.candidates}
    assert (sourcing.policy, sourcing.policy_version, sourcing.rule, sourcing.day) == (
        "test", "memory", "all", "2026-03-02",
    )  # fmt: skip
    assert (sourcing.method, sourcing.criteria, sourcing.points) == (
        "exact", ("splits", "distance"), (0, meters["berlin"]),
    )  # fmt: skip
    assert {one.site: (one.unfilled, one.points) for one in sourcing.alone} == {
        "madrid": (1, (0, meters["madrid"])),
        "berlin": (0, (0, meters["berlin"])),
    }
    assert {one.site: (one.excluded, one.units_served, one.chosen) for one in why.candidates} == {
        "madrid": ("", 1, False),
        "lyon": ("rule all excludes it", 2, False),
        "berlin": ("", 2, True),
    }


def test_part_ship_sends_every_unit_backorder_whole_lines_and_queue_nothing_before_all(under):
    outcomes = {}
    for mode in Unfilled:
        pool = under(rule(unfilled=mode))
        pool.receives({"cup": 3, "pot": 1})
        events = pool.orders("o1", {"cup": 2, "pot": 2})
        units = [line.quantity for event in events if isinstance(event, Allocated) for line in event.shipments[0].lines]
        (waits,) = (event for event in events if isinstance(event, Backordered))
        outcomes[mode] = units, [line.quantity for line in waits.lines]
        assert waits.explanation.sourcing.unfilled == sum(outcomes[mode][1])
    assert outcomes == {
        Unfilled.PART_SHIP: ([2, 1], [1]),
        Unfilled.BACKORDER: ([2], [2]),
        Unfilled.QUEUE: ([], [2, 2]),
    }


def test_an_order_that_waits_as_a_whole_is_sent_as_a_whole_and_holds_up_those_behind(under, told):
    pool = under(rule("large", unfilled=Unfilled.QUEUE, when=When(min_value=500)), rule())
    pool.do(pool.order("o1", {"cup": 2, "pot": 1}).model_copy(update={"terms": terms(500, quantity=2)}))
    pool.orders("o2", {"cup": 1})
    assert told.every(pool.receives({"cup": 3}), Allocated) == []
    first, second = told.every(pool.receives({"pot": 1}), Allocated) + told.every(pool.receives({"cup": 1}), Allocated)
    assert (first.order_id, told.shipments(first)) == ("o1", {"madrid": {"1": 2, "2": 1}})
    assert second.order_id == "o2"


def test_a_site_takes_its_shipments_a_day_and_the_next_day_those_who_waited(under, told):
    pool = under(rule(exclude_sites=("lyon", "berlin")), madrid={"capacity_a_day": 2})
    pool.receives({"cup": 9})
    for order in ("o1", "o2", "o3"):
        events = pool.orders(order, {"cup": 1})
    waits = told.one(events, Backordered)
    assert {one.site: one.excluded for one in waits.explanation.candidates}["madrid"] == (
        "its 2 shipments of the day are taken"
    )
    tick = TimeReached(reached_at=pool.now)
    assert pool.do(tick) == ()
    pool.now += timedelta(days=1)
    allocated = told.one(pool.do(tick.model_copy(update={"reached_at": pool.now})), Allocated)
    assert (allocated.order_id, allocated.explanation.trigger) == ("o3", "time.reached.v1/2026-03-03")
    assert pool.do(tick) == ()
    assert pool.replayed().table() == pool.table()


def test_an_order_that_comes_late_counts_on_the_day_that_has_begun(under):
    pool = under(rule(), madrid={"capacity_a_day": 9})
    pool.receives({"cup": 9})
    pool.orders("o1", {"cup": 1})
    pool.now -= timedelta(days=1)
    _, why = sent(pool, pool.order("o2", {"cup": 1}))
    assert why.sourcing.day == "2026-03-02"
    assert pool.table()["loads"]["today"].shipments == {"madrid": 2}


def test_a_second_parcel_must_be_worth_sending(under, told):
    pool = under(rule(min_shipment_value=400))
    pool.receives({"cup": 3})
    pool.receives({"cup": 1}, "lyon")
    events = pool.do(pool.order("o1", {"cup": 4}).model_copy(update={"terms": terms(1200, quantity=4)}))
    assert told.shipments(told.one(events, Allocated)) == {"madrid": {"1": 3}}
    assert told.units(told.one(events, Backordered).lines) == {"1": 1}


def test_without_a_policy_a_decision_says_no_more_than_before(pool):
    pool.receives({"cup": 1})
    pool.do(pool.order("o1", {"cup": 3}).model_copy(update={"terms": terms()}))
    allocated = next(event for event in pool.events if isinstance(event, Allocated))
    assert b"sourcing" not in allocated.to_bytes()
    assert b"terms" not in allocated.to_bytes()

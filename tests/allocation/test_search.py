"""The best plan of an order: against all plans there are, against greed, and whatever the order of what is given."""

from datetime import date
from itertools import combinations, permutations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from cauce.money import Money
from schemas.policies import By, Criterion, Rule, Scoring, SiteTerms, SourcingPolicy, Unfilled
from schemas.reference import Rate
from schemas.stock import DemandLine
from services.allocation.domain.criteria import points_of, total
from services.allocation.domain.eligibility import sites_for
from services.allocation.domain.plans import Task, Wanted, fill, is_allowed
from services.allocation.domain.search import EXACT, EXACT_SITES, GREEDY, greedy, search
from services.allocation.domain.sourcing import NearSite, Pick
from services.allocation.domain.tariff import UNRATED, Tariff

SKUS = ("cup", "pot")
OF_SITES = (By.DISTANCE, By.PRIORITY, By.SPLITS, By.CAPACITY, By.SHIP_BY)  # whatever units each site sends


def rate(name, base, kilogram, *, days=2, domestic=True):
    base, kilogram = (Money(amount=amount, currency="GBP") for amount in (base, kilogram))
    return Rate(
        id=name,
        carrier="c",
        service="s",
        domestic=domestic,
        base=base,
        per_kilogram=kilogram,
        max_weight_grams=5000,
        transit_days=days,
    )


TARIFF = Tariff([rate("slow", 300, 40, days=4), rate("fast", 500, 90), rate("far", 900, 200, domestic=False)], "GBP")


@st.composite
def rules(draw, by=tuple(By)):
    criteria = draw(st.lists(st.sampled_from(by), min_size=1, max_size=3, unique=True))
    return Rule(
        name="r",
        criteria=tuple(Criterion(by=one, weight=draw(st.integers(1, 50))) for one in criteria),
        scoring=draw(st.sampled_from(Scoring)),
        max_splits=draw(st.none() | st.integers(0, 3)),
        max_distance_km=draw(st.none() | st.integers(1, 9)),
        safety_stock=draw(st.none() | st.integers(0, 2)),
        min_shipment_value=draw(st.none() | st.integers(1, 300)),
        unfilled=draw(st.sampled_from(Unfilled)),
    )


@st.composite
def tasks(draw, sites, rule, units=6):
    names = [f"s{number}" for number in range(draw(st.integers(1, sites)))]
    nears = [NearSite(draw(st.integers(0, 12)) * 500, name, draw(st.sampled_from(["GB", "NL"]))) for name in names]
    terms = {
        name: SiteTerms(
            priority=draw(st.integers(1, 3)),
            handling=draw(st.integers(0, 200)),
            handling_days=draw(st.integers(0, 2)),
            capacity_a_day=draw(st.none() | st.integers(1, 5)),
        )
        for name in names
    }
    free = {sku: {name: draw(st.integers(0, units)) for name in names} for sku in SKUS}
    chosen = draw(rule)
    policy = SourcingPolicy(name="p", currency="GBP", sites=terms, rules=(chosen,))
    loads = {name: draw(st.integers(0, 3)) for name in names}
    lines = draw(st.lists(st.tuples(st.sampled_from(SKUS), st.integers(1, units)), min_size=1, max_size=3))
    wanted = tuple(
        Wanted(DemandLine(line_id=str(number), sku=sku, quantity=quantity), 700, quantity * 100)
        for number, (sku, quantity) in enumerate(lines)
    )
    found = sites_for(policy, chosen, nears, free=free, loads=loads)
    return Task(wanted, found.options, chosen, TARIFF, "GB", date(2026, 3, 6), date(2026, 3, 10))


def every_plan(task):
    """Scores of all orders of all sites that the rule allows."""
    for count in range(task.most_sites + 1):
        for chosen in combinations(sorted(task.options), count):
            for sites in permutations(chosen):
                picks = fill(task, sites)
                if is_allowed(task, picks):
                    unfilled = task.units - sum(pick.quantity for pick in picks)
                    yield unfilled, total(task.rule, points_of(task, picks))


@given(tasks(sites=4, rule=rules()))
def test_few_sites_are_searched_to_the_end(task):
    found = search(task)
    assert found.method == EXACT
    assert found.plan.rank[:2] == min(every_plan(task))


def every_split(task):
    """Sets of sites with the units that they leave unfilled, by every way to give every unit to a site or to none."""
    sites = sorted(task.options)
    for units in product(*(product([None, *sites], repeat=line.demand.quantity) for line in task.wanted)):
        taken = {}
        for line, of_line in zip(task.wanted, units, strict=True):
            for site in filter(None, of_line):
                taken[site, line.demand.sku] = taken.get((site, line.demand.sku), 0) + 1
        if all(count <= task.options[site].free[sku] for (site, sku), count in taken.items()):
            used = {site for site, _ in taken}
            if len(used) <= task.most_sites:
                yield used, sum(site is None for of_line in units for site in of_line)


PLAIN = rules(OF_SITES).map(
    lambda rule: rule.model_copy(update={"unfilled": Unfilled.PART_SHIP, "min_shipment_value": None})
)


@settings(max_examples=60, deadline=None)
@given(tasks(sites=3, rule=PLAIN, units=2))
def test_no_way_to_deal_out_single_units_is_better_where_sites_alone_are_scored(task):
    found, best = search(task), None
    for used, unfilled in every_split(task):
        rank = unfilled, total(task.rule, points_of(task, a_unit_each(task, used)))
        best = rank if best is None else min(best, rank)
    assert found.plan.rank[:2] == best


def a_unit_each(task, sites):
    """Picks of these sites, all of them alike: only which sites there are is scored."""
    return tuple(Pick(task.wanted[0].demand, site, 1) for site in sites)


@settings(deadline=None)
@given(tasks(sites=8, rule=rules()))
def test_a_search_is_never_worse_than_greed(task):
    found = search(task)
    assert found.plan.rank <= greedy(task).rank
    assert found.method == (EXACT if len(able(task)) <= EXACT_SITES else GREEDY)


def able(task):
    skus = {line.demand.sku for line in task.wanted}
    return [site for site, option in task.options.items() if any(option.free[sku] for sku in skus)]


@settings(deadline=None)
@given(tasks(sites=7, rule=rules()), st.randoms(use_true_random=False))
def test_a_plan_does_not_depend_on_the_order_in_which_sites_are_given(task, chance):
    names = list(task.options)
    chance.shuffle(names)
    assert search(task._replace(options={name: task.options[name] for name in names})) == search(task)


@settings(deadline=None)
@given(tasks(sites=7, rule=rules()))
def test_a_plan_takes_what_is_free_and_keeps_the_bounds_of_its_rule(task):
    plan, rule = search(task).plan, task.rule
    taken, of_line = {}, {}
    for demand, site, units in plan.picks:
        taken[site, demand.sku] = taken.get((site, demand.sku), 0) + units
        of_line[demand.line_id] = of_line.get(demand.line_id, 0) + units
    assert all(0 < units <= task.options[site].free[sku] for (site, sku), units in taken.items())
    wanted = {line.demand.line_id: line.demand.quantity for line in task.wanted}
    assert all(units <= wanted[line] for line, units in of_line.items())
    sites = {site for site, _ in taken}
    assert rule.max_splits is None or len(sites) <= rule.max_splits + 1
    assert all(task.options[site].near.meters <= (rule.max_distance_km or 9**9) * 1000 for site in sites)
    if rule.unfilled is not Unfilled.PART_SHIP:
        assert all(units == wanted[line] for line, units in of_line.items())
    if rule.unfilled is Unfilled.QUEUE:
        assert not plan.picks or plan.rank[0] == 0
    assert all(isinstance(point, int) for point in plan.points)


def test_a_rate_is_the_cheapest_in_as_many_parcels_as_it_needs():
    assert TARIFF.price(1001, domestic=True) == 300 + 2 * 40
    assert TARIFF.price(5001, domestic=True) == 2 * 300 + 6 * 40
    assert TARIFF.price(1, domestic=False) == 1100
    assert Tariff([], "GBP").price(1, domestic=True) == UNRATED
    assert TARIFF.transit_days(domestic=True) == 2


def test_a_site_that_may_not_serve_has_its_reason():
    rule = Rule(
        name="near",
        criteria=(Criterion(by=By.DISTANCE),),
        max_distance_km=2,
        exclude_sites=("a",),
        site_types=("warehouse", "hub"),
    )
    terms = {"b": SiteTerms(type="store"), "d": SiteTerms(capacity_a_day=2)}
    policy = SourcingPolicy(name="p", currency="GBP", sites=terms, rules=(rule,))
    nears = [NearSite(meters, name, "GB") for name, meters in (("a", 1), ("b", 1), ("c", 2001), ("d", 1), ("e", 2000))]
    found = sites_for(policy, rule, nears, free={"cup": {"e": 3}}, loads={"d": 2})
    assert list(found.options) == ["e"]
    assert found.excluded == {
        "a": "rule near excludes it",
        "b": "it is a store, rule near asks for warehouse or hub",
        "c": "it is more than 2 km away",
        "d": "its 2 shipments of the day are taken",
    }

"""An order under the pool's policy: which rule is for it, the plan of that rule, and the explanation of both."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple

from schemas.failures import ResourceUnits
from schemas.light import light, replace
from schemas.policies import By, Criterion, Rule, SourcingPolicy, When
from schemas.reference import Kind, Rate
from schemas.sourcing import Candidate, Explanation, OrderTerms, SitePoints, Sourcing
from schemas.stock import DemandLine, ReserveStock
from services.allocation.domain.dates import Dates
from services.allocation.domain.eligibility import Sites, sites_for
from services.allocation.domain.plans import Task, Wanted
from services.allocation.domain.promises import UNWEIGHED_GRAMS
from services.allocation.domain.rows import LOADS, TODAY, Today, Waiting
from services.allocation.domain.search import Found, search
from services.allocation.domain.shelf_life import shelf_life
from services.allocation.domain.sourcing import Free, NearSite, Pick, SiteMap, explain
from services.allocation.domain.stock import Stock
from services.allocation.domain.tariff import Tariff
from services.allocation.domain.together import kits_of, with_kits

OTHERWISE = Rule(name="otherwise", criteria=(Criterion(by=By.SPLITS), Criterion(by=By.DISTANCE)))
_NO_DAY = Today("", {})
_sourcing, _alone = light(Sourcing), light(SitePoints)
Party = ReserveStock | ResourceUnits | Waiting


class Timed(NamedTuple):
    """A command under a policy, with when it came: policies count by the day."""

    at: datetime
    command: Any


class RuledStock(Stock):
    """The stock of a pool with an active policy, as one command finds it."""

    __slots__ = ("counted", "day", "loads", "policy", "tariff")

    def __init__(self, stock: Stock, policy: SourcingPolicy, at: datetime) -> None:
        super().__init__(stock.rows, stock.reference, stock.dates, stock.shelf_life)
        today: Today = stock.rows.get(LOADS, TODAY) or _NO_DAY
        day = at.date().isoformat()
        self.policy = policy
        self.tariff = stock.reference.derived(Kind.RATES, RateCard).tariff(policy.currency)
        self.counted = today.day  # the latest day with a promise
        self.day = max(day, today.day)  # a record that is late counts on the day that has begun
        self.loads: Mapping[str, int] = today.shipments if today.day == self.day else {}


class RateCard:
    """The tariffs of one version of the rates."""

    def __init__(self, rates: tuple[Rate, ...]) -> None:
        self._rates = rates
        self._tariffs: dict[str, Tariff] = {}

    def tariff(self, currency: str) -> Tariff:
        """That of one currency."""
        if currency not in self._tariffs:
            self._tariffs[currency] = Tariff(self._rates, currency)
        return self._tariffs[currency]


def ruled(stock: Stock, at: datetime) -> Stock:
    """The stock under the active policy, with promise dates and the day of its lots; as it was where none are."""
    policy = stock.reference.item(Kind.SOURCING, "sourcing")
    life = shelf_life(stock.rows, stock.reference, at.date())
    if stock.reference.version(Kind.PROMISES) or life is not None:
        dates = Dates(stock, at) if stock.reference.version(Kind.PROMISES) else None
        stock = Stock(stock.rows, stock.reference, dates, life)
    return stock if policy is None else RuledStock(stock, policy, at)


class Decision(NamedTuple):
    """What a rule found for some lines of an order."""

    task: Task
    found: Found
    nears: tuple[NearSite, ...]
    sites: Sites

    @property
    def picks(self) -> tuple[Pick, ...]:
        """Of the best plan."""
        return self.found.plan.picks


def rule_for(policy: SourcingPolicy, party: Party) -> Rule:
    """The first rule that is for this order, else the one for all others."""
    return next((rule for rule in policy.rules if _is_for(rule.when, policy.currency, party)), OTHERWISE)


def _is_for(when: When, currency: str, party: Party) -> bool:
    asked = (
        (when.markets, party.destination.country),
        (when.profiles, party.customer.profile),
        (when.priorities, party.ship_option),
        (when.channels, party.terms.channel if party.terms else ""),
    )
    return all(found in wanted for wanted, found in asked if wanted) and _is_worth(when, _worth(party.terms, currency))


def _is_worth(when: When, worth: int | None) -> bool:
    if when.min_value is None and when.max_value is None:
        return True
    return worth is not None and (when.min_value or 0) <= worth and (when.max_value is None or worth <= when.max_value)


def _worth(terms: OrderTerms | None, currency: str) -> int | None:
    return sum(line.amount for line in terms.worths) if terms and terms.currency == currency else None


def decide(
    stock: RuledStock, party: Party, demands: Iterable[DemandLine], free: Free, *, rule: Rule, loads: Mapping[str, int]
) -> Decision:
    """The best plan for these lines, of which `free` is there by sku and site."""
    nears = stock.reference.derived("sites", SiteMap).nearest(party.destination.coordinates)
    sites = sites_for(stock.policy, rule, nears, free=free, loads=loads)
    task = Task(
        wanted=tuple(_wanted(stock, party.terms, demand) for demand in demands),
        options=sites.options,
        rule=rule if _compares_worth(stock, party, rule) else rule.model_copy(update={"min_shipment_value": None}),
        tariff=stock.tariff,
        country=party.destination.country,
        day=date.fromisoformat(stock.day),
        deliver_on=party.deliver_by.date(),
        arrives=stock.dates and partial(_arrives, stock.dates, party),
        kits=kits_of(party.terms),
    )
    return Decision(task, search(task), nears, sites)


def _arrives(dates: Dates, party: Party, near: NearSite) -> date | None:
    promise = dates.earliest(near, party.destination, party.ship_option)
    return promise.deliver_on if promise else None


def _compares_worth(stock: RuledStock, party: Party, rule: Rule) -> bool:
    return rule.min_shipment_value is None or _worth(party.terms, stock.policy.currency) is not None


def _wanted(stock: Stock, terms: OrderTerms | None, demand: DemandLine) -> Wanted:
    product = stock.product(demand.sku)
    worths = (line.amount * demand.quantity // line.quantity for line in _lines_of(terms, demand.line_id))
    return Wanted(demand, product.weight_grams if product else UNWEIGHED_GRAMS, max(0, sum(worths)))


def _lines_of(terms: OrderTerms | None, line_id: str) -> Iterable[Any]:
    return (line for line in (terms.worths if terms else ()) if line.line_id == line_id)


def explained(stock: RuledStock, decision: Decision, free: Free, trigger: str) -> Explanation:
    """Why this plan: the policy and its rule, every site with what is free for the order, exclusions with reasons."""
    task, found = decision.task, decision.found
    seen = {sku: {**by_site, **_kept_for(task, sku)} for sku, by_site in free.items()}
    demands = [line.demand for line in task.wanted]
    plain = explain(stock, demands, sites=decision.nears, free=seen, picks=decision.picks, trigger=trigger)
    sourcing = _sourcing(
        policy=stock.policy.name,
        policy_version=stock.reference.version(Kind.SOURCING),
        rates_version=stock.reference.version(Kind.RATES),
        rule=task.rule.name,
        day=stock.day,
        method=found.method,
        compared=found.compared,
        criteria=tuple(str(criterion.by) for criterion in task.rule.criteria),
        points=found.plan.points,
        unfilled=found.plan.rank[0],
        alone=tuple([_alone(site=one.sites[0], unfilled=one.rank[0], points=one.points) for one in found.alone]),
    )
    candidates = tuple(_with_reason(one, decision.sites.excluded) for one in plain.candidates)
    plain = replace(plain, rule=f"{stock.policy.name}/{task.rule.name}", candidates=candidates, sourcing=sourcing)
    return with_kits(plain, demands, task.kits, seen)


def _kept_for(task: Task, sku: str) -> dict[str, int]:
    return {site: option.free.get(sku, 0) for site, option in task.options.items()}


def _with_reason(candidate: Candidate, excluded: Mapping[str, str]) -> Candidate:
    reason = excluded.get(candidate.site)
    return replace(candidate, excluded=reason) if reason else candidate


def fold_loads(stock: Stock, day: str, sites: Iterable[str]) -> None:
    """Shipments of sites count on their day; the days before it are forgotten."""
    today: Today = stock.rows.get(LOADS, TODAY) or _NO_DAY
    shipments = dict(today.shipments) if today.day == day else {}
    for site in sites:
        shipments[site] = shipments.get(site, 0) + 1
    stock.rows.put(LOADS, TODAY, Today(day, dict(sorted(shipments.items()))))

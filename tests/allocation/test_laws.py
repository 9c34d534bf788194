"""The laws of a pool, held to any mixture of commands: units are conserved, nothing is promised twice."""

import sys
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

sys.path.append(str(Path(__file__).parent))  # the machine is in files of its own, which importlib mode keeps apart

from oracle.told import Telling  # found by the line above

from schemas.policies import By, Criterion, Rule, Scoring, SiteTerms, SourcingPolicy, Unfilled, When


def hold(shop: type[Telling], told: Any, **pool: Any) -> None:
    pools = partial(told.pool, **pool)
    words = type("Words", (told,), {"pool": staticmethod(pools)})
    run_state_machine_as_test(
        type("ThisShop", (shop,), {"told": words}),
        settings=settings(max_examples=120, stateful_step_count=40, deadline=None),
    )


def test_the_laws_of_a_pool_hold(told):
    hold(Telling, told)


def test_they_hold_under_a_policy(told):
    criteria = (Criterion(by=By.BALANCE), Criterion(by=By.COST))
    rules = (Rule(name="all", criteria=criteria, scoring=Scoring.WEIGHTED),)
    hold(Telling, told, policy=SourcingPolicy(name="even", currency="GBP", rules=rules))


class StrictShop(Telling):
    """A shop whose policy keeps goods back and has orders wait as a whole."""

    nobody_waits_for_what_is_there = None


def test_they_hold_under_a_policy_that_keeps_goods_back_and_lets_orders_wait_as_a_whole(told):
    criteria = (Criterion(by=By.CAPACITY), Criterion(by=By.DISTANCE))
    rules = (
        Rule(name="large", when=When(markets=("ES",)), criteria=criteria, max_splits=1, unfilled=Unfilled.QUEUE),
        Rule(name="all", criteria=criteria, safety_stock=1, unfilled=Unfilled.BACKORDER),
    )
    sites = {"madrid": SiteTerms(capacity_a_day=2), "lyon": SiteTerms(safety_stock=2)}
    hold(StrictShop, told, policy=SourcingPolicy(name="strict", currency="GBP", sites=sites, rules=rules))

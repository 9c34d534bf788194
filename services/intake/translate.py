"""Other people's messages as commands of an order, with the reference data that judging it needs."""

from collections.abc import Mapping
from datetime import datetime

from cauce.decider import Reference
from cauce.runtime.service import Received
from schemas.backorders import BackorderLapsed
from schemas.changing import ChangeAnswered, ChangeOrder, OrderSupplemented, RedirectAnswered, RedirectOrder
from schemas.holding import HoldOrder, ReleaseHold
from schemas.holds import HoldRule
from schemas.kits import kits_of
from schemas.orders import CancelOrder, PlaceOrder
from schemas.reference import Kind, Policy, Site
from services.intake.domain.commands import (
    AskForChange,
    AskForHold,
    AskForQuantities,
    AskForRedirect,
    AskForRelease,
    CancelLapsed,
    SettleChange,
    SettleRedirect,
    TakeOrder,
)
from services.intake.domain.kits import Recipe
from services.intake.domain.supplements import Ask

Asked = TakeOrder | AskForChange | AskForQuantities | AskForRedirect | AskForHold | AskForRelease


def from_command(received: Received, reference: Reference) -> Asked:
    """An order with what judging it needs, or what somebody asks about one."""
    at = received.envelope.at
    message: PlaceOrder | CancelOrder | ChangeOrder | RedirectOrder | HoldOrder | ReleaseHold = received.message
    match message:
        case CancelOrder():
            return AskForChange(at=at, request=message)
        case ChangeOrder():
            return AskForQuantities(at=at, request=message)
        case RedirectOrder():
            return AskForRedirect(at=at, request=message, policy=_policy(reference))
        case HoldOrder():
            return AskForHold(at=at, request=message)
        case ReleaseHold():
            return AskForRelease(at=at, request=message)
        case PlaceOrder():
            return _take(message, at, reference)


def _take(order: PlaceOrder, at: datetime, reference: Reference) -> TakeOrder:
    """With today's policy and rules, and which of its skus nobody knows."""
    rules, recipes = _rules(reference), _recipes(order, reference)
    return TakeOrder(
        at=at,
        order=order,
        policy=_policy(reference),
        unknown_skus=_unknown_skus(order, recipes, reference),
        rules=rules,
        home=reference.derived(Kind.SITES, _countries) if rules else frozenset(),
        recipes=recipes,
    )


def _policy(reference: Reference) -> Policy | None:
    policies: tuple[Policy, ...] = reference.items(Kind.POLICY)
    return policies[0] if policies else None


def _rules(reference: Reference) -> tuple[HoldRule, ...]:
    return next((rules.rules for rules in reference.items(Kind.HOLDS)), ())


def _countries(sites: tuple[Site, ...]) -> frozenset[str]:
    return frozenset(site.country for site in sites)


def from_change_answered(received: Received, _reference: Reference) -> SettleChange | SettleRedirect | None:
    """What fulfillment could stop, or send otherwise; what it holds is its own affair."""
    answer, at = received.message, received.envelope.at
    if isinstance(answer, RedirectAnswered):
        return SettleRedirect(at=at, answer=answer)
    return SettleChange(at=at, answer=answer) if isinstance(answer, ChangeAnswered) else None


def to_supplement(received: Received, _reference: Reference) -> Ask | None:
    """What was asked for beside an order, as an order."""
    fact = received.message
    return Ask(at=received.envelope.at, order=fact.supplement) if isinstance(fact, OrderSupplemented) else None


def from_backordered(received: Received, _reference: Reference) -> CancelLapsed | None:
    """What nothing serves any more is to be canceled; who waits and who goes on waiting is allocation's affair."""
    lapsed = received.message
    return CancelLapsed(at=received.envelope.at, lapsed=lapsed) if isinstance(lapsed, BackorderLapsed) else None


def from_nobody(_received: Received, _reference: Reference) -> None:
    """Ticks reach orders through the lane's timers."""


def from_reference(_received: Received, _reference: Reference) -> None:
    """Reference data is kept by the runtime; no order changes for it."""


def _recipes(order: PlaceOrder, reference: Reference) -> dict[str, Recipe]:
    version = reference.version(Kind.KITS)
    if not version:
        return {}
    kits = reference.derived(Kind.KITS, kits_of)
    return {line.sku: Recipe(version, kits[line.sku]) for line in order.lines if line.sku in kits}


def _unknown_skus(order: PlaceOrder, recipes: Mapping[str, Recipe], reference: Reference) -> frozenset[str]:
    """A kit of which a component is unknown is so itself."""
    if not reference.version(Kind.PRODUCTS):
        return frozenset()
    stocked = {
        line.sku: [one.component for one in recipes[line.sku].components] if line.sku in recipes else [line.sku]
        for line in order.lines
    }
    return frozenset(
        sku for sku, skus in stocked.items() if any(reference.item(Kind.PRODUCTS, one) is None for one in skus)
    )

"""What the inputs of a pool say of sites, rates and the policy that decides, and what a parcel costs by them."""

from collections.abc import Iterable
from typing import Any

from cauce.replay.outcome import Parcel, Price
from cauce.runtime.deciding import receive
from cauce.runtime.lane import Record
from schemas.policies import SourcingPolicy
from schemas.reference import MODELS, Kind, Rate, ReferenceActivated, ReferencePublished
from services.fulfillment.domain.rates import Load, choose_rate

_PUBLISHED, _ACTIVATED = ReferencePublished.type.encode(), ReferenceActivated.type.encode()


def items_of(inputs: Iterable[Record], kind: Kind) -> tuple[Any, ...]:
    """The last version of a kind among the inputs, ordered by id as a lane has them."""
    items, version = dict[str, Any](), ""
    for part in _said(inputs, kind, _PUBLISHED):
        items = items if part.version == version else {}
        version = part.version
        items |= {body["id"]: MODELS[kind].model_validate(body) for body in part.items}
    return tuple(items[name] for name in sorted(items))


def policy_of(inputs: Iterable[Record]) -> SourcingPolicy | None:
    """The policy that decides at the end."""
    inputs = list(inputs)
    active = [said.version for said in _said(inputs, Kind.SOURCING, _ACTIVATED)]
    published = {part.version: part.items[0] for part in _said(inputs, Kind.SOURCING, _PUBLISHED)}
    return SourcingPolicy.model_validate(published[active[-1]]) if active and active[-1] in published else None


def _said(inputs: Iterable[Record], kind: Kind, event_type: bytes) -> list[Any]:
    header, key = ("ce_type", event_type), kind.value.encode()
    return [receive(record).message for record in inputs if record.key == key and header in record.headers]


def price_of(rates: tuple[Rate, ...], parcel: Parcel) -> Price | None:
    """By the rule of fulfillment, were it packed on the day of the decision."""
    choice = choose_rate(rates, Load(parcel.weight_grams, parcel.domestic, parcel.on, parcel.promised_on))
    return Price(choice.winner.price, choice.keeps_promise) if choice else None

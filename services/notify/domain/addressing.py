"""Which teams and suppliers hear of an alert: what `addressees.yaml` says, and nobody where it says nothing."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from cauce.decider import Reference
from schemas.alerts import PurchaseRequested, StockAlert
from schemas.base import Message
from schemas.breaches import PromiseAtRisk, PromiseBroken, PromiseMoved
from schemas.buying import CoverAlert, SlowAlert, buying_of
from schemas.reference import Kind
from schemas.teams import OF_DATES, Addressees, Team, TeamKind, TellTeam

_DATES = {
    PromiseAtRisk.type: TeamKind.AT_RISK,
    PromiseMoved.type: TeamKind.MOVED,
    PromiseBroken.type: TeamKind.BROKEN,
}
_STOCK = frozenset({StockAlert.type, CoverAlert.type, SlowAlert.type, PurchaseRequested.type})
_FIGURES = (
    *("free", "low_below", "demand", "demand_days", "cover_days", "below_days", "on_hand", "since", "worth"),
    *("quantity", "to_come", "waiting", "site", "shipment_id", "deliver_on", "expected_on"),
)


class _Told(NamedTuple):
    """An alert as addressees ask about it. `reference` tells one crossing of a limit from the next."""

    about: str
    kind: TeamKind
    reference: str
    text: str
    site: str
    supplier: str


def words(fact: Message, *, fact_id: str, reference: Reference) -> tuple[TellTeam, ...]:
    """A word to each addressee that hears of this fact, in the order of their names."""
    listed: Addressees | None = reference.item(Kind.ADDRESSEES, "addressees")
    if listed is None:
        return ()
    told = _of_dates(fact) if fact.type in _DATES else _of_stock(fact, fact_id, reference)
    return tuple(_word(fact, told, addressee, listener.language) for addressee, listener in _hearing(listed, told))


def is_told_to_teams(fact_type: str) -> bool:
    """Whether any team may hear of facts of this type."""
    return fact_type in _DATES or fact_type in _STOCK


def _of_dates(fact: Any) -> _Told:
    return _Told(fact.order_id, _DATES[fact.type], fact.shipment_id, fact.order_number, site=fact.site, supplier="")


def _of_stock(fact: Any, fact_id: str, reference: Reference) -> _Told:
    kind = TeamKind.PURCHASE if fact.type == PurchaseRequested.type else TeamKind(fact.alert.value)
    rule, product = buying_of(reference, fact.sku), reference.item(Kind.PRODUCTS, fact.sku)
    text = f"{product.name} ({fact.sku})" if product and product.name else fact.sku
    supplier = getattr(fact, "supplier", None) or (rule.supplier if rule else "")
    return _Told(fact.sku, kind, fact_id, text, site="", supplier=supplier)


def _hearing(listed: Addressees, told: _Told) -> Iterator[tuple[str, Any]]:
    for name, supplier in sorted(listed.suppliers.items()):
        if name == told.supplier and told.kind in supplier.hears:
            yield f"supplier:{name}", supplier
    for name, team in sorted(listed.teams.items()):
        if told.kind in team.hears and _is_of(team, told):
            yield f"team:{name}", team


def _is_of(team: Team, told: _Told) -> bool:
    """Whether the alert is of a site, or of a supplier, that the team is there for."""
    if told.kind in OF_DATES:
        return not team.sites or told.site in team.sites
    return not team.suppliers or told.supplier in team.suppliers


def _word(fact: Any, told: _Told, addressee: str, language: str) -> TellTeam:
    figures = {name: getattr(fact, name) for name in _FIGURES if getattr(fact, name, None) is not None}
    if worth := figures.get("worth"):
        figures["worth"] = {"amount": worth.amount, "currency": worth.currency}  # it may come in its light form
    return TellTeam(
        about=told.about,
        addressee=addressee,
        kind=told.kind,
        reference=told.reference,
        language=language,
        text=told.text,
        supplier=told.supplier,
        **figures,
    )

"""The parts of an order's page: parcels, money, returns, and the reasons of every allocation."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cauce.cli import order_words as words
from cauce.cli.screen import QUIET, grid, listed, phrase, text
from cauce.money import Money
from schemas.shipments import Rejection
from services.insight.domain.sentences import counted
from services.insight.reading import Fields, OrderStory

_DONE = {"allocate": "reserved", "pack": "packed", "ship": "handed over"}
_WAITED = 0  # the decision that the rest waits for stock


def holds(story: OrderStory) -> Iterator[RenderableType]:
    """A line for each hold that stands: what it stops, who may release it, and until when."""
    for hold in story.holds:
        if hold["released_at"] is None:
            until = f", until {words.moment(hold['until'])}" if hold["until"] else ""
            what = f" {hold['kind']}: the {hold['scope']} is held, nothing of it is {_DONE[hold['stops']]}{until}"
            may = f"  {hold['hold_id']}, released by {' or '.join(hold['release_by'])}"
            yield phrase((" held ", "bold black on yellow"), (what, "yellow"), (may, QUIET))


def kits(story: OrderStory) -> RenderableType:
    """Kits as they were sold, and the lines that each of them is."""
    skus = {line["line_id"]: line["sku"] for line in story.lines}
    table = grid("kit", "kits", "of each", "amount", right=("kits", "amount"), whole=("kits", "amount"))
    for kit in story.kits:
        parts = sorted(kit["parts"], key=lambda part: int(part["line_id"]))
        each = ", ".join(f"{part['units']} {skus.get(part['line_id'])} (line {part['line_id']})" for part in parts)
        amount = words.amount(kit["amount"], story.order["currency"])
        table.add_row(text(kit["kit"], "bold"), text(kit["kits"]), text(each), text(amount))
    return table


def shipments(story: OrderStory) -> RenderableType:
    """Parcels, each with what it costs, its number, and the services that lost."""
    table = grid("", "")
    for each in story.shipments:
        table.add_row(text(words.last(each["shipment_id"]), "bold"), _parcel(each))
    return table


def _parcel(shipment: Fields) -> RenderableType:
    far = f"{words.kilometers(shipment['distance_meters'])} km" if shipment["distance_meters"] is not None else ""
    holds = words.goods(shipment) or "nothing is left"
    told = [phrase((shipment["site"] or "", "bold"), f"  {far}  ", words.stage(shipment["stage"]), f"  {holds}")]
    if shipment["carrier"]:
        told.append(_carriage(shipment))
    if shipment["deliver_on"]:
        told.append(_promised(shipment))
    if shipment["losers"]:
        told.append(text(f"not {_losers(shipment['losers'])}", QUIET))
    return Group(*told)


def _promised(shipment: Fields) -> Text:
    """What was promised of it, and whether it is kept."""
    said = f"promised for {words.day(shipment['deliver_on'])}, to leave by {words.moment(shipment['ship_by'])}"
    came = shipment["delivered_at"]
    if came and came.date() <= shipment["deliver_on"]:
        return phrase((said, QUIET), (", kept", "green"))
    if came or shipment["broken_at"]:
        return phrase((said, QUIET), (", broken", "red"))
    return phrase((said, QUIET), (", at risk" if shipment["at_risk_at"] else "", "yellow"))


def _carriage(shipment: Fields) -> Text:
    return listed(
        [
            f"{shipment['carrier']} {shipment['service']}",
            words.amount(shipment["price"], shipment["price_currency"]),
            f"{shipment['weight_grams'] / 1000:.2f} kg" if shipment["weight_grams"] else "",
            shipment["tracking_number"] or "",
            _due(shipment),
        ]
    )


def _losers(quotes: list[Fields]) -> str:
    """The services that could have gone there, cheapest first; those of other zones are counted."""
    near = [quote for quote in quotes if quote.get("rejected") != Rejection.OTHER_ZONE]
    told = [_loser(quote) for quote in sorted(near, key=lambda quote: quote["price"]["amount"])]
    far = len(quotes) - len(near)
    return ", ".join([*told, *([f"{counted(far, 'service')} of other zones"] if far else [])])


def _loser(quote: Fields) -> str:
    why = quote.get("rejected", "").replace("_", " ")
    arrives = words.day(date.fromisoformat(quote["arrives_on"]))
    return f"{quote['carrier']} {quote['service']} {Money(**quote['price'])} ({why}, {arrives})"


def _due(shipment: Fields) -> Text:
    if shipment["delivered_at"]:
        return text(f"delivered {words.day(shipment['delivered_at'])}", "green")
    late = shipment["keeps_promise"] is False
    due = words.day(shipment["arrives_on"])
    return text(f"due {due}, later than promised" if late else f"due {due}", "yellow" if late else "")


def money(story: OrderStory) -> RenderableType:
    """What was captured, and what went back or is to go."""
    table = grid("what", "amount", "through", "when", "reference", right=("amount",), whole=("amount", "when"))
    for paid in story.payments:
        _money_row(table, paid, "captured", when=paid["captured_at"], reference=paid["provider_reference"])
    for refund in story.refunds:
        for part in refund["parts"]:
            done = part["refunded_at"] is not None
            what = text(f"paid back, {refund['because'] or ''}") if done else text("not paid back", "red")
            when, reference = part["refunded_at"] or part["failed_at"], part["provider_reference"] or part["detail"]
            _money_row(table, part, what, when=when, reference=reference, sign="-")
        if not refund["parts"] and refund["amount"] is not None:
            owed = text("owed", "yellow")
            _money_row(table, refund, owed, when=refund["owed_at"], reference=refund["refund_id"], sign="-")
    return table


def _money_row(
    table: Table, row: Fields, what: Text | str, *, when: datetime | None, reference: str | None, sign: str = ""
) -> None:
    table.add_row(
        what if isinstance(what, Text) else text(what),
        text(f"{sign}{words.amount(row['amount'], row['currency'])}"),
        text(row.get("provider") or ""),
        text(words.moment(when)),
        text(reference or ""),
    )


def returns(story: OrderStory) -> RenderableType:
    """Goods on their way back."""
    table = grid("return", "state", "goods", "to", "until", whole=("state", "until"))
    for each in story.returns:
        states = (("received_at", "received"), ("expired_at", "expired"), ("refused_at", "refused"))
        state = next((word for name, word in states if each[name]), "authorized")
        holds = words.goods(each) or each["reasons"] or ""
        table.add_row(*map(text, (each["return_id"], state, holds, each["site"] or "", words.day(each["expires_at"]))))
    return table


def decisions(story: OrderStory) -> RenderableType:
    """Each look at the sites once: a promise and the wait for the rest are often one."""
    looks: dict[tuple[Any, ...], list[Fields]] = {}
    for decision in sorted(story.decisions, key=lambda each: (each["at"], each["decision"] == _WAITED)):
        looks.setdefault((decision["at"], str(decision["candidates"])), []).append(decision)
    shown = [_look(decisions, story.shipments) for decisions in looks.values()]
    return Group(*[part for look in shown for part in (look, text(""))][:-1])


def _look(decisions: list[Fields], shipments: list[Fields]) -> RenderableType:
    first = decisions[0]
    numbers = [each["decision"] for each in decisions]
    names = ["the rest waits" if number == _WAITED else f"decision {number}" for number in numbers]
    versions = f"rule {first['rule']}, sites {first['sites_version']}, products {first['products_version']}"
    title = phrase((", ".join(names), "bold"), (f"   {words.moment(first['at'])}   {versions}", QUIET))
    table = grid(*[""] * 6)
    for column in table.columns[2:5]:  # how far, lines, units
        column.justify, column.no_wrap = "right", True
    for candidate in first["candidates"]:
        chosen = candidate["chosen"]
        sent = [each for each in shipments if each["decision"] in numbers and each["site"] == candidate["site"]]
        parcels = ", ".join(f"parcel {words.last(each['shipment_id'])}: {words.goods(each)}" for each in sent)
        table.add_row(
            text("●", "green") if chosen else text("○", QUIET),
            text(candidate["site"], "bold" if chosen else ""),
            text(f"{words.kilometers(candidate['distance_meters'])} km"),
            text(counted(candidate["lines_served"], "line")),
            text(counted(candidate["units_served"], "unit")),
            text(parcels, "cyan") if sent else text(candidate["excluded"].replace("_", " "), "yellow"),
        )
    return Group(title, Padding(table, (0, 0, 0, 2)))

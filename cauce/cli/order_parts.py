"""The parts of an order's page: parcels, money, returns, and the reasons of every allocation."""

from datetime import date
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cauce.cli import order_words as words
from cauce.money import Money
from schemas.shipments import Rejection
from services.insight.domain.sentences import counted
from services.insight.reading import Fields, OrderStory

_WAITED = 0  # the decision that the rest waits for stock


def shipments(story: OrderStory) -> RenderableType:
    """Parcels, each with what it costs, its number, and the services that lost."""
    table = Table.grid(padding=(0, 2))
    for each in story.shipments:
        table.add_row(Text(words.last(each["shipment_id"]), style="bold"), _parcel(each))
    return table


def _parcel(shipment: Fields) -> RenderableType:
    far = f"{words.kilometers(shipment['distance_meters'])} km" if shipment["distance_meters"] is not None else ""
    name = Text.assemble((shipment["site"], "bold"), f"  {far}  ", words.stage(shipment["stage"]), "  ")
    told = [name.append(words.goods(shipment) or "nothing is left")]
    if shipment["carrier"]:
        told.append(_carriage(shipment))
    if shipment["losers"]:
        told.append(Text(f"not {_losers(shipment['losers'])}", style=words.QUIET))
    return Group(*told)


def _carriage(shipment: Fields) -> Text:
    facts = [
        Text(f"{shipment['carrier']} {shipment['service']}"),
        Text(words.amount(shipment["price"], shipment["price_currency"])),
        Text(f"{shipment['weight_grams'] / 1000:.2f} kg" if shipment["weight_grams"] else ""),
        Text(shipment["tracking_number"] or ""),
        _due(shipment),
    ]
    return Text(" · ").join(fact for fact in facts if fact)


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
        return Text(f"delivered {words.day(shipment['delivered_at'])}", style="green")
    late = shipment["keeps_promise"] is False
    due = words.day(shipment["arrives_on"])
    return Text(f"due {due}, later than promised" if late else f"due {due}", style="yellow" if late else "")


def money(story: OrderStory) -> RenderableType:
    """What was captured, and what went back or is to go."""
    table = words.grid("what", "amount", "through", "when", "reference")
    for paid in story.payments:
        paid_in = words.amount(paid["amount"], paid["currency"])
        table.add_row(
            "captured", paid_in, paid["provider"], words.moment(paid["captured_at"]), paid["provider_reference"]
        )
    for refund in story.refunds:
        for part in refund["parts"]:
            done = part["refunded_at"] is not None
            table.add_row(
                Text(f"paid back, {refund['because']}" if done else "not paid back", style="" if done else "red"),
                f"-{words.amount(part['amount'], part['currency'])}",
                part["provider"] or "",
                words.moment(part["refunded_at"] or part["failed_at"]),
                part["provider_reference"] or part["detail"],
            )
        if not refund["parts"] and refund["amount"] is not None:
            owed = words.amount(refund["amount"], refund["currency"])
            table.add_row(
                Text("owed", style="yellow"), f"-{owed}", "", words.moment(refund["owed_at"]), refund["refund_id"]
            )
    return table


def returns(story: OrderStory) -> RenderableType:
    """Goods on their way back."""
    table = words.grid("return", "state", "goods", "to", "until")
    for each in story.returns:
        states = (("received_at", "received"), ("expired_at", "expired"), ("refused_at", "refused"))
        state = next((word for name, word in states if each[name]), "authorized")
        table.add_row(
            each["return_id"], state, words.goods(each) or each["reasons"], each["site"], words.day(each["expires_at"])
        )
    return table


def decisions(story: OrderStory) -> RenderableType:
    """Each look at the sites once: a promise and the wait for the rest are often one."""
    looks: dict[tuple[Any, ...], list[Fields]] = {}
    for decision in sorted(story.decisions, key=lambda each: (each["at"], each["decision"] == _WAITED)):
        looks.setdefault((decision["at"], str(decision["candidates"])), []).append(decision)
    shown = [_look(decisions, story.shipments) for decisions in looks.values()]
    return Group(*[part for look in shown for part in (look, Text(""))][:-1])


def _look(decisions: list[Fields], shipments: list[Fields]) -> RenderableType:
    first = decisions[0]
    numbers = [each["decision"] for each in decisions]
    names = ["the rest waits" if number == _WAITED else f"decision {number}" for number in numbers]
    versions = f"rule {first['rule']}, sites {first['sites_version']}, products {first['products_version']}"
    title = Text.assemble((", ".join(names), "bold"), (f"   {words.moment(first['at'])}   {versions}", words.QUIET))
    table = Table.grid(padding=(0, 2))
    for name in ("chosen", "site", "km", "lines", "units", "sends"):
        table.add_column(justify="right" if name in ("km", "lines", "units") else "left")
    for candidate in first["candidates"]:
        chosen = candidate["chosen"]
        sent = [each for each in shipments if each["decision"] in numbers and each["site"] == candidate["site"]]
        table.add_row(
            Text("●" if chosen else "○", style="green" if chosen else words.QUIET),
            Text(candidate["site"], style="bold" if chosen else ""),
            f"{words.kilometers(candidate['distance_meters'])} km",
            counted(candidate["lines_served"], "line"),
            counted(candidate["units_served"], "unit"),
            Text(
                ", ".join(f"parcel {words.last(each['shipment_id'])}: {words.goods(each)}" for each in sent),
                style="cyan",
            )
            if sent
            else Text(candidate["excluded"].replace("_", " "), style="yellow"),
        )
    return Group(title, Padding(table, (0, 0, 0, 2)))

"""An order on the terminal: header, lines, parcels, money, the reasons of every allocation, and the timeline."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from cauce.cli import order_parts as parts
from cauce.cli import order_words as words
from cauce.cli.order_timeline import timeline
from services.insight.domain.standing import OrderState, Tally
from services.insight.reading import Fields, OrderStory


def page(story: OrderStory, *, everything: bool, width: int) -> RenderableType:
    """Everything about an order; `everything` adds the facts that only echo others."""
    shown = [_header(story.order), *_troubles(story), _lines(story)]
    if story.shipments:
        shown.append(words.section("Parcels", parts.shipments(story)))
    if story.payments or story.refunds:
        shown.append(words.section("Money", parts.money(story)))
    if story.returns:
        shown.append(words.section("Returns", parts.returns(story)))
    if story.decisions:
        shown.append(words.section("Why these sites", parts.decisions(story)))
    events = [event for event in story.timeline if everything or event["main"]]
    shown.append(words.section("Timeline", timeline(events, hidden=len(story.timeline) - len(events), width=width)))
    return Group(*shown)


def table_of(orders: list[Fields], counts: dict[str, int]) -> RenderableType:
    """Orders, a line each, under how many there are of every state."""
    table = words.grid("order", "state", "placed", "channel", "to", "lines", "units", "waiting", "amount", "deliver by")
    for order in orders:
        table.add_row(
            Text(order["order_number"] or order["order_id"], style="bold"),
            words.state(order["state"]),
            words.moment(order["placed_at"]),
            order["channel"],
            order["country"],
            str(order["lines"] or 0),
            str(order["units"] or 0),
            Text(str(order["waiting"] or ""), style="yellow"),
            words.amount(order["amount"], order["currency"]),
            words.day(order["deliver_by"]),
        )
    total = Text(" · ").join(
        Text.assemble((f"{counts[state]:,} ", "bold"), words.state(state)) for state in OrderState if state in counts
    )
    return Group(total, Padding(table, (1, 0, 0, 0)))


def _header(order: Fields) -> RenderableType:
    who = f"channel {order['channel']}, {order['channel_order']} · {order['country']} · {order['profile']}"
    rows = [
        Text.assemble(("id       ", words.QUIET), order["order_id"], ("   ", ""), (who, words.QUIET)),
        Text.assemble(
            ("placed   ", words.QUIET),
            words.moment(order["placed_at"]),
            ("   deliver by ", words.QUIET),
            words.moment(order["deliver_by"]),
            (f"   {order['ship_option'] or ''}", words.QUIET),
        ),
        Text.assemble(
            ("amount   ", words.QUIET),
            (words.amount(order["amount"], order["currency"]), "bold"),
            ("   captured ", words.QUIET),
            words.amount(order["captured"], order["currency"]),
            ("   paid back ", words.QUIET),
            words.amount(order["refunded"], order["currency"]),
        ),
    ]
    title = Text.assemble((order["order_number"] or order["order_id"], "bold"), "  ", words.state(order["state"]))
    version = f"version {order['version']}" if order["version"] else None
    return Panel(
        Group(*rows), title=title, title_align="left", subtitle=version, subtitle_align="right", padding=(0, 1)
    )


def _troubles(story: OrderStory) -> Iterator[RenderableType]:
    for trouble in story.exceptions:
        what = f"{trouble['kind'].replace('_', ' ')}: {trouble['detail']}"
        yield Text.assemble(
            (" ! ", "bold white on red"), (f" {what}", "red"), (f"  {trouble['reference']}", words.QUIET)
        )


def _lines(story: OrderStory) -> RenderableType:
    stages = [stage for stage in Tally._fields if any(line[stage] for line in story.lines)]
    table = words.grid("#", "sku", "description", "ordered", *stages, "amount")
    for line in story.lines:
        table.add_row(
            Text(line["line_id"], style=words.QUIET),
            Text(line["sku"], style="bold"),
            line["description"],
            str(line["ordered"] or "?"),
            *(_units(line[stage], stage) for stage in stages),
            words.amount(line["amount"], story.order["currency"]),
        )
    return Padding(table, (1, 0, 1, 1))


def _units(count: int | None, stage: str) -> Text:
    styles = {
        "backordered": "yellow",
        "canceled": "red",
        "returned": "magenta",
        "delivered": "green",
        "shipped": "green",
    }
    return Text(str(count), style=styles.get(stage, "cyan")) if count else Text("·", style=words.QUIET)

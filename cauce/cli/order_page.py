"""An order on the terminal: header, lines, parcels, money, the reasons of every allocation, and the timeline."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from cauce.cli import order_parts as parts
from cauce.cli import order_words as words
from cauce.cli.order_timeline import timeline
from cauce.cli.screen import QUIET, grid, listed, panel, phrase, section, text
from services.insight.domain.standing import Tally
from services.insight.reading import Fields, OrderStory

WIDE = 110  # below it, a line says in words where its units are
_STAGE_STYLES = {
    "backordered": "yellow",
    "canceled": "red",
    "returned": "magenta",
    "delivered": "green",
    "shipped": "green",
}


def page(story: OrderStory, *, everything: bool, width: int) -> RenderableType:
    """Everything about an order; `everything` adds the facts that only echo others."""
    shown = [_header(story.order), *parts.holds(story), *_troubles(story)]
    if story.lines:
        shown.append(_lines(story, wide=width >= WIDE))
    if story.kits:
        shown.append(section("Kits", parts.kits(story)))
    if story.shipments:
        shown.append(section("Parcels", parts.shipments(story)))
    if story.payments or story.refunds:
        shown.append(section("Money", parts.money(story)))
    if story.returns:
        shown.append(section("Returns", parts.returns(story)))
    if story.decisions:
        shown.append(section("Why these sites", parts.decisions(story)))
    events = [event for event in story.timeline if everything or event["main"]]
    shown.append(section("Timeline", timeline(events, hidden=len(story.timeline) - len(events), width=width)))
    return Group(*shown)


def _header(order: Fields) -> RenderableType:
    from_channel = f"channel {order['channel']}, {order['channel_order']}" if order["channel"] else ""
    who = listed([from_channel, order["country"] or "", order["profile"] or ""])
    who.stylize(QUIET)
    rows = [phrase(("id       ", QUIET), order["order_id"], "   ", who), _when(order)]
    name = words.name(order)
    if order["order_number"] not in (None, name):
        rows.append(phrase(("number   ", QUIET), order["order_number"]))
    if order["currency"]:
        rows.append(_money(order))
    title = phrase((name, "bold"), "  ", words.state(order["state"]))
    return panel(title, rows, subtitle=f"version {order['version']}" if order["version"] else "")


def _when(order: Fields) -> Text:
    if order["placed_at"]:
        due = phrase(("   deliver by ", QUIET), words.moment(order["deliver_by"]))
        return phrase(
            ("placed   ", QUIET), words.moment(order["placed_at"]), due, (f"   {order['ship_option']}", QUIET)
        )
    if order["refused_at"]:
        return phrase(("refused  ", QUIET), words.moment(order["refused_at"]))
    return phrase(
        ("changed  ", QUIET), words.moment(order["changed_at"]), ("   the order itself is not read yet", QUIET)
    )


def _money(order: Fields) -> Text:
    sums = {name: words.amount(order[name], order["currency"]) for name in ("amount", "captured", "refunded")}
    return phrase(
        ("amount   ", QUIET), (sums["amount"], "bold"), ("   captured ", QUIET), sums["captured"],
        ("   paid back ", QUIET), sums["refunded"],
    )  # fmt: skip


def _troubles(story: OrderStory) -> Iterator[RenderableType]:
    for trouble in story.exceptions:
        what = f"{trouble['kind'].replace('_', ' ')}: {trouble['detail']}"
        yield phrase((" ! ", "bold white on red"), (f" {what}", "red"), (f"  {trouble['reference']}", QUIET))


def _lines(story: OrderStory, *, wide: bool) -> RenderableType:
    stages = [stage for stage in Tally._fields if any(line[stage] for line in story.lines)]
    columns = stages if wide else ["where"]
    numbers = ("ordered", "amount", *stages)
    table = grid("#", "sku", "description", "ordered", *columns, "amount", right=numbers, whole=numbers)
    for line in story.lines:
        counts = [_units(line[stage], stage) for stage in stages] if wide else [_where(line, stages)]
        table.add_row(
            text(line["line_id"], QUIET),
            text(line["sku"] or "", "bold"),
            text(line["description"] or ""),
            text(line["ordered"] or "?"),
            *counts,
            text(words.amount(line["amount"], story.order["currency"])),
        )
    return Padding(table, (1, 0, 1, 1))


def _units(count: int | None, stage: str) -> Text:
    return text(count, _STAGE_STYLES.get(stage, "cyan")) if count else text("·", QUIET)


def _where(line: Fields, stages: list[str]) -> Text:
    return listed(
        [(f"{line[stage]} {stage}", _STAGE_STYLES.get(stage, "cyan")) for stage in stages if line[stage]], between=", "
    )

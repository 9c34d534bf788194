"""Stock on the terminal: a sku at its sites, and counts."""

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType

from cauce.cli import order_words as words
from cauce.cli.screen import grid, listed, section, text
from services.insight.reading import Fields
from services.insight.stock_reading import SkuStory

_UNITS = ("on hand", "free", "reserved", "picked", "packed", "quarantined")


def page(story: SkuStory) -> RenderableType:
    """A sku: its positions and their sum, then what is going on with it."""
    parts: list[RenderableType] = [section(f"{story.sku} by site", _positions(story.positions, story.closed))]
    if story.lots:
        parts.append(section("lots", lots_table(story.lots)))
    if story.counts:
        parts.append(section("counts", _counts_of_sku(story.counts)))
    if story.transfers:
        parts.append(section("transfers", _transfers(story.transfers)))
    if story.inbound:
        parts.append(section("to come", _inbound(story.inbound)))
    if story.levels:
        told = ((one["channel"] or "every other channel", f"{one['available']:,}") for one in story.levels)
        parts.append(section("may still be sold", listed(f"{channel}: {units}" for channel, units in told)))
    if story.alerts:
        parts.append(section("alerts", alerts_page(story.alerts)))
    return Group(*parts)


def _positions(positions: Sequence[Fields], closed: Iterable[Fields]) -> RenderableType:
    table, sites = grid("site", *_UNITS, right=_UNITS), {one["site"] for one in closed}
    for position in positions:
        site = position["site"]
        table.add_row(
            text(f"{site} (closed)" if site in sites else site), *_cells(position[_column(name)] for name in _UNITS)
        )
    if len(positions) > 1:
        sums = (sum(position[_column(name)] for position in positions) for name in _UNITS)
        table.add_row(text("all", "bold"), *_cells(sums))
    return table


def lots_table(lots: Iterable[Fields]) -> RenderableType:
    """What sites have of lots, a line each."""
    table = grid("lot", "last day", "site", *_UNITS, right=_UNITS)
    for one in lots:
        last = words.day(one["expires_on"]) if one["expires_on"] else ""
        units = _cells(one[_column(name)] for name in _UNITS)
        table.add_row(text(one["lot"]), text(last), text(one["site"]), *units)
    return table


def _column(name: str) -> str:
    return name.replace(" ", "_")


def _cells(units: Iterable[int]) -> Iterable[RenderableType]:
    return (text(f"{one:,}") for one in units)


def _counts_of_sku(counts: Iterable[Fields]) -> RenderableType:
    table = grid("count", "site", "opened", "state", "difference", right=("difference",))
    for count in counts:
        table.add_row(
            text(count["count_id"]),
            text(count["site"]),
            text(words.moment(count["opened_at"])),
            text(_state(count)),
            text(_difference(count)),
        )
    return table


def _transfers(transfers: Iterable[Fields]) -> RenderableType:
    table = grid("transfer", "from", "to", "sent", "received", "when", right=("sent", "received"))
    for one in transfers:
        received = "on its way" if one["received_at"] is None else _figure(one["received"])
        when = words.moment(one["received_at"] or one["sent_at"])
        cells = (one["transfer_id"], one["from_site"], one["to_site"], _figure(one["sent"]), received, when)
        table.add_row(*map(text, cells))
    return table


def _inbound(lines: Iterable[Fields]) -> RenderableType:
    table = grid("purchase", "site", "units", "due", "", right=("units",))
    for line in lines:
        said = "confirmed" if line["confirmed"] else "asked"
        cells = (line["purchase_id"], line["site"], _figure(line["quantity"]), words.day(line["due_on"]), said)
        table.add_row(*map(text, cells))
    return table


def alerts_page(alerts: Iterable[Fields]) -> RenderableType:
    """Alerts and what they ask to buy, a line each."""
    table = grid("sku", "alert", "free", "why", "when", right=("free",))
    for one in alerts:
        units = one["on_hand"] if one["free"] is None else one["free"]
        table.add_row(*map(text, (one["sku"], one["alert"], _figure(units), _why(one), words.moment(one["at"]))))
    return table


def _why(alert: Fields) -> str:
    if alert["kind"] == "purchase":
        supplier = f" from {alert['supplier']}" if alert["supplier"] else ""
        return f"buy {_figure(alert['quantity'])}{supplier}"
    if alert["kind"] == "cover":
        lasts = "no end" if alert["cover_days"] is None else f"{_figure(alert['cover_days'])} days"
        return f"lasts {lasts} at {_figure(alert['demand'])} in {alert['demand_days']} days"
    if alert["kind"] == "slow":
        worth = "" if alert["worth"] is None else f", {words.amount(alert['worth'], alert['currency'])}"
        return f"nobody ordered it for {_figure(alert['days'])} days{worth}"
    return f"below {_figure(alert['low_below'])}" if alert["low_below"] else ""


def cover_page(rows: Iterable[Fields]) -> RenderableType:
    """How long skus last, a line each."""
    figures = ("free", "to come", "ordered", "in days", "lasts days")
    table = grid("sku", *figures, "last ordered", right=figures)
    for row in rows:
        units = (row[name] for name in ("free", "to_come", "demand", "demand_days", "cover_days"))
        last = words.day(row["last_on"]) if row["last_on"] else "never"
        table.add_row(text(row["sku"]), *(text(_figure(one)) for one in units), text(last))
    return table


def counts_page(counts: Iterable[Fields]) -> RenderableType:
    """Counts, a line each."""
    table = grid("count", "site", "opened", "state")
    for count in counts:
        table.add_row(*map(text, (count["count_id"], count["site"], words.moment(count["opened_at"]), _state(count))))
    return table


def count_page(count: Fields, lines: Iterable[Fields]) -> RenderableType:
    """A count: blind until it is reported."""
    title = f"count {count['count_id']} at {count['site']}: {_state(count)}"
    table = grid("sku", "book", "counted", "difference", "worth", "promised", right=_FIGURES)
    for line in lines:
        table.add_row(
            text(line["sku"]),
            text(_figure(line["book"])),
            text(_figure(line["counted"])),
            text(_difference(line)),
            text(_worth(line)),
            text(_figure(line["missing"]), "yellow"),
        )
    return section(title, table)


_FIGURES = ("book", "counted", "difference", "worth", "promised")


def _figure(units: int | None) -> str:
    return "" if units is None else f"{units:,}"


def _difference(line: Fields) -> str:
    return "" if line["counted"] is None or line["book"] is None else f"{line['counted'] - line['book']:+,}"


def _worth(line: Fields) -> str:
    if line["unit_value"] is None or line["counted"] is None:
        return ""
    return words.amount((line["counted"] - line["book"]) * line["unit_value"], line["currency"])


def _state(count: Fields) -> str:
    if count["approved_at"]:
        return "approved"
    if count["refused_at"]:
        return "refused"
    if not count["reported_at"]:
        return "open"
    return "waits for approval" if count["waits"] else "adjusted"

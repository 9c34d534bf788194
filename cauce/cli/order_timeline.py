"""An order's timeline on the terminal: when, how long after, what, by whom, and the record behind it."""

from datetime import datetime, timedelta

from rich.console import Group, RenderableType
from rich.text import Text

from cauce.cli import order_words as words
from services.insight.domain.sentences import counted
from services.insight.reading import Fields

_STYLES = {
    "order.placed.v1": "bold",
    "order.allocated.v1": "blue",
    "order.backordered.v1": "yellow",
    "parcel.shipped.v1": "green",
    "parcel.delivered.v1": "green",
    "goods.returned.v1": "magenta",
    "order.changed.v1": "red",
}
_TROUBLE = ("exception", "refused", "failed", "conflicted")


_WIDE = 130  # below it, the column of deciders is left out: a topic has one writer


def timeline(events: list[Fields], *, hidden: int, width: int) -> RenderableType:
    """The events given, on a terminal of that width; `hidden` others are counted."""
    wide = width >= _WIDE
    table = words.grid("when", "after", "", "what", *(["decided by"] if wide else []), "record")
    before: datetime | None = None
    for event in events:
        at, style = event["at"], _style(event)
        table.add_row(
            _clock(at, before),
            Text(_gap(at - before) if before else "", style=words.QUIET),
            Text("●", style=style or "cyan"),
            Text(event["summary"], style=style),
            *([Text(event["source"].removeprefix("/cauce/"), style=words.QUIET)] if wide else []),
            Text(f"{event['topic']}/{event['partition']}@{event['offset']}", style=words.QUIET),
        )
        before = at
    if not hidden:
        return table
    return Group(table, Text(f"{counted(hidden, 'fact')} that only echo others: --all", style=words.QUIET))


def _style(event: Fields) -> str:
    if any(word in event["type"] for word in _TROUBLE):
        return "bold red"
    return _STYLES.get(event["type"], "") if event["main"] else words.QUIET


def _clock(at: datetime, before: datetime | None) -> Text:
    day = "" if before and before.date() == at.date() else f"{at:%a %d %b} "
    return Text.assemble((f"{day:>11}", "bold"), f"{at:%H:%M:%S}")


def _gap(gap: timedelta) -> str:
    seconds = gap.total_seconds()
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"+{seconds / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"+{seconds:.0f} s" if seconds else ""

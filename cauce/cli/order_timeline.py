"""An order's timeline on the terminal: when, how long after, what, by whom, and the record behind it."""

from datetime import datetime, timedelta
from graphlib import CycleError, TopologicalSorter
from itertools import groupby, pairwise
from operator import itemgetter

from rich.console import Group, RenderableType
from rich.text import Text

from cauce.cli.screen import QUIET, grid, phrase, text
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
_NARROW = 100  # below it, the record stands under what it says


def in_order_of_cause(events: list[Fields]) -> list[Fields]:
    """By time; events of one time follow what caused them, and each decider's the order in which it published."""
    return [event for _, at_once in groupby(events, key=itemgetter("at")) for event in _caused(list(at_once))]


def _caused(at_once: list[Fields]) -> list[Fields]:
    """What neither a cause nor a decider orders keeps its place, and so does all where links contradict each other."""
    by_id = {event["event_id"]: event for event in at_once}
    before: dict[str, set[str]] = {name: {event["cause_id"]} & by_id.keys() for name, event in by_id.items()}
    numbered = sorted(at_once, key=itemgetter("source", "sequence"))
    for earlier, later in pairwise(numbered):
        if earlier["source"] == later["source"]:
            before[later["event_id"]].add(earlier["event_id"])
    place = {name: number for number, name in enumerate(by_id)}
    try:
        return [by_id[name] for name in _sorted(before, place)]
    except CycleError:
        return at_once


def _sorted(before: dict[str, set[str]], place: dict[str, int]) -> list[str]:
    """Each after those before it; of several that could be next, the one that stood first."""
    sorter = TopologicalSorter(before)
    sorter.prepare()
    found, ready = [], [*sorter.get_ready()]
    while ready:
        ready.sort(key=place.__getitem__)
        found.append(ready.pop(0))
        sorter.done(found[-1])
        ready += sorter.get_ready()
    return found


def timeline(events: list[Fields], *, hidden: int, width: int) -> RenderableType:
    """The events given, on a terminal of that width; `hidden` others are counted."""
    columns = ["when", "after", "", "what"]
    columns += ["decided by"] if width >= _WIDE else []
    columns += ["record"] if width >= _NARROW else []
    table = grid(*columns, right=("after",), whole=("when", "after", "", "record"))
    before: datetime | None = None
    for event in events:
        table.add_row(*_row(event, before, columns))
        before = event["at"]
    if not hidden:
        return table
    return Group(table, text(f"{counted(hidden, 'fact')} that only echo others: --all", QUIET))


def _row(event: Fields, before: datetime | None, columns: list[str]) -> list[Text]:
    at, style = event["at"], _style(event)
    record = text(f"{event['topic']}/{event['partition']}@{event['offset']}", QUIET)
    what = text(event["summary"], style)
    cells = {
        "when": _clock(at, before),
        "after": text(_gap(at - before) if before else "", QUIET),
        "": text("●", style or "cyan"),
        "what": what if "record" in columns else phrase(what, ("  ", ""), record),
        "decided by": text(event["source"].removeprefix("/cauce/"), QUIET),
        "record": record,
    }
    return [cells[name] for name in columns]


def _style(event: Fields) -> str:
    if any(word in event["type"] for word in _TROUBLE):
        return "bold red"
    return _STYLES.get(event["type"], "") if event["main"] else QUIET


def _clock(at: datetime, before: datetime | None) -> Text:
    day = "" if before and before.date() == at.date() else f"{at:%a %d %b} "
    return phrase((f"{day:>11}", "bold"), f"{at:%H:%M:%S}")


def _gap(gap: timedelta) -> str:
    seconds = gap.total_seconds()
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"+{seconds / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"+{seconds:.0f} s" if seconds else ""

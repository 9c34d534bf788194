"""`cauce replay --dry-run`: what would be read, counted; nothing is decided."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import attrgetter

from rich.console import Group, RenderableType
from rich.text import Text

from cauce.cli.plain import say_json
from cauce.cli.screen import QUIET, Screen, grid, text
from cauce.replay.survey import Surveyed, survey
from cauce.replay.window import Window
from cauce.runtime.lane import Lane
from cauce.runtime.log_reader import read_to_end
from cauce.runtime.settings import Settings
from services.insight.domain.sentences import counted
from services.insight.reading import to_json

Readers = Mapping[str, Sequence[str]]  # the lanes that read a topic


def run(servers: str, settings: Settings, lanes: Sequence[Lane], window: Window, *, as_json: bool) -> None:
    """Read the inputs of the lanes once, and say how many there are, and of what time."""
    readers = {topic: [lane.id for lane in lanes if topic in lane.inputs] for lane in lanes for topic in lane.inputs}
    with Screen(stderr=True).status("counting"):
        found = asyncio.run(survey(partial(read_to_end, servers, settings), readers, window))
    if as_json:
        told = [{**one._asdict(), "lanes": readers[one.topic]} for one in found]
        say_json({"records": sum(one.records for one in found), "inputs": told}, default=to_json)
    else:
        Screen().print(page(found, readers))


def page(found: Sequence[Surveyed], readers: Readers) -> RenderableType:
    """A line a topic that has something in the window, and what all of it comes to."""
    numbers = ("records", "of", "KiB")
    table = grid("topic", "partitions", *numbers, "from", "to", "for", right=numbers, title="What would be read")
    inside = [one for one in found if one.records]
    for topic, of_topic in groupby(inside, key=attrgetter("topic")):
        table.add_row(text(topic, "bold"), *_summed(list(of_topic)), text(", ".join(readers[topic]), QUIET))
    return Group(table, text(""), text(_sum(inside)), text("Nothing was decided and nothing was written.", QUIET))


def _summed(of_topic: Sequence[Surveyed]) -> Iterator[Text]:
    yield text(", ".join(str(one.partition) for one in of_topic))
    yield text(f"{sum(one.records for one in of_topic):,}")
    yield text(f"{sum(one.held for one in of_topic):,}", QUIET)
    yield text(f"{sum(one.bytes for one in of_topic) / 1024:,.0f}")
    earliest, latest = _span(of_topic)
    yield text(_moment(earliest))
    yield text(_moment(latest))


def _span(found: Sequence[Surveyed]) -> tuple[datetime | None, datetime | None]:
    times = [at for one in found for at in (one.earliest, one.latest) if at]
    return min(times, default=None), max(times, default=None)


def _sum(found: Sequence[Surveyed]) -> str:
    earliest, latest = _span(found)
    span = f", from {_moment(earliest)} to {_moment(latest)}" if earliest else ""
    topics = len({one.topic for one in found})
    records = sum(one.records for one in found)
    return f"{counted(records, 'record')} in {counted(len(found), 'partition')} of {counted(topics, 'topic')}{span}"


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""

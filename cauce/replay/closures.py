"""Sites that are closed for some time: versions of the sites without them are put between the recorded inputs."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from cauce.runtime.deciding import receive
from cauce.runtime.lane import Record
from cauce.runtime.reference.reference_files import published
from schemas.base import Message
from schemas.envelope import Envelope
from schemas.reference import Kind, ReferencePublished, Site

_SITES, _PUBLISHED = Kind.SITES.value.encode(), ("ce_type", ReferencePublished.type.encode())
Publish = Callable[[Message, Record, str], Record]  # a message, as a record where another came, under a name


class Closure(NamedTuple):
    """A site that sends nothing from the first day to the last, both counted, in UTC."""

    site: str
    first: date
    last: date

    def covers(self, at: datetime) -> bool:
        """Whether it is closed at an instant."""
        return _midnight(self.first) <= at < _midnight(self.last + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def with_closures(inputs: Iterable[Record], closures: Sequence[Closure], publish: Publish) -> Iterator[Record]:
    """The inputs; before the first of each time between closing and opening, the sites that are open then."""
    sites = dict[str, Any]()
    version = ""
    shut = frozenset[str]()
    for record in inputs:
        if record.key == _SITES and _PUBLISHED in record.headers:
            part = receive(record).message
            sites, version = {} if part.version != version else sites, part.version
            sites |= {body["id"]: body for body in part.items}
            shut = frozenset()
            yield record
            continue
        at = Envelope.from_headers(record.headers).at
        now = frozenset(one.site for one in closures if one.covers(at))
        if now != shut and sites:
            shut = now
            yield from _open(sites, shut, record, publish)
        yield record


def _open(sites: dict[str, Any], shut: frozenset[str], before: Record, publish: Publish) -> Iterator[Record]:
    items = [Site.model_validate(body) for site, body in sites.items() if site not in shut]
    for message in published(Kind.SITES, items):
        yield publish(message, before, f"{before.offset}")

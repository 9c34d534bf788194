"""Feeds the auditor from a deployment: its topics as they are now, and the providers' ledgers."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

import orjson

from cauce.audit.auditor import Auditor, Verdict
from cauce.audit.ledgers import LedgerLine
from cauce.audit.record import Entry, Place
from cauce.runtime.deciding import receive
from cauce.runtime.engine.parking import about, is_note
from cauce.runtime.lane import Record, Unprocessable, is_control
from cauce.runtime.log_reader import Read, read_to_end
from cauce.runtime.settings import Settings
from schemas.topics import TOPICS, TopicKind

RAW = tuple(topic.name for topic in TOPICS if topic.kind is TopicKind.RAW)
OURS = tuple(topic.name for topic in TOPICS if topic.kind is not TopicKind.RAW)
SERVICES = tuple(sorted({topic.writer.split("-")[0] for topic in TOPICS if topic.kind is TopicKind.FACT}))
A_WHILE = 20_000  # records between two words of progress

Progress = Callable[[int], None]


async def audit(
    servers: str, settings: Settings, *, provider: Mapping[str, LedgerLine] | None = None, progress: Progress
) -> Verdict:
    """Check every law over every record that is there now. Cross-topic laws hold once the work is drained."""
    return await audit_records(partial(read_to_end, servers, settings), provider=provider, progress=progress)


async def audit_records(
    read: Read,
    *,
    provider: Mapping[str, LedgerLine] | None = None,
    canaries: Iterable[bytes] = (),
    progress: Progress,
) -> Verdict:
    """The same, wherever the records are read from; `canaries` must appear in none of ours."""
    raw = [_place(record) async for record in read(RAW)]  # no header of an outsider exempts one
    parked_topics = [f"{service}-parked" for service in SERVICES]
    parked = [_parked(record) async for record in read(parked_topics) if not is_note(record.headers)]
    auditor = Auditor(raw=raw, parked=parked, provider=provider, canaries=canaries)
    count = 0
    async for record in read(OURS):
        if is_control(record.headers):
            continue
        _see(auditor, record)
        count += 1
        if count % A_WHILE == 0:
            progress(count)
    return auditor.verdict()


def _see(auditor: Auditor, record: Record) -> None:
    try:
        received = receive(record)
    except (ValueError, Unprocessable):  # what a lane would park it for
        auditor.see_unreadable(_place(record), _content(record))
    else:
        auditor.see(Entry(record.topic, record.partition, record.offset, *received[1:]), _content(record))


def read_ledger(path: Path) -> dict[str, LedgerLine]:
    """The payment sandbox's ledger file by its references; declined requests are not money."""
    lines = (orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip())
    return {
        line["id"]: LedgerLine(line["kind"], line["id"], line.get("key", ""), line["amount"], line["currency"])
        for line in lines
        if line["kind"] in ("charge", "refund")
    }


def _place(record: Record) -> Place:
    return Place(record.topic, record.partition, record.offset)


def _parked(record: Record) -> Place:
    what = about(record.headers)
    return Place(what.topic, what.partition, what.offset)


def _content(record: Record) -> bytes:
    return b"\n".join([record.key or b"", record.value or b"", *(value for _, value in record.headers)])

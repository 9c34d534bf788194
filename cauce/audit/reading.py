"""Feeds the auditor from a deployment: its topics as they are now, and the providers' ledgers."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

import orjson

from cauce.audit.auditor import Auditor, Verdict
from cauce.audit.bisecting import Found, Recorded, bisected
from cauce.audit.ledgers import LedgerLine
from cauce.audit.record import Entry, Place
from cauce.audit.shown import Shown
from cauce.runtime.deciding import receive
from cauce.runtime.engine.parking import about, is_note
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Record, Unprocessable, is_control
from cauce.runtime.log_reader import Read, read_to_end
from cauce.runtime.settings import Settings
from schemas.topics import TOPICS, TopicKind

RAW = tuple(topic.name for topic in TOPICS if topic.kind is TopicKind.RAW)
OURS = tuple(topic.name for topic in TOPICS if topic.kind is not TopicKind.RAW)
SERVICES = tuple(sorted({topic.writer.split("-")[0] for topic in TOPICS if topic.kind is TopicKind.FACT}))
PARKED = tuple(f"{service}-parked" for service in SERVICES)
_TYPES = (str, str, str, int, str, str)  # of a ledger's line
A_WHILE = 20_000  # records between two words of progress

Progress = Callable[[int], None]


async def audit(
    servers: str,
    settings: Settings,
    *,
    provider: Mapping[str, LedgerLine] | None = None,
    shown: Shown | None = None,
    progress: Progress,
) -> Verdict:
    """Check every law over every record that is there now. Cross-topic laws hold once the work is drained.

    What the read model showed is compared as far as it had read, so it is looked at before the topics.
    """
    read = partial(read_to_end, servers, settings)
    return await audit_records(read, provider=provider, shown=shown, progress=progress)


async def audit_records(
    read: Read,
    *,
    provider: Mapping[str, LedgerLine] | None = None,
    canaries: Iterable[bytes] = (),
    shown: Shown | None = None,
    progress: Progress,
) -> Verdict:
    """The same, wherever the records are read from; `canaries` must appear in none of ours."""
    raw = [_place(record) async for record in read(RAW)]  # no header of an outsider exempts one
    parked = [_parked(record) async for record in read(PARKED) if not is_note(record.headers)]
    auditor = Auditor(raw=raw, parked=parked, provider=provider, canaries=canaries, shown=shown)
    count = 0
    async for record in read(OURS):
        if is_control(record.headers):
            continue
        _recorded(record).give(auditor)
        count += 1
        if count % A_WHILE == 0:
            progress(count)
    return auditor.verdict()


async def bisect_records(read: Read, *, progress: Progress, tell: Progress) -> Found | None:
    """The first record that breaks a law, of all that are there now; `tell` is told how many are left to look at."""
    raw = [_place(record) async for record in read(RAW)]
    parked = [_parked(record) async for record in read(PARKED) if not is_note(record.headers)]
    records: list[Recorded] = []
    async for record in read(OURS):
        if not is_control(record.headers):
            records.append(_recorded(record))
            if len(records) % A_WHILE == 0:
                progress(len(records))
    return bisected(records, raw=raw, parked=parked, tell=tell)


def _recorded(record: Record) -> Recorded:
    try:
        received = receive(record)
    except (ValueError, Unprocessable):  # what a lane would park it for
        return Recorded(_place(record), _content(record), None)
    entry = Entry(record.topic, record.partition, record.offset, *received[1:])
    return Recorded(_place(record), _content(record), entry)


def read_ledger(path: Path) -> dict[str, LedgerLine]:
    """The payment sandbox's ledger file by its references; declined requests are not money.

    Raises Unavailable, naming the line, where it is no such file.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as fault:
        raise Unavailable(f"the ledger {path} cannot be read: {fault.strerror}; name another with --ledger") from None
    found = {}
    for number, line in enumerate(lines, start=1):
        if entry := _ledger_line(line, f"{path}, line {number}"):
            found[entry.reference] = entry
    return found


def _ledger_line(line: bytes, where: str) -> LedgerLine | None:
    if not line.strip():
        return None
    try:
        said = orjson.loads(line)
        if said["kind"] == "decline":
            return None
        read = LedgerLine(
            said["kind"], said["id"], said.get("key", ""), said["amount"], said["currency"], said.get("charge", "")
        )
    except orjson.JSONDecodeError as wrong:
        raise Unavailable(
            f"{where}: no JSON ({wrong}); a line that is cut off is what a kill left: start the provider again, it "
            "mends its ledger, or name another with --ledger"
        ) from None
    except (KeyError, TypeError, AttributeError) as wrong:
        raise Unavailable(f"{where}: not a line of a payment ledger ({type(wrong).__name__}: {wrong})") from None
    if read.kind not in ("charge", "refund") or any(
        type(one) is not kind for one, kind in zip(read, _TYPES, strict=True)
    ):
        raise Unavailable(f"{where}: neither a charge nor a refund, with an id, an amount and a currency")
    return read


def _place(record: Record) -> Place:
    return Place(record.topic, record.partition, record.offset)


def _parked(record: Record) -> Place:
    what = about(record.headers)
    return Place(what.topic, what.partition, what.offset)


def _content(record: Record) -> bytes:
    return b"\n".join([record.key or b"", record.value or b"", *(value for _, value in record.headers)])

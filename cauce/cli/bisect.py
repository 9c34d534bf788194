"""`cauce bisect`: the first record that breaks a law."""

import asyncio
import sys
from functools import partial
from typing import Any

import click
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from cauce.audit.bisecting import Found, Recorded
from cauce.audit.reading import bisect_records
from cauce.cli.plain import say_json
from cauce.cli.recorded import recorded
from cauce.cli.screen import QUIET, Screen, listed, phrase, text
from cauce.runtime.log_reader import read_to_end
from cauce.runtime.settings import Settings
from schemas.envelope import instant_text


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(*, as_json: bool) -> None:
    """Find the first record that breaks a law.

    Puts all records in the order in which they came about, each after its cause, and halves them until one is left: all
    before it is lawful, with it a law is broken that stays broken. Run it when the work is drained, as `cauce audit`,
    which names every violation. All records are held in memory meanwhile. Exit code 1 when a law is broken.
    """
    settings = Settings()
    read = partial(read_to_end, recorded(settings), settings)
    with Screen(stderr=True).status("reading") as status:
        found = asyncio.run(
            bisect_records(
                read,
                progress=lambda count: status.update(f"{count:,} records"),
                tell=lambda left: status.update(f"one of {left:,} records"),
            )
        )
    if as_json:
        say_json(to_json(found), indent=2)
    else:
        Screen().print(page(found))
    sys.exit(1 if found else 0)


def page(found: Found | None) -> RenderableType:
    """The record, where it is, and what it breaks."""
    if found is None:
        return text("No law is broken.", "bold green")
    parts: list[RenderableType] = []
    if found.record is None:
        parts.append(text("Nothing of ours breaks a law, but a record of outsiders came to nothing.", "bold red"))
    else:
        parts += [phrase(("The first record that breaks a law: ", "bold red"), (_place(found.record), "bold"))]
        parts += [Padding(line, (0, 0, 0, 2)) for line in _about(found.record)]
        parts.append(text(f"  after {found.before:,} records in the order of their causes", QUIET))
    if found.cause:
        parts.append(phrase(("it followed from ", QUIET), _place(found.cause)))
        parts += [Padding(line, (0, 0, 0, 2)) for line in _about(found.cause)]
    for broken in found.broken:
        parts.append(listed([(f"law {broken.law}", "bold"), f"shown by {broken.place}", broken.subject]))
        parts.append(Padding(text(broken.detail, "red"), (0, 0, 0, 2)))
    return Group(*parts)


def _place(record: Recorded) -> str:
    return f"topic {record.place.topic}, partition {record.place.partition}, offset {record.place.offset}"


def _about(record: Recorded) -> list[Text]:
    if record.entry is None:
        return [text("it cannot be read", "yellow")]
    envelope = record.entry.envelope
    by = phrase((f"by {envelope.source}, {instant_text(envelope.at)}", QUIET))
    return [phrase(envelope.type, (" with the id ", QUIET), envelope.id), by]


def to_json(found: Found | None) -> dict[str, Any]:
    """The same for a program."""
    if found is None:
        return {"broken": False}
    return {
        "broken": True,
        "record": _named(found.record),
        "cause": _named(found.cause),
        "before": found.before,
        "violations": [violation._asdict() for violation in found.broken],
    }


def _named(record: Recorded | None) -> dict[str, Any] | None:
    if record is None:
        return None
    envelope = record.entry.envelope if record.entry else None
    told = {"id": envelope.id, "type": envelope.type, "at": instant_text(envelope.at)} if envelope else {}
    return {**record.place._asdict(), **told}

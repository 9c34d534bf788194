"""What waits for an operator, on the terminal: each record's name, why it is there, and where it came from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from cauce.cli.order_words import moment
from cauce.cli.screen import QUIET, grid, listed, text
from cauce.cli.waiting import SET_ASIDE
from services.insight.domain.sentences import counted

Row = dict[str, Any]


def page(rows: Sequence[Row], service: str | None) -> RenderableType:
    """The rows of `cauce parked list`, each under the name by which it is taken: its service and its number."""
    table = grid("record", "")
    for row in rows:
        table.add_row(text(f"{row['service']} {row['number']}", "bold"), _about(row))
    verb = "waits" if len(rows) == 1 else "wait"
    title = text(f"{counted(len(rows), 'record')} of {service or 'all services'} {verb} for an operator", "bold")
    return Group(title, Padding(table, (1, 0)), text("Look at one: cauce parked show SERVICE NUMBER", QUIET))


def _about(row: Row) -> RenderableType:
    since = f"since {moment(datetime.fromisoformat(row['parked_at']))}" if row["parked_at"] else ""
    subject = f"about {row['subject']}" if row["subject"] else ""
    came = f"lane {row['lane']}, came as {row['came_as']}"
    return Group(listed([_state(row), since, subject]), text(row["reason"]), text(came, QUIET), text(""))


def _state(row: Row) -> Text:
    if row["state"] == SET_ASIDE:
        return text("set aside by a door", "yellow")
    return text("waits, and is next", "yellow") if row["next"] else text("waits behind an elder", QUIET)

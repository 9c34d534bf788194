"""`cauce replay --what-if`: recorded orders decided on with other reference data or stock, beside what was decided."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cauce.cli.plain import say_json
from cauce.cli.screen import Screen
from cauce.cli.what_if_columns import compared
from cauce.cli.what_if_files import read_givens
from cauce.cli.what_if_html import html_page
from cauce.cli.what_if_page import page
from cauce.replay.columns import RECORDED, Compared
from cauce.replay.outcome import OrderOutcome
from cauce.replay.window import Window
from cauce.runtime.doors.gazetteer import every_place
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Record
from cauce.runtime.log_reader import read_to_end
from cauce.runtime.settings import Settings
from schemas.topics import BY_NAME

COMMANDS = "stock-commands"
NEEDED = (BY_NAME[COMMANDS],)  # a deployment that is yet to get the topics of this release can be asked as well


def run(
    servers: str, settings: Settings, files: Sequence[Path], window: Window,
    *, against: str, jobs: int, html: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Read the keepers' inputs, decide them for each column, and show where it differs. Only the page is written."""
    givens = read_givens(files)
    if against not in (names := [RECORDED, *(given.name for given in givens)]):
        raise Unavailable(f"--against {against!r} is no column; there are {', '.join(names)}")
    with Screen(stderr=True).status("reading") as status:
        records = asyncio.run(_recorded(servers, settings))
        found = compared(settings, records, givens, window, against=against, jobs=jobs, tell=status.update)
    if html:
        with Screen(stderr=True).status("drawing"):
            _write(html, html_page(found, every_place(settings.gazetteer) if settings.gazetteer else ()))
    if as_json:
        say_json(to_json(found), indent=2)
    else:
        Screen().print(page(found, html))


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as fault:
        raise Unavailable(f"the page cannot be written to {path}: {fault.strerror}; name another with --html") from None


async def _recorded(servers: str, settings: Settings) -> list[Record]:
    return [record async for record in read_to_end(servers, settings, [COMMANDS])]


def to_json(found: Compared) -> dict[str, Any]:
    """All of it for a program, by column; money in minor units."""
    return {
        "replaced": found.replaced,
        "against": found.against,
        "hashes": {column.name: column.hash for column in found.columns},
        "figures": found.figures(),
        "sites": {column.name: column.load for column in found.columns},
        "differing": [_differing(found, order_id) for order_id in found.differing()],
    }


def _differing(found: Compared, order_id: str) -> dict[str, Any]:
    sources = {column.name: _source(column.orders.get(order_id)) for column in found.columns}
    return {"order_id": order_id, "order_number": found.columns[0].orders[order_id].number, "sourced": sources}


def _source(order: OrderOutcome | None) -> dict[str, Any] | None:
    if order is None:
        return None
    return {"sites": dict(order.plan()), "meters": order.meters, "cost": dict(order.cost)}

"""`cauce teams`: what teams and suppliers were told of stock and of promise dates."""

import click

from cauce.cli import order_words as words
from cauce.cli.plain import say, say_json
from cauce.cli.screen import Screen, grid, text
from cauce.runtime.settings import Settings
from schemas.teams import TeamKind
from services.insight.reading import Fields, reading, to_json
from services.insight.team_reading import told_to

_KINDS = click.Choice([kind.value for kind in TeamKind])
_NOBODY = "nobody was told of such a thing; who hears what: `addressees.yaml` (docs/stock.md, Who is told)"


@click.command()
@click.argument("names", nargs=-1)
@click.option("--kind", "kinds", multiple=True, type=_KINDS, help="Of this kind; may be given again.")
@click.option("--failed", is_flag=True, help="Only what could not be delivered.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(names: tuple[str, ...], kinds: tuple[str, ...], *, failed: bool, limit: int, as_json: bool) -> None:
    """Show what teams and suppliers were told.

    All of them, or those of NAMES; the latest first. A notice is here once a mail server or webhook has answered.
    """
    with reading(Settings()) as connection:
        found = told_to(connection, names=names, kinds=kinds, failed=failed, limit=limit)
    if as_json:
        for notice in found:
            say_json({name: value for name, value in notice.items() if value is not None}, default=to_json)
    elif found:
        _show(found)
    else:
        say(_NOBODY)


def _show(found: list[Fields]) -> None:
    table = grid("at", "to", "kind", "notice", "delivered", whole=("at", "to", "kind"))
    for notice in found:
        end = f"no: {notice['detail']}" if notice["failed_at"] else "yes"
        table.add_row(
            text(words.moment(notice["at"])),
            text(notice["addressee"].replace(":", " ")),
            text(notice["kind"].replace("_", " ")),
            text(notice["subject"]),
            text(end, "red" if notice["failed_at"] else ""),
        )
    Screen().print(table)

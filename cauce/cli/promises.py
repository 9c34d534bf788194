"""`cauce promises`: how many of the dates that customers were promised were kept."""

import json

import click

from cauce.cli.plain import say, say_content
from cauce.cli.screen import Screen, grid, text
from cauce.runtime.settings import Settings
from services.insight.promise_reading import By, Kept, kept_by
from services.insight.reading import reading

_BARS = "▁▂▃▄▅▆▇█"
_GOOD, _FAIR = 0.95, 0.85
_WEEKS = 12
_GROUPS = [by.value for by in By]


@click.command()
@click.option("--by", default="site", type=click.Choice(_GROUPS), show_default=True, help="What to count by.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(*, by: str, as_json: bool) -> None:
    """Show how many promise dates were kept.

    A shipment counts once its customer has it, or once its day is over.
    """
    with reading(Settings()) as connection:
        found = kept_by(connection, By(by))
    if as_json:
        for each in found:
            say_content(json.dumps({**each._asdict(), "rate": round(each.rate, 4)}))
    elif not found:
        say("no promise date is over yet; which pools promise dates: docs/promises.md")
    else:
        _show(found, by)


def _show(found: list[Kept], by: str) -> None:
    numbers = ("kept", "broken", "at risk", "rate")
    table = grid(by, *numbers, f"last {_WEEKS} weeks", right=numbers, whole=numbers)
    for each in found:
        color = "green" if each.rate >= _GOOD else "yellow" if each.rate >= _FAIR else "red"
        table.add_row(
            text(each.group, "bold" if each is found[-1] else ""),
            *(text(f"{count:,}") for count in (each.kept, each.broken, each.at_risk)),
            text(f"{each.rate:.1%}", color),
            text(sparkline(list(each.weeks.values())[-_WEEKS:]), color),
        )
    Screen().print(table)


def sparkline(shares: list[float]) -> str:
    """A bar a share, of 0 to 1."""
    return "".join(_BARS[round(share * (len(_BARS) - 1))] for share in shares)

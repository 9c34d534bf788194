"""`cauce site close | open | list`: sites that send nothing for a while."""

from collections.abc import Iterable
from datetime import datetime

import click
from rich.console import RenderableType

from cauce.cli import order_words as words
from cauce.cli.forms import NAME, named
from cauce.cli.plain import say, say_json
from cauce.cli.screen import Screen, grid, text
from cauce.cli.stock_requests import SITE, hand_in
from cauce.runtime.clock import clock_of
from cauce.runtime.settings import Settings
from schemas.stock_forms import SiteClosure, SiteOpening
from services.insight.reading import Fields, reading, to_json
from services.insight.site_reading import closures_standing

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def command() -> None:
    """Close a site and open it again.

    Nothing is promised from a closed site, and `cauce explain` says so. What is promised from it and not packed is
    called back and decided on anew.
    """


@command.command()
@SITE
@click.option("--from", "begins", type=DAY, metavar="YYYY-MM-DD", help="The first day; now if it is not said, or past.")
@click.option(
    "--to", "ends", type=DAY, metavar="YYYY-MM-DD", help="The last day; until it is opened if it is not said."
)
@click.option("--reason", required=True, help="Why: people read it in explanations.")
@NAME
def close(site: str, begins: datetime | None, ends: datetime | None, reason: str, name: str) -> None:
    """Promise nothing from SITE. Closing it again takes the place of the closure before."""
    closure, today = named(name, "closure"), clock_of(Settings()).now().date()
    first, last = begins.date() if begins else today, ends.date() if ends else None
    if last and last < max(first, today):
        raise click.BadParameter(f"--to {last}: it would be open again before it is closed; today is {today}")
    later = first if first > today else None
    form = SiteClosure(closure=closure, site=site, begins_on=later, ends_on=last, reason=reason)
    since = f"from {later} on" if later else "now"
    hand_in(form, f"closure {closure} is handed in: {site} is closed {since}; end it with: cauce site open {site}")


@command.command(name="open")
@SITE
@NAME
def open_(site: str, name: str) -> None:
    """SITE sends again; whoever waits for what it has is served."""
    form = SiteOpening(opening=named(name, "opening"), site=site)
    hand_in(form, f"opening {form.opening} is handed in: {site} is open")


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(*, as_json: bool) -> None:
    """List the sites that are closed or will be: since when, until when, and why."""
    with reading(Settings()) as connection:
        found = closures_standing(connection)
    if as_json:
        for closure in found:
            say_json(closure, default=to_json)
    elif found:
        Screen().print(page(found))
    else:
        say("every site is open")


def page(closures: Iterable[Fields]) -> RenderableType:
    """The closures that stand."""
    table = grid("site", "state", "since", "until", "why")
    for one in closures:
        since = words.moment(one["at"]) if one["closed"] else f"from {one['begins_on']} on"
        until = f"the end of {one['ends_on']}" if one["ends_on"] else "it is opened"
        cells = (one["site"], "closed" if one["closed"] else "will close", since, until, one["reason"])
        table.add_row(*map(text, cells))
    return table

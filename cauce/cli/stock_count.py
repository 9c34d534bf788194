"""`cauce stock count`: shelves counted without knowing the figure, and what of a difference waits for a person."""

import click

from cauce.cli.forms import NAME, named
from cauce.cli.plain import say
from cauce.cli.screen import Screen
from cauce.cli.stock_page import count_page, counts_page
from cauce.cli.stock_requests import SITE, hand_in, units_of, worth_of
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings
from schemas.stock_forms import CountDecision, CountedLine, CountOpening, CountReport
from services.insight.reading import reading
from services.insight.stock_reading import count_named, counts_open

COUNT = click.argument("count")
LISTED = 200


@click.group(name="count")
def command() -> None:
    """Count shelves.

    The book is frozen when a count is opened, and not told to the counter. What is reported is compared with it; what
    moved in between is no difference.
    """


@command.command(name="open")
@SITE
@click.argument("skus", nargs=-1, required=True)
@click.option("--approve-above", nargs=2, default=None, metavar="AMOUNT CURRENCY", help="What is worth more waits.")
@NAME
def open_(site: str, skus: tuple[str, ...], approve_above: tuple[str, str] | None, name: str) -> None:
    """Have SKUS counted at SITE. Prints the count's name, which the report needs."""
    count = named(name, "count")
    form = CountOpening(count=count, site=site, skus=skus, approve_above=worth_of(approve_above))
    hand_in(form, f"count {count} is asked for; report with: cauce stock count report {count} {site} SKU=UNITS ...")


@command.command()
@COUNT
@SITE
@click.argument("units", nargs=-1, required=True, metavar="SKU=UNITS...")
@NAME
def report(count: str, site: str, units: tuple[str, ...], name: str) -> None:
    """Report what is on the shelves of SITE: every sku of COUNT, zero where there is none."""
    lines = tuple(CountedLine(sku=sku, counted=counted) for sku, counted in units_of(units, least=0).items())
    form = CountReport(report=named(name, "report"), count=count, site=site, lines=lines)
    hand_in(form, f"count {count} is reported; see: cauce stock count show {count}")


@command.command()
@COUNT
@SITE
@NAME
def approve(count: str, site: str, name: str) -> None:
    """Take the differences of COUNT, which waits, into the book."""
    _decide(count, site, name, approved=True)


@command.command()
@COUNT
@SITE
@NAME
def refuse(count: str, site: str, name: str) -> None:
    """Leave the book as it is: the differences of COUNT, which waits, are not believed."""
    _decide(count, site, name, approved=False)


def _decide(count: str, site: str, name: str, *, approved: bool) -> None:
    form = CountDecision(decision=named(name, "decision"), count=count, site=site, approved=approved)
    word = "approved" if approved else "refused"
    hand_in(form, f"count {count} is {word}; see: cauce stock count show {count}")


@command.command()
@COUNT
def show(count: str) -> None:
    """Show COUNT: what to count while it is open, the book beside what was counted once it is reported."""
    with reading(Settings()) as connection:
        found = count_named(connection, count)
    if not found:
        raise Unavailable(f"no count is named {count!r}: see `cauce stock count list`")
    screen = Screen()
    for one, lines in found:
        screen.print(count_page(one, lines))


@command.command(name="list")
def list_() -> None:
    """Counts that are open, or wait for approval, the oldest first."""
    with reading(Settings()) as connection:
        found = counts_open(connection, limit=LISTED)
    if not found:
        say("no count is open")
        return
    Screen().print(counts_page(found))

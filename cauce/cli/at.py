"""`cauce at TIME order | stock`: what the facts had said by an instant."""

import asyncio
import csv
import io
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import NamedTuple

import click
from sqlalchemy import Engine

from cauce.cli.at_page import order_page_at, stock_page
from cauce.cli.named import INSTANT, order_id_of
from cauce.cli.order_timeline import in_order_of_cause
from cauce.cli.plain import say_content, say_json
from cauce.cli.recorded import present, recorded
from cauce.cli.screen import Screen
from cauce.cli.what_if_files import STOCK_COLUMNS
from cauce.replay.window import time_of
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Record
from cauce.runtime.log_reader import read_to_end
from cauce.runtime.settings import Settings
from schemas.envelope import instant_text
from services.insight.reading import Fields, orders_named, positions_of, story_of, to_json
from services.insight.rebuilding import IN_MEMORY, build, fresh_engine
from services.insight.translate import INPUTS

LEDGER = ("stock-moved",)


class _Asked(NamedTuple):
    settings: Settings
    at: datetime

    def built(self, topics: Iterable[str], concerns: bytes) -> Engine:
        """A read model in memory, of what these topics said until then that has `concerns` in it."""
        servers = recorded(self.settings)
        present(self.settings, servers, topics)
        engine = fresh_engine(self.settings, IN_MEMORY)
        with Screen(stderr=True).status("reading"):
            records = read_to_end(servers, self.settings, topics)
            asyncio.run(build(engine, records, partial(said_by, self.at, concerns)))
        return engine


def said_by(at: datetime, concerns: bytes, record: Record) -> bool:
    """Whether a fact is about it, and had been said at `at`."""
    if record.key != concerns and concerns not in (record.value or b""):
        return False
    said = time_of(record.headers)
    return said is not None and said <= at


@click.group()
@click.argument("time", type=INSTANT)
@click.pass_context
def command(context: click.Context, time: datetime) -> None:
    """Show what the facts had said by TIME.

    TIME is an instant such as 2010-12-01T12:30:00Z, in UTC where it names no zone, by the deployment's clock. It is
    read from the topics, in memory; the read model is not asked, but for the name of an order.
    """
    context.obj = _Asked(Settings(), time)


@command.command()
@click.argument("order")
@click.option("--all", "everything", is_flag=True, help="Every fact: the stock ledger and what others echo as well.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def order(asked: _Asked, order: str, *, everything: bool, as_json: bool) -> None:
    """Show ORDER as it was."""
    order_id = order_id_of(asked.settings, order)
    engine = asked.built(INPUTS, order_id.encode())
    with engine.connect() as connection:
        found = [one for one in orders_named(connection, order_id, limit=2) if one["order_id"] == order_id]
        if not found:
            raise Unavailable(f"no fact had spoken of the order {order_id!r} by {instant_text(asked.at)}")
        story = story_of(connection, found[0])
    story = story._replace(timeline=in_order_of_cause(story.timeline))
    if as_json:
        say_json({"at": instant_text(asked.at), **story._asdict()}, indent=2, default=to_json)
    else:
        screen = Screen()
        screen.print(order_page_at(asked.at, story, everything=everything, width=screen.width))


@command.command()
@click.argument("sku", default="")
@click.option("--site", default="", help="Only this site.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="So many positions on the page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, of every position.")
@click.option("--csv", "as_csv", is_flag=True, help="What is on hand, as the `stock.csv` of a what-if.")
@click.pass_obj
def stock(asked: _Asked, sku: str, *, site: str, limit: int, as_json: bool, as_csv: bool) -> None:
    """Show what each site had of SKU, or of everything."""
    if as_csv and as_json:
        raise click.UsageError("--csv and --json are asked for one at a time")
    engine = asked.built(LEDGER, (sku or site).encode())
    with engine.connect() as connection:
        found = positions_of(connection, sku=sku, site=site)
    if not found:
        what = " at ".join(filter(None, (repr(sku) if sku else "stock", repr(site) if site else "")))
        raise Unavailable(f"the ledger had no {what} by {instant_text(asked.at)}")
    if as_csv:
        say_content(_on_hand(found))
    elif as_json:
        say_json({"at": instant_text(asked.at), "positions": found}, default=to_json)
    else:
        Screen().print(stock_page(asked.at, found, limit=limit))


def _on_hand(positions: Iterable[Fields]) -> str:
    """The `stock.csv` of these positions."""
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow(STOCK_COLUMNS)
    table.writerows((one["site"], one["sku"], one["on_hand"]) for one in positions if one["on_hand"])
    return file.getvalue().rstrip("\n")

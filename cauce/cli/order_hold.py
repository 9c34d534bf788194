"""`cauce order hold | release`: an order stands still, and goes on, by the word of somebody who may say so."""

from datetime import UTC, datetime

import click

from cauce.cli.forms import NAME, hand_in, named
from cauce.cli.order_names import ORDER, Named, named_order
from schemas.holds import RELEASED_BY, HoldKind
from schemas.order_forms import HoldRelease, OrderHold
from schemas.raw import RawTopic

BY = click.option("--by", "asked_by", default="console", show_default=True, help="Who asks, for the record.")
REASON = click.option("--reason", default="", help="A short code, such as called-the-bank.")


@click.command()
@ORDER
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in HoldKind]), help="Why it is held.")
@click.option(
    "--scope",
    type=click.Choice(["order", "line", "shipment"]),
    default="order",
    show_default=True,
    help="What is held.",
)
@click.option("--of", "numbers", multiple=True, type=click.IntRange(min=1), help="The line or shipment. Repeatable.")
@REASON
@click.option("--until", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="When it goes on by itself, in UTC.")
@BY
@NAME
def hold(
    order: str,
    kind: str,
    *,
    scope: str,
    numbers: tuple[int, ...],
    reason: str,
    until: datetime | None,
    asked_by: str,
    name: str,
) -> None:
    """Let ORDER stand still, or some lines or shipments of it.

    Which stage a kind stops, and who may release it: docs/holds.md.
    """
    if (scope == "order") == bool(numbers):
        raise click.BadParameter("name the lines or shipments with --of, and only those of such a scope")
    found = named_order(order)
    form = OrderHold(
        channel=found.channel,
        order=found.channel_order,
        request=named(name, "hold"),
        hold=HoldKind(kind),
        lines=numbers if scope == "line" else (),
        shipments=numbers if scope == "shipment" else (),
        reason=reason,
        until=until.replace(tzinfo=UTC) if until else None,
        asked_by=asked_by,
    )
    may = " or ".join(RELEASED_BY[form.hold])
    _say(form, found, f"hold {form.request} is handed in; {may} may release it; see: cauce order show {found.order_id}")


@click.command()
@ORDER
@click.option("--hold", "what", required=True, help="The hold's own name, or a kind: all holds of that kind.")
@click.option("--role", required=True, help="What you are, such as finance: a hold says who may release it.")
@REASON
@BY
@NAME
def release(order: str, what: str, *, role: str, reason: str, asked_by: str, name: str) -> None:
    """Let a held ORDER go on."""
    found = named_order(order)
    form = HoldRelease(
        channel=found.channel,
        order=found.channel_order,
        request=named(name, "release"),
        hold=what,
        role=role,
        reason=reason,
        asked_by=asked_by,
    )
    _say(form, found, f"release {form.request} is handed in; see: cauce order show {found.order_id}")


def _say(form: OrderHold | HoldRelease, found: Named, done: str) -> None:
    hand_in(form, RawTopic.CHANNEL_ORDERS, found.channel_order, done)


COMMANDS = (hold, release)

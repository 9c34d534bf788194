"""`cauce order cancel`: what a customer does not want any more, as far as it can still be stopped."""

import click

from cauce.cli.forms import NAME, hand_in, named
from cauce.cli.order_names import ORDER, named_order
from schemas.raw import ChannelCancellation, RawTopic

REASON = click.option("--reason", default="", help="A short code, such as changed-mind.")


@click.command()
@ORDER
@click.option("--line", "lines", multiple=True, type=click.IntRange(min=1), help="Only this line. Repeatable.")
@REASON
@NAME
def cancel(order: str, *, lines: tuple[int, ...], reason: str, name: str) -> None:
    """Cancel ORDER, whole or some lines of it, as far as it can still be stopped."""
    found = named_order(order)
    form = ChannelCancellation(
        channel=found.channel, order=found.channel_order, request=named(name, "cancel"), lines=lines, reason=reason
    )
    done = f"cancellation {form.request} is handed in; see: cauce order show {found.order_id}"
    hand_in(form, RawTopic.CHANNEL_ORDERS, found.channel_order, done)


COMMANDS = (cancel,)

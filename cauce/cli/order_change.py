"""`cauce order change | cancel | redirect`: what a customer wants otherwise, as far as it can still be done."""

import re

import click

from cauce.cli.forms import NAME, hand_in, named
from cauce.cli.order_names import ORDER, Named, named_order
from cauce.cli.stock_requests import worth_of
from schemas.order_forms import GoodsWanted, MoneyTaken, NewAddress, OrderChange, OrderRedirect, QuantityWanted
from schemas.orders import ShipOption
from schemas.raw import ChannelCancellation, RawTopic

REASON = click.option("--reason", default="", help="A short code, such as changed-mind.")
BY = click.option("--by", "asked_by", default="console", show_default=True, help="Who asks, for the record.")
_LINE, _GOODS = re.compile(r"([1-9][0-9]*)=([0-9]+)"), re.compile(r"(.+)=([1-9][0-9]*)@([0-9.]+)")


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
    _say(form, found)


@click.command()
@ORDER
@click.option("--line", "lines", multiple=True, metavar="LINE=UNITS", help="So many units in all; 0 removes it.")
@click.option("--add", "goods", multiple=True, metavar="SKU=UNITS@PRICE", help="Goods to add, at a price a unit.")
@click.option(
    "--paid", "paid", multiple=True, nargs=3, metavar="PROVIDER REFERENCE AMOUNT", help="What was paid for it."
)
@REASON
@BY
@NAME
def change(
    order: str,
    *,
    lines: tuple[str, ...],
    goods: tuple[str, ...],
    paid: tuple[tuple[str, str, str], ...],
    reason: str,
    asked_by: str,
    name: str,
) -> None:
    """Change the quantities of ORDER.

    Fewer units are canceled as far as they can be stopped. More of them, or other goods, become an order beside it, at
    the line's own price; it has the order's number, a plus and this request's name.
    """
    found = named_order(order)
    form = OrderChange(
        channel=found.channel,
        order=found.channel_order,
        request=named(name, "change"),
        currency=found.currency,
        quantities=tuple(_quantity(one) for one in lines),
        add=tuple(_goods(one, found.currency) for one in goods),
        payments=tuple(
            MoneyTaken(
                payment_id=f"{found.channel_order}-{reference}",
                provider=provider,
                reference=reference,
                amount=_minor(amount, found.currency),
            )
            for provider, reference, amount in paid
        ),
        reason=reason,
        asked_by=asked_by,
    )
    _say(form, found)


@click.command()
@ORDER
@click.option("--ship-option", type=click.Choice([option.value for option in ShipOption]), help="Another way to ship.")
@click.option("--address", is_flag=True, help="Another address: all of it, as it replaces what was known.")
@click.option("--to", "name_of", default="", help="Who receives it.")
@click.option("--email", default="", help="Where notices go; without it the customer hears nothing more.")
@click.option("--phone", default="")
@click.option("--street", default="")
@click.option("--city", default="")
@click.option("--postal-code", default="")
@click.option("--country", default="", help="Two letters, ISO 3166.")
@REASON
@BY
@NAME
def redirect(
    order: str, *, ship_option: str | None, address: bool, reason: str, asked_by: str, name: str, **said: str
) -> None:
    """Send what is not packed of ORDER to another address, or another way."""
    if address != any(said.values()):
        raise click.BadParameter("an address is named whole, with --address, --to, --street, --country and the rest")
    if not address and ship_option is None:
        raise click.BadParameter("name another address, or another --ship-option")
    found = named_order(order)
    form = OrderRedirect(
        channel=found.channel,
        order=found.channel_order,
        request=named(name, "redirect"),
        person=found.person_id if address else None,
        ship_to=NewAddress(name=said.pop("name_of"), **said) if address else None,
        ship_option=ShipOption(ship_option) if ship_option else None,
        reason=reason,
        asked_by=asked_by,
    )
    _say(form, found)


def _say(form: ChannelCancellation | OrderChange | OrderRedirect, found: Named) -> None:
    done = f"{form.kind} {form.request} is handed in; see: cauce order show {found.order_id}"
    hand_in(form, RawTopic.CHANNEL_ORDERS, found.channel_order, done)


def _quantity(said: str) -> QuantityWanted:
    read = _LINE.fullmatch(said)
    if read is None:
        raise click.BadParameter(f"{said}: expected LINE=UNITS, such as 2=5")
    return QuantityWanted(line=int(read[1]), quantity=int(read[2]))


def _goods(said: str, currency: str) -> GoodsWanted:
    read = _GOODS.fullmatch(said)
    if read is None:
        raise click.BadParameter(f"{said}: expected SKU=UNITS@PRICE, such as MUG=2@12.50")
    return GoodsWanted(sku=read[1], quantity=int(read[2]), unit_price=_minor(read[3], currency))


def _minor(said: str, currency: str) -> int:
    worth = worth_of((said, currency))
    return worth.amount if worth else 0


COMMANDS = (cancel, change, redirect)

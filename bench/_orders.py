"""The orders of the built-in company as a channel writes them: as many as are asked for, each made in a microsecond."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from cauce.demo.builtin import SKUS, order_of
from cauce.demo.channel import PROVIDER
from schemas.raw import ChannelPayment

LINES = 3
NEW_CUSTOMERS = 0.4  # of all orders; the others come from somebody who ordered before
_FORMS = 5_000  # filled one after another, with a number and a customer of their own
_NUMBER, _CUSTOMER = "@number@", "@customer@"


class RawOrder(NamedTuple):
    """An order on its way in: its number at the channel is its key."""

    number: str
    value: bytes


def goods(skus: int | None = None) -> dict[str, str]:
    """The company's goods, or as many of the same kind: a name by sku."""
    if skus is None:
        return SKUS
    return {f"{100_000 + number}": f"thing {number}" for number in range(skus)}


def orders(of: dict[str, str], at: datetime | None = None) -> Iterator[RawOrder]:
    """Orders without end, numbered from 1, prepaid, of LINES lines each, all placed now or `at` one time."""
    forms = [_form(str(number), at or datetime.now(UTC), of) for number in range(_FORMS)]
    number, newest = 0, 0
    while True:
        number += 1
        if newest < number * NEW_CUSTOMERS:
            newest += 1
            customer = newest
        else:
            customer = 1 + number * 7919 % newest
        form = forms[number % len(forms)]
        value = form.replace(_NUMBER.encode(), b"%d" % number).replace(_CUSTOMER.encode(), b"c%d" % customer)
        yield RawOrder(str(number), value)


def _form(name: str, at: datetime, of: dict[str, str]) -> bytes:
    order = order_of(name, at, customer=f"form{name}", lines=LINES, goods=of)
    amount = sum(line.amount for line in order.lines) + sum(charge.amount for charge in order.charges)
    payment = ChannelPayment(payment_id=f"pay-{_NUMBER}", provider=PROVIDER, reference=f"ch-{_NUMBER}", amount=amount)
    address = order.ship_to.model_copy(update={"email": f"{_CUSTOMER}@customers.example", "name": _CUSTOMER})
    told = {"order": _NUMBER, "customer": _CUSTOMER, "ship_to": address, "payments": (payment,)}
    return order.model_copy(update=told).model_dump_json(exclude_none=True).encode()

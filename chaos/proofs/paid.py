"""The messages about orders that were paid and get money back, as intake and returns would publish them."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaProducer

from cauce.money import Money
from cauce.places import Coordinates
from schemas.base import Sealed
from schemas.envelope import Envelope
from schemas.orders import Customer, Destination, OrderPlaced, Payment, ShipOption
from schemas.returns import RefundLine, RefundRequested

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PERSON = Customer(
    person_id="person-1", country="GB", personal=Sealed(person_id="person-1", nonce=b"n" * 12, content=b"sealed")
)


def amount_paid(number: int) -> Money:
    """For an order, another sum each."""
    return _gbp(1000 + number)


def sum_owed(number: int) -> Money:
    """What an order is to get back."""
    return _gbp(500 + number)


def order_of(number: int, charge: str) -> OrderPlaced:
    """An order that the provider was paid for by a charge."""
    return OrderPlaced(
        order_id=f"o-{number}",
        order_number=f"C-{number}",
        channel="shop",
        channel_order=str(number),
        placed_at=NOON,
        currency="GBP",
        customer=PERSON,
        destination=Destination(country="GB", coordinates=Coordinates(latitude=51.5, longitude=-0.12)),
        ship_option=ShipOption.STANDARD,
        deliver_by=NOON,
        lines=(),
        payments=(Payment(payment_id="pay-1", provider="sandbox", reference=charge, amount=amount_paid(number)),),
    )


def refund_of(number: int) -> RefundRequested:
    """The request for its refund."""
    return RefundRequested(
        order_id=f"o-{number}",
        order_number=f"C-{number}",
        refund_id=f"Ro-{number}-1:desk",
        return_id=f"Ro-{number}-1",
        lines=(RefundLine(line_id="1", quantity=1, amount=sum_owed(number), tax=_gbp(0)),),
        amount=sum_owed(number),
        customer=PERSON,
    )


async def write(servers: str, topic: str, messages: Iterable[Any], identity: str) -> None:
    """Write messages about orders to a topic, in order; `identity` makes an id of an order's."""
    async with AIOKafkaProducer(bootstrap_servers=servers, linger_ms=5) as producer:
        sent = []
        for message in messages:
            envelope = Envelope(
                identity.format(message.order_id), message.type, "/cauce/proof/0", message.order_id, 1, NOON, "1"
            )
            key, value = message.order_id.encode(), message.to_bytes()
            sent.append(await producer.send(topic, value, key=key, headers=envelope.to_headers()))
        await asyncio.gather(*sent)


def _gbp(amount: int) -> Money:
    return Money(amount=amount, currency="GBP")

"""Taking an order: the same content once, other content under its number set aside, the rest judged."""

from datetime import UTC, datetime, timedelta

import orjson

from cauce.ids import digest
from schemas.orders import OrderConflicted, OrderPlaced, OrderRefused, PlaceOrder, ShipOption
from schemas.reference import Policy
from services.intake.domain.commands import Event, TakeOrder
from services.intake.domain.kits import exploded
from services.intake.domain.refusals import refusals
from services.intake.domain.rules import holds_of
from services.intake.domain.state import Order

DELIVER_WITHIN_DAYS = 7  # where no policy was published

_DERIVED = {"order_id", "destination", "address_gaps"}  # the door's work, which a later door may do better


def take_order(order: Order, command: TakeOrder) -> tuple[Event, ...]:
    """Nothing for content that was decided on before. A refused order may be mended and sent again."""
    asked = command.order
    content = content_digest(asked)
    if order.knows_content(content):
        return ()
    if order.taken:
        return (_conflict(order, asked, content),)
    reasons = refusals(command)
    if reasons:
        return (
            OrderRefused(
                order_id=asked.order_id,
                order_number=order_number(asked),
                channel=asked.channel,
                channel_order=asked.channel_order,
                customer=asked.customer,
                reasons=reasons,
                digest=content,
            ),
        )
    return (_placed(command, content),)


def content_digest(order: PlaceOrder) -> str:
    """A digest of what the channel sent: fields by name and without defaults, so that new ones change nothing.

    Sealed details are in it as they are; the same details are the same bytes, under the same key.
    """
    content = order.model_dump(mode="json", exclude=_DERIVED, exclude_defaults=True)
    return digest(orjson.dumps(content, option=orjson.OPT_SORT_KEYS))


def order_number(order: PlaceOrder) -> str:
    """The number that people read."""
    return f"{order.channel.upper()}-{order.channel_order}"


def deliver_by(at: datetime, policy: Policy | None, option: ShipOption) -> datetime:
    """The end of the last day in UTC on which the promise is kept. Raises KeyError for an option not offered."""
    days = policy.deliver_within_days[option] if policy else DELIVER_WITHIN_DAYS
    day = at.astimezone(UTC) + timedelta(days=days)
    return day.replace(hour=23, minute=59, second=59, microsecond=0)


def _conflict(order: Order, asked: PlaceOrder, content: str) -> OrderConflicted:
    return OrderConflicted(
        order_id=asked.order_id,
        channel=asked.channel,
        channel_order=asked.channel_order,
        digest=content,
        first_digest=order.digest,
    )


def _placed(command: TakeOrder, content: str) -> OrderPlaced:
    order = command.order
    lines, kits = exploded(order.lines, command.recipes)
    return OrderPlaced.model_validate(
        {
            **dict(order),
            "order_number": order_number(order),
            "deliver_by": deliver_by(command.at, command.policy, order.ship_option),
            "lines": lines,
            "digest": content,
            "holds": holds_of(command) or None,
            "kits": kits,
        }
    )

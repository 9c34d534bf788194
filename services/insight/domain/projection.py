"""`project(fact)`: the rows of any fact. What is new in a release and unknown here is told to nobody, and counted."""

from schemas.base import Message
from services.insight.domain import buyers, desk, holds, money, notices, orders, returns, shipments, stock
from services.insight.domain.attention import exceptions
from services.insight.domain.rows import Fact, Projection, Row
from services.insight.domain.story import timeline

PROJECTIONS: dict[type[Message], Projection] = {
    **orders.PROJECTIONS,
    **holds.PROJECTIONS,
    **stock.PROJECTIONS,
    **desk.PROJECTIONS,
    **buyers.PROJECTIONS,
    **shipments.PROJECTIONS,
    **returns.PROJECTIONS,
    **money.PROJECTIONS,
    **notices.PROJECTIONS,
}
_BY_TYPE = {fact.type: projection for fact, projection in PROJECTIONS.items()}  # a light form has its model's type


def is_projected(message: Message) -> bool:
    """Whether anything is projected of such facts."""
    return message.type in _BY_TYPE


def project(fact: Fact) -> tuple[Row, ...]:
    """The rows to merge because of a fact. Any order and any number of times give the same tables."""
    return (*_BY_TYPE[fact.message.type](fact, fact.message), *timeline(fact), *exceptions(fact))

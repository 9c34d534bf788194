"""The timeline of an order: a line for each fact, in order of time and, within one time, of cause and consequence."""

from schemas.effects import EffectAnswered
from services.insight.domain.rows import Fact, Row
from services.insight.domain.sentences import ENTRIES

_BY_TYPE = {fact.type: entry for fact, entry in ENTRIES.items()}


def timeline(fact: Fact) -> tuple[Row, ...]:
    """The line of a fact in its order's timeline; none for facts of no order."""
    entry = _BY_TYPE.get(fact.message.type)
    order_id = getattr(fact.message, "order_id", "") or _order_of_effect(fact)
    if entry is None or not order_id:
        return ()
    envelope = fact.envelope
    values = {
        "event_id": envelope.id,
        "order_id": order_id,
        "at": fact.at,
        "rank": entry.rank,
        "sequence": envelope.sequence,
        "main": entry.main,
        "type": envelope.type,
        "summary": entry.tell(fact.message),
        "source": envelope.source,
        "cause_id": envelope.cause_id,
        "release": envelope.release,
        "topic": fact.topic,
        "partition": fact.partition,
        "offset": fact.offset,
    }
    return (Row("timeline", values),)


def _order_of_effect(fact: Fact) -> str:
    """Payment effects are keyed by order; those of notices by person, and their order is in the notice."""
    if isinstance(fact.message, EffectAnswered) and fact.topic == "payments-results":
        return fact.message.subject
    return ""

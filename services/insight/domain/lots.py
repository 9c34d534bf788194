"""Where units of lots went: a row for each lot of an entry of the ledger."""

from datetime import date

from schemas.lots import LotRecalled
from schemas.stock import StockMoved
from services.insight.domain.rows import Fact, Row


def recall_rows(fact: Fact, recalled: LotRecalled) -> tuple[Row, ...]:
    """The recall of a lot."""
    about = {"sku": recalled.sku, "lot": recalled.lot, "recall_id": recalled.recall_id, "reason": recalled.reason}
    return (Row("lot_recalls", {**about, "at": fact.at}),)


def lot_rows(fact: Fact, moved: StockMoved) -> tuple[Row, ...]:
    """The lots of an entry, if it has any."""
    return tuple(
        Row(
            "lot_moves",
            {
                "event_id": fact.envelope.id,
                "lot": one.lot,
                "sku": moved.sku,
                "site": moved.site,
                "move": moved.move.value,
                "source": moved.source.value,
                "target": moved.target.value,
                "quantity": one.quantity,
                "expires_on": date.fromisoformat(one.expires_on) if one.expires_on else None,
                "order_id": moved.order_id,
                "reference": moved.reference,
                "at": fact.at,
                "sequence": fact.envelope.sequence,
            },
        )
        for one in moved.lots or ()
    )

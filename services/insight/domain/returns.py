"""Returns: asked for, authorized or refused, run out, received and graded. Customers' own words stay in the topics."""

from schemas.base import Message
from schemas.returns import (
    GoodsReturned,
    ReceiptRefused,
    ReturnAuthorized,
    ReturnExpired,
    ReturnPending,
    ReturnRefused,
)
from services.insight.domain.rows import Fact, Projection, Row, summed


def _pending(_fact: Fact, _pending: ReturnPending) -> tuple[Row, ...]:
    return ()  # it has no number yet; the timeline shows it


def _authorized(fact: Fact, authorized: ReturnAuthorized) -> tuple[Row, ...]:
    values = {
        "return_id": authorized.return_id,
        "order_id": authorized.order_id,
        "request_id": authorized.request_id,
        "site": authorized.site,
        "authorized_at": fact.at,
        "expires_at": authorized.expires_at,
    }
    lines = (
        Row(
            "return_lines",
            {
                "return_id": authorized.return_id,
                "line_id": line_id,
                "order_id": authorized.order_id,
                "sku": sku,
                "quantity": quantity,
            },
        )
        for (line_id, sku), quantity in summed(authorized.lines, "line_id", "sku").items()
    )
    return (Row("returns", values), *lines)


def _refused(fact: Fact, refused: ReturnRefused) -> tuple[Row, ...]:
    values = {
        "return_id": f"{refused.order_id}/{refused.request_id}/{refused.digest}",
        "order_id": refused.order_id,
        "request_id": refused.request_id,
        "refused_at": fact.at,
        "reasons": " ".join(reason.code for reason in refused.reasons),
    }
    return (Row("returns", values),)


def _expired(fact: Fact, expired: ReturnExpired) -> tuple[Row, ...]:
    values = {"return_id": expired.return_id, "order_id": expired.order_id, "expired_at": fact.at}
    return (Row("returns", values),)


def _returned(fact: Fact, returned: GoodsReturned) -> tuple[Row, ...]:
    values = {"return_id": returned.return_id, "order_id": returned.order_id, "received_at": fact.at}
    order = {"order_id": returned.order_id, "order_number": returned.order_number, "changed_at": fact.at}
    units = (
        Row(
            "returned_units",
            {
                "return_id": returned.return_id,
                "receipt_id": returned.receipt_id,
                "line_id": line_id,
                "grade": grade.value,
                "disposition": disposition.value,
                "order_id": returned.order_id,
                "sku": sku,
                "quantity": quantity,
            },
        )
        for (line_id, grade, disposition, sku), quantity in summed(
            returned.units, "line_id", "grade", "disposition", "sku"
        ).items()
    )
    return (Row("orders", order), Row("returns", values), *units)


def _receipt_refused(_fact: Fact, _refused: ReceiptRefused) -> tuple[Row, ...]:
    return ()


PROJECTIONS: dict[type[Message], Projection] = {
    ReturnPending: _pending,
    ReturnAuthorized: _authorized,
    ReturnRefused: _refused,
    ReturnExpired: _expired,
    GoodsReturned: _returned,
    ReceiptRefused: _receipt_refused,
}

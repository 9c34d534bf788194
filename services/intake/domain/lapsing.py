"""Units that waited too long for stock: intake asks for their cancellation as it would for a customer's."""

from schemas.changing import ChangeRequested
from schemas.orders import LineQuantity
from services.intake.domain.commands import CancelLapsed
from services.intake.domain.state import Order

LAPSED = "waited-too-long"
_ASKED_BY = "allocation"


def cancel_lapsed(order: Order, command: CancelLapsed) -> tuple[ChangeRequested, ...]:
    """A proposal for those that are left and not asked for yet; nothing for a lapse that was decided on before."""
    lapsed = command.lapsed
    request_id = f"lapse-{lapsed.lapse}"
    if order.open is None or order.knows_request(request_id):
        return ()
    left = order.open.left()
    free = {
        line.line_id: min(line.quantity, left[line.line_id] - order.open.asked(line.line_id)) for line in lapsed.lines
    }
    lines = tuple(LineQuantity(line_id=line_id, quantity=units) for line_id, units in free.items() if units > 0)
    if not lines:
        return ()
    return (
        ChangeRequested(
            order_id=lapsed.order_id,
            request_id=request_id,
            lines=lines,
            reason=LAPSED,
            asked_by=_ASKED_BY,
            ordered=order.open.ordered(lines),
            waiting=True,
        ),
    )

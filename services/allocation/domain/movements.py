"""Units that go aside within their site: into quarantine, back from it, or written off out of it.

As many go as there are; that a request was for more is told to a person: the others are promised, or not there.
"""

from collections.abc import Mapping

from schemas.movements import Movement, MoveStock
from schemas.stock import Bucket
from services.allocation.domain.backlog import serve
from services.allocation.domain.draft import Draft
from services.allocation.domain.lots import units_of
from services.allocation.domain.requests import refused
from services.allocation.domain.steps import CLEAR, SET_ASIDE, WRITE_OFF, Step
from services.allocation.domain.stock import Stock, StockEvent

_STEPS: Mapping[Movement, Step] = {
    Movement.QUARANTINE: SET_ASIDE,
    Movement.RELEASE: CLEAR,
    Movement.WRITE_OFF: WRITE_OFF,
}


def move(stock: Stock, command: MoveStock) -> tuple[StockEvent, ...]:
    """The entry, and the refusal of what could not be moved; released units go to those who wait."""
    if stock.has_seen(command.type, command.site, command.movement_id):
        return ()
    draft, step = Draft(stock, command.pool), _STEPS[command.movement]
    moved = min(command.quantity, _there(stock, draft, command, step.source))
    if moved:
        lots = [units_of(command.lot, moved)] if command.lot else None
        draft.move(step, command.sku, command.site, moved, lots, reference=command.movement_id)
    if moved < command.quantity:
        what = f"{command.sku} of lot {command.lot}" if command.lot else command.sku
        detail = f"{moved} of {command.quantity} {what} were {step.source} and are moved; look for the others"
        about = {"site": command.site, "request_id": command.movement_id}
        draft.say(refused(command, **about, code="too_few_units", detail=detail))
    if moved and step.target is Bucket.FREE:
        serve(stock, draft, (command.sku,), f"{command.type}/{command.natural_key()}")
    return tuple(draft.events)


def _there(stock: Stock, draft: Draft, command: MoveStock, source: Bucket) -> int:
    if source is Bucket.QUARANTINED and command.movement is Movement.RELEASE:
        return draft.fit_aside(command.sku, command.site, command.lot)
    if command.lot:
        return draft.of_lot(command.sku, command.site, source, command.lot)
    position = stock.position(command.sku, command.site)
    return position.free if source is Bucket.FREE else position.quarantined

"""Transfers between sites: sent whole or not at all, on hand at neither site on the way, received once.

What came is free at its new site, whatever was sent; the fact of the receipt holds both figures.
"""

from schemas.movements import (
    ReceiveTransfer,
    SendTransfer,
    TransferLine,
    TransferReceived,
    TransferSent,
)
from schemas.stock import Bucket, SkuQuantity
from services.allocation.domain import lot_rows
from services.allocation.domain import rows as kinds
from services.allocation.domain.backlog import serve
from services.allocation.domain.draft import Draft
from services.allocation.domain.lots import back, units_of
from services.allocation.domain.requests import refused
from services.allocation.domain.rows import Transfer, site_key
from services.allocation.domain.sourcing import units_by_sku
from services.allocation.domain.steps import SEND, UNPACK
from services.allocation.domain.stock import Stock, StockEvent, mark_seen


def send(stock: Stock, command: SendTransfer) -> tuple[StockEvent, ...]:
    """The units leave what is free; refused where they are not all there."""
    site, name = command.site, command.transfer_id
    if _row(stock, site, name) or stock.has_seen(command.type, site, name):
        return ()
    wanted, draft = units_by_sku(command.lines), Draft(stock, command.pool)
    short = [sku for sku, units in wanted.items() if stock.position(sku, site).free < units]
    short += [f"{sku} of lot {lot}" for sku, lot in _short_lots(draft, command)]
    if short or site == command.to_site:
        code = "too_few_units" if short else "same_site"
        detail = f"not so many are free: {', '.join(short)}" if short else "a transfer needs two sites"
        return (refused(command, site=site, request_id=name, code=code, detail=detail),)
    lines = tuple(SkuQuantity(sku=sku, quantity=units) for sku, units in wanted.items())
    draft.say(TransferSent(pool=command.pool, transfer_id=name, site=site, to_site=command.to_site, lines=lines))
    for (sku, lot), units in _units_by_lot(command).items():
        draft.move(SEND, sku, site, units, [units_of(lot, units)] if lot else None, reference=name)
    return tuple(draft.events)


def _units_by_lot(command: SendTransfer) -> dict[tuple[str, str], int]:
    """Those of a named lot before those of any."""
    units: dict[tuple[str, str], int] = {}
    for line in sorted(command.lines, key=lambda line: not line.lot):
        place = line.sku, line.lot or ""
        units[place] = units.get(place, 0) + line.quantity
    return units


def _short_lots(draft: Draft, command: SendTransfer) -> list[tuple[str, str]]:
    wanted = _units_by_lot(command).items()
    return [
        (sku, lot) for (sku, lot), units in wanted if lot and draft.of_lot(sku, command.site, Bucket.FREE, lot) < units
    ]


def receive(stock: Stock, command: ReceiveTransfer) -> tuple[StockEvent, ...]:
    """The units that came are free, and go to those who wait. Refused where no such transfer is on its way here."""
    if stock.has_seen(command.type, command.site, command.receipt_id):
        return ()
    transfer = _row(stock, command.from_site, command.transfer_id)
    if transfer is None or transfer.to_site != command.site or not transfer.lines:
        about = {"site": command.site, "request_id": command.receipt_id}
        detail = "no such transfer is on its way here: it never was, or it was received before"
        return (refused(command, **about, code="unknown_transfer", detail=detail),)
    draft = Draft(stock, command.pool)
    received = units_by_sku(command.lines)
    draft.say(_received(command, dict(transfer.lines), received))
    came = [sku for sku, units in received.items() if units]
    gone = stock.rows.get(lot_rows.GONE, lot_rows.transfer_key(command.from_site, command.transfer_id)) or {}
    for sku in came:
        lots = back(gone[sku], received[sku]) if sku in gone else None
        draft.move(UNPACK, sku, command.site, received[sku], lots, reference=command.transfer_id)
    serve(stock, draft, came, f"{command.type}/{command.natural_key()}")
    return tuple(draft.events)


def _received(command: ReceiveTransfer, sent: dict[str, int], received: dict[str, int]) -> TransferReceived:
    return TransferReceived(
        pool=command.pool,
        transfer_id=command.transfer_id,
        receipt_id=command.receipt_id,
        from_site=command.from_site,
        site=command.site,
        lines=tuple(
            TransferLine(sku=sku, sent=sent.get(sku, 0), received=received.get(sku, 0))
            for sku in dict.fromkeys([*sent, *received])
        ),
    )


def _row(stock: Stock, site: str, name: str) -> Transfer | None:
    found: Transfer | None = stock.rows.get(kinds.TRANSFERS, site_key(site, name))
    return found


def fold_sent(stock: Stock, event: TransferSent) -> None:
    """The units are on their way."""
    lines = tuple((line.sku, line.quantity) for line in event.lines)
    stock.rows.put(kinds.TRANSFERS, site_key(event.site, event.transfer_id), Transfer(event.to_site, lines))


def fold_received(stock: Stock, event: TransferReceived) -> None:
    """Nothing is on its way any more."""
    stock.rows.put(kinds.TRANSFERS, site_key(event.from_site, event.transfer_id), Transfer(event.site))
    on_way = lot_rows.transfer_key(event.from_site, event.transfer_id)
    if stock.rows.get(lot_rows.GONE, on_way) is not None:
        stock.rows.put(lot_rows.GONE, on_way, None)
    mark_seen(stock, ReceiveTransfer.type, event.site, event.receipt_id)

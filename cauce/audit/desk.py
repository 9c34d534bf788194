"""Law 5 for what a site's desk did: counts and transfers say of units what the ledger says."""

from collections import Counter
from typing import NamedTuple

from cauce.audit.record import Entry, Violation
from schemas.counts import CountApproved, CountReported, CountShort
from schemas.movements import TransferReceived, TransferSent
from schemas.stock import Bucket, Move, StockMoved


class Cause(NamedTuple):
    """Why units of a sku came to a site or left it: a count, or a transfer at one of its ends."""

    move: Move
    inward: bool
    site: str
    reference: str
    sku: str


class Desk:
    """A count moves exactly the difference it states, once it is settled, and a transfer what it sent and took in."""

    def __init__(self) -> None:
        self._moved: Counter[Cause] = Counter()
        self._stated: Counter[Cause] = Counter()
        self._waiting: dict[tuple[str, str], Counter[Cause]] = {}
        self._approved: set[tuple[str, str]] = set()
        self._place: dict[Cause, str] = {}

    def see(self, entry: Entry) -> None:
        """The facts are on three topics: they are compared at the end."""
        match entry.message:
            case StockMoved(move=Move.COUNTED | Move.TRANSFERRED) as moved:
                inward = moved.source is Bucket.OUTSIDE
                cause = Cause(moved.move, inward, moved.site, moved.reference, moved.sku)
                self._note(entry, self._moved, cause, moved.quantity)
            case CountReported() as reported:
                self._report(entry, reported)
            case CountApproved() as approved:
                self._approved.add((approved.site, approved.count_id))
            case CountShort() as short:
                cause = Cause(Move.COUNTED, False, short.site, short.count_id, short.sku)  # noqa: FBT003  # a field
                self._note(entry, self._stated, cause, -short.missing)
            case TransferSent() | TransferReceived() as transfer:
                self._transfer(entry, transfer)
            case _:
                pass

    def _report(self, entry: Entry, reported: CountReported) -> None:
        stated: Counter[Cause] = Counter()
        for line in reported.lines:
            difference = line.counted - line.book
            cause = Cause(Move.COUNTED, difference > 0, reported.site, reported.count_id, line.sku)
            self._note(entry, stated, cause, abs(difference))
        if reported.waits:
            self._waiting[reported.site, reported.count_id] = stated
        else:
            self._stated.update(stated)

    def _transfer(self, entry: Entry, transfer: TransferSent | TransferReceived) -> None:
        if isinstance(transfer, TransferSent):
            units, inward = [(line.sku, line.quantity) for line in transfer.lines], False
        else:
            units, inward = [(line.sku, line.received) for line in transfer.lines], True
        for sku, quantity in units:
            cause = Cause(Move.TRANSFERRED, inward, transfer.site, transfer.transfer_id, sku)
            self._note(entry, self._stated, cause, quantity)

    def _note(self, entry: Entry, counted: Counter[Cause], cause: Cause, units: int) -> None:
        counted[cause] += units
        self._place.setdefault(cause, entry.place)

    def violations(self) -> list[Violation]:
        """See Check."""
        for count in self._approved & self._waiting.keys():
            self._stated.update(self._waiting.pop(count))
        found = []
        for cause, place in self._place.items():
            stated, moved = self._stated[cause], self._moved[cause]
            if stated != moved:
                where = "to" if cause.inward else "from"
                detail = f"{cause.reference}: {stated} stated {where} {cause.site}, {moved} {cause.move}"
                found.append(Violation(5, place, f"{cause.sku} at {cause.site}", detail))
        return found

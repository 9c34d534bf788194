"""Which lots the entries of one decision move: named, else what expires first, else what their shipment line holds.

Only skus that have a lot come here. What nobody says the lot of is taken to be of the one that expires first at its
site, so that no unit is believed to last longer than it may.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from cauce.decider import Rows
from schemas.stock import Bucket, LotUnits
from services.allocation.domain import lot_rows
from services.allocation.domain.lot_rows import HeldLot
from services.allocation.domain.lots import (
    NO_LOT,
    Fits,
    Lot,
    Lots,
    SkuLots,
    any_lot,
    first_out,
    in_bucket,
    lasts,
    moved,
    turn,
    units_of,
    unsellable,
    with_rest,
)
from services.allocation.domain.rows import Position

_HELD = {Bucket.RESERVED: "reserved", Bucket.PICKED: "picked", Bucket.PACKED: "packed"}
_NO_LOTS: Mapping[str, Lot] = {}
Held = tuple[HeldLot, ...]


class Place(NamedTuple):
    """A sku at a site before some of its units move, and the shipment line whose units they are, if they are one's."""

    sku: str
    site: str
    lots: SkuLots
    position: Position
    held: str = ""


class LotDraft:
    """The lots as the entries of one decision leave them; it lives as long as the decision."""

    def __init__(self, rows: Rows, day: str, until: Callable[[str], str]) -> None:
        self._rows, self._day, self._until = rows, day, until
        self._lots: dict[tuple[str, str], Lots] = {}
        self._held: dict[str, Held] = {}

    def sellable(self, place: Place) -> int:
        """Free units that may still be promised."""
        return place.position.free - unsellable(self._at(place), self._until(place.sku), place.lots.recalled)

    def of_lot(self, place: Place, bucket: Bucket, lot: str) -> int:
        """Units of a lot in a bucket."""
        there = self._at(place).get(lot)
        return in_bucket(there, bucket) if there else 0

    def dated(self, place: Place, units: Iterable[LotUnits]) -> tuple[LotUnits, ...]:
        """Named units with their day of expiry, where the site knows it and who names them does not say."""
        there = self._at(place)
        known = ((one, there[one.lot].expires_on if one.lot in there else "") for one in units)
        return tuple(units_of(one.lot, one.quantity, one.expires_on or day) for one, day in known)

    def choose(self, place: Place, quantity: int, source: Bucket, target: Bucket) -> tuple[LotUnits, ...]:
        """The lots of units that are to move."""
        if source in _HELD:
            return self._of_line(place, quantity, source, back=target is Bucket.FREE)
        there = self._at(place)
        if source is Bucket.QUARANTINED and target is Bucket.FREE:
            return first_out(there, source, quantity, self._may_go_back(place))
        if source is Bucket.OUTSIDE:
            first = first_out(there, Bucket.FREE, 1)
            return (units_of(first[0].lot, quantity, first[0].expires_on) if first else units_of(NO_LOT, quantity),)
        return first_out(there, source, quantity, self._fits(place) if target is Bucket.RESERVED else any_lot)

    def _fits(self, place: Place) -> Fits:
        until = self._until(place.sku)
        return lambda name, lot: name not in place.lots.recalled and lasts(lot, until)

    def _of_line(self, place: Place, quantity: int, source: Bucket, *, back: bool) -> tuple[LotUnits, ...]:
        """What goes on is what expires first; what comes back is what may not be sent, then what lasts longest."""
        held, name = self._line(place.held), _HELD[source]
        if back:
            backward = held[::-1]
            held = tuple(sorted(backward, key=lambda one: not self.is_unfit(place, one)))
        chosen = []
        for one in held:
            units = min(quantity, getattr(one, name))
            quantity -= units
            chosen += [units_of(one.lot, units, one.expires_on)] if units else []
        return (*chosen, *([units_of(NO_LOT, quantity)] if quantity else []))

    def is_unfit(self, place: Place, one: HeldLot | LotUnits) -> bool:
        """Whether units of a lot may be sent to nobody any more."""
        return one.lot in place.lots.recalled or bool(one.expires_on and one.expires_on < self._day)

    def _may_go_back(self, place: Place) -> Fits:
        return lambda name, lot: name not in place.lots.recalled and lasts(lot, self._day)

    def fit_aside(self, place: Place, lot: str | None) -> int:
        """Units in quarantine that may go back to the shelf, of one lot if it is named."""
        may = self._may_go_back(place)
        there = self._at(place).items()
        return sum(one.quarantined for name, one in there if may(name, one) and lot in (None, name))

    def move(self, place: Place, units: Sequence[LotUnits], source: Bucket, target: Bucket) -> None:
        """Later entries of the decision see these. Raises LotOverdrawn."""
        there = self._at(place)
        for one in units:
            there = moved(there, one, source, target)
        self._lots[place.sku, place.site] = there
        if place.held:
            self._held[place.held] = held_after(self._line(place.held), units, source, target)

    def _at(self, place: Place) -> Lots:
        found = self._lots.get((place.sku, place.site))
        return with_rest(place.lots.sites.get(place.site, _NO_LOTS), place.position[1:]) if found is None else found

    def _line(self, held: str) -> Held:
        found = self._held.get(held)
        return (self._rows.get(lot_rows.HELD, held) or ()) if found is None else found


def held_after(held: Held, units: Iterable[LotUnits], source: Bucket, target: Bucket) -> Held:
    """The lots of a shipment line after some of its units moved, what expires first before the others."""
    by_lot = {one.lot: one for one in held}
    for moving in units:
        one = by_lot.get(moving.lot) or HeldLot(moving.lot, moving.expires_on or "")
        changes: dict[str, Any] = {}
        for bucket, change in ((source, -moving.quantity), (target, moving.quantity)):
            if bucket in _HELD:
                changes[_HELD[bucket]] = max(0, getattr(one, _HELD[bucket]) + change)
        by_lot[moving.lot] = one._replace(**changes)
    kept = (one for one in by_lot.values() if one.reserved or one.picked or one.packed)
    return tuple(sorted(kept, key=lambda one: turn(one.expires_on, one.lot)))

"""Units of a sku at a site by lot: which goes out first, and which may be promised no more.

A reservation is of the sku; the lot is chosen when units are picked. So free and reserved units are one here, on the
shelf, and picked and packed units are one, out. Units that came without a lot are those of the lot `""`.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

NO_LOT = ""
_NEVER = date.max.isoformat()


class Place(StrEnum):
    """Where units of a lot are, by its field; `outside` is everywhere that is not this site."""

    OUTSIDE = "outside"
    SHELF = "shelf"
    OUT = "out"
    QUARANTINED = "quarantined"


class Lot(NamedTuple):
    """Units of a lot; the day of expiry is the last on which it may be used (ISO 8601), of some there is none."""

    expires_on: str = ""
    shelf: int = 0
    out: int = 0
    quarantined: int = 0


class LotUnits(NamedTuple):
    """So many units of a lot."""

    lot: str
    quantity: int


class LotOverdrawn(ValueError):
    """More units of a lot would leave a place than are there."""


Lots = Mapping[str, Lot]
_NEW = Lot()


def received(lots: Lots, lot: str, expires_on: str, quantity: int, place: Place = Place.SHELF) -> Lots:
    """The lots after units came in. Where two days of expiry are told of one lot, the earlier counts."""
    known = lots.get(lot, _NEW)
    earliest = min(filter(None, (known.expires_on, expires_on)), default="")
    return moved({**lots, lot: known._replace(expires_on=earliest)}, lot, Place.OUTSIDE, place, quantity)


def moved(lots: Lots, lot: str, source: Place, target: Place, quantity: int) -> Lots:
    """The lots after units of one went from `source` to `target`; a lot without units is left out."""
    units = lots.get(lot, _NEW)
    if source is not Place.OUTSIDE:
        units = _with(units, source, -quantity)
    if target is not Place.OUTSIDE:
        units = _with(units, target, quantity)
    if min(units.shelf, units.out, units.quarantined) < 0:
        raise LotOverdrawn(f"{quantity} units of lot {lot!r} would leave {source}, which has too few")
    others = {name: other for name, other in lots.items() if name != lot}
    return {**others, lot: units} if units.shelf or units.out or units.quarantined else others


def _with(units: Lot, place: Place, change: int) -> Lot:
    match place:
        case Place.SHELF:
            return units._replace(shelf=units.shelf + change)
        case Place.OUT:
            return units._replace(out=units.out + change)
        case _:
            return units._replace(quarantined=units.quarantined + change)


def first_out(lots: Lots, quantity: int, day: date, least_days: int = 0) -> tuple[LotUnits, ...]:
    """Units on the shelf that last `least_days` beyond `day`: those that expire first; fewer where there are fewer."""
    return tuple(_taken(lots, quantity, day + timedelta(days=least_days)))


def _taken(lots: Lots, quantity: int, until: date) -> Iterator[LotUnits]:
    for lot, units in sorted(lots.items(), key=_turn):
        taken = min(quantity, units.shelf) if _lasts(units, until) else 0
        if taken:
            quantity -= taken
            yield LotUnits(lot, taken)


def _turn(named: tuple[str, Lot]) -> tuple[str, str]:
    lot, units = named
    return units.expires_on or _NEVER, lot


def _lasts(units: Lot, until: date) -> bool:
    return not units.expires_on or units.expires_on >= until.isoformat()


def unsellable(lots: Lots, day: date, least_days: int = 0) -> int:
    """Units on the shelf that do not last `least_days` beyond `day`: what a channel may sell is fewer by them."""
    until = day + timedelta(days=least_days)
    return sum(units.shelf for units in lots.values() if not _lasts(units, until))


def expired(lots: Lots, day: date) -> tuple[LotUnits, ...]:
    """Units on the shelf that may be used no more on `day`, the longest expired first."""
    return tuple(
        LotUnits(lot, units.shelf)
        for lot, units in sorted(lots.items(), key=_turn)
        if units.shelf and not _lasts(units, day)
    )

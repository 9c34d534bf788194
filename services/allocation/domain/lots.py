"""Units of a sku at a site by lot: which go out first, and which may be promised no more.

Units that came without a lot are those of the lot `""`: whatever the named lots leave of a position. They never expire.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from schemas.light import light
from schemas.stock import Bucket, LotUnits

NO_LOT = ""
_NEVER = date.max.isoformat()
_units = light(LotUnits)


class Lot(NamedTuple):
    """Units of a lot; the day of expiry is the last on which it may be used (ISO 8601), of some there is none."""

    expires_on: str = ""
    free: int = 0
    reserved: int = 0
    picked: int = 0
    packed: int = 0
    quarantined: int = 0

    def numbers(self) -> tuple[int, ...]:
        """Units by bucket, in their order."""
        return self.free, self.reserved, self.picked, self.packed, self.quarantined


Lots = Mapping[str, Lot]


class SkuLots(NamedTuple):
    """The named lots of a sku by site, and those that were recalled, whatever comes of them."""

    sites: Mapping[str, Lots] = {}
    recalled: tuple[str, ...] = ()


class LotOverdrawn(ValueError):
    """More units of a lot would leave a bucket than are in it."""


_NEW = Lot()
_PLACES: Mapping[Bucket, int] = {bucket: Lot._fields.index(bucket) for bucket in Bucket if bucket is not Bucket.OUTSIDE}


def units_of(lot: str, quantity: int, expires_on: str | None = None) -> LotUnits:
    """As messages say it."""
    return _units(lot=lot, quantity=quantity, expires_on=expires_on or None)


def named(units: Iterable[LotUnits]) -> tuple[LotUnits, ...] | None:
    """As entries say it: nothing, where all are of no lot."""
    found = tuple(units)
    return found if any(one.lot for one in found) else None


def moved(lots: Lots, units: LotUnits, source: Bucket, target: Bucket) -> Lots:
    """The lots after these units moved. Of two days told of one lot the earlier counts. Raises LotOverdrawn."""
    known = lots.get(units.lot, _NEW)
    numbers = list(known.numbers())
    for bucket, change in ((source, -units.quantity), (target, units.quantity)):
        if bucket is not Bucket.OUTSIDE:
            numbers[_PLACES[bucket] - 1] += change
    if min(numbers) < 0:
        raise LotOverdrawn(f"{units.quantity} units of lot {units.lot!r} would leave {source}, which has too few")
    earliest = min(filter(None, (known.expires_on, units.expires_on)), default="")
    others = {name: lot for name, lot in lots.items() if name != units.lot}
    return {**others, units.lot: Lot(earliest, *numbers)} if any(numbers) else others


def with_rest(lots: Lots, totals: Iterable[int]) -> Lots:
    """The named lots, and what they leave of the `totals` of their position: free, reserved, picked, packed, aside."""
    rest = list(totals)
    for lot in lots.values():
        rest = [total - units for total, units in zip(rest, lot.numbers(), strict=True)]
    return {**lots, NO_LOT: Lot("", *rest)} if any(rest) else lots


def in_bucket(lot: Lot, bucket: Bucket) -> int:
    """Units of a lot in a bucket."""
    return lot.numbers()[_PLACES[bucket] - 1]


def turn(expires_on: str, lot: str) -> tuple[str, str]:
    """What expires first goes out first; what never does goes last."""
    return expires_on or _NEVER, lot


Fits = Callable[[str, Lot], bool]


def any_lot(_name: str, _lot: Lot) -> bool:
    """Where it is no matter how long units last."""
    return True


def first_out(lots: Lots, bucket: Bucket, quantity: int, fits: Fits = any_lot) -> tuple[LotUnits, ...]:
    """Units in a bucket of lots that fit: those that expire first; fewer where there are fewer."""
    return tuple(_taken(lots, bucket, quantity, fits))


def _taken(lots: Lots, bucket: Bucket, quantity: int, fits: Fits) -> Iterator[LotUnits]:
    for name, lot in sorted(lots.items(), key=lambda named: turn(named[1].expires_on, named[0])):
        taken = min(quantity, in_bucket(lot, bucket)) if fits(name, lot) else 0
        if taken > 0:
            quantity -= taken
            yield units_of(name, taken, lot.expires_on)


def back(gone: Mapping[str, tuple[str, int]], quantity: int) -> tuple[LotUnits, ...]:
    """Of what left by lot, units that came back and whose lot nobody says: those that expire first, then of none."""
    came = first_out({lot: Lot(expires_on, units) for lot, (expires_on, units) in gone.items()}, Bucket.FREE, quantity)
    rest = quantity - sum(one.quantity for one in came)
    return (*came, units_of(NO_LOT, rest)) if rest else came


def lasts(lot: Lot, until: str) -> bool:
    """Whether it may still be used on a day (ISO 8601); on any, where none is said."""
    return not lot.expires_on or lot.expires_on >= until


def unsellable(lots: Lots, until: str, recalled: Iterable[str]) -> int:
    """Free units that do not last until a day or were recalled: what may be promised is fewer by them."""
    return sum(lot.free for name, lot in lots.items() if name in recalled or not lasts(lot, until))

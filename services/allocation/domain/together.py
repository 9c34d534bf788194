"""What is sent together: the components of a kit leave from one site, kit by kit; any other line is by itself.

A kit is one while its lines are whole: as many of each as so many kits have. What a site fails of it comes back with
the rest of it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from schemas.kits import KitLines
from schemas.light import light, replace
from schemas.sourcing import Explanation, KitsAtSite, KitsThere, OrderTerms
from schemas.stock import DemandLine
from services.allocation.domain.sourcing import Free, NearSite, Pick, source, take

NO_KITS: tuple[KitLines, ...] = ()
_line = light(DemandLine)
_there, _at_site = light(KitsThere), light(KitsAtSite)
Left = dict[str, dict[str, int]]  # by sku and site


class Goods(NamedTuple):
    """`demand` is in kits, or the line itself; each takes so many units of its lines."""

    demand: DemandLine
    lines: tuple[tuple[DemandLine, int], ...]

    def at(self, free: Free, site: str) -> int:
        """How many of it a site has."""
        each: dict[str, int] = {}
        for line, units in self.lines:
            each[line.sku] = each.get(line.sku, 0) + units
        return min(free[sku].get(site, 0) // units for sku, units in each.items())


def kits_of(terms: OrderTerms | None) -> tuple[KitLines, ...]:
    """The kits of an order, most have none."""
    return (terms.kits or NO_KITS) if terms else NO_KITS


def goods_of(demands: Iterable[DemandLine], kits: Iterable[KitLines]) -> list[Goods]:
    """Kits where their first line is, and the lines that are in none."""
    left = {demand.line_id: demand for demand in demands}
    by_first = {kit.parts[0].line_id: kit for kit in kits if _whole(kit, left)}
    within = {part.line_id for kit in by_first.values() for part in kit.parts}
    return [
        _kit(by_first[line_id], left) if line_id in by_first else Goods(demand, ((demand, 1),))
        for line_id, demand in left.items()
        if line_id in by_first or line_id not in within
    ]


def _whole(kit: KitLines, demands: Mapping[str, DemandLine]) -> bool:
    """Whether there is the same number of kits in each of its lines, and any."""
    counts = {divmod(_units(demands, part.line_id), part.quantity) for part in kit.parts}
    return len(counts) == 1 and counts.pop()[1] == 0 and kit.parts[0].line_id in demands


def _units(demands: Mapping[str, DemandLine], line_id: str) -> int:
    return demands[line_id].quantity if line_id in demands else 0


def _kit(kit: KitLines, demands: Mapping[str, DemandLine]) -> Goods:
    lines = tuple((demands[part.line_id], part.quantity) for part in kit.parts)
    kits = lines[0][0].quantity // lines[0][1]
    return Goods(_line(line_id=kit.line_id, sku=kit.sku, quantity=kits), lines)


def kit_lines(demands: Iterable[DemandLine], kits: Iterable[KitLines], line_id: str) -> tuple[DemandLine, ...]:
    """The lines that a line is sent with, itself among them."""
    goods = goods_of(demands, kits)
    return next(
        tuple(line for line, _ in one.lines) for one in goods if line_id in [line.line_id for line, _ in one.lines]
    )


def splits_kits(some: Collection[str], demands: Iterable[DemandLine], kits: Iterable[KitLines]) -> bool:
    """Whether these lines have a part of a kit and not all of it."""
    within = ([line.line_id in some for line, _ in one.lines] for one in goods_of(demands, kits))
    return any(any(there) and not all(there) for there in within)


def source_together(
    demands: Sequence[DemandLine], kits: Sequence[KitLines], sites: Sequence[NearSite], free: Free
) -> list[Pick]:
    """As sourcing.source: one site for everything, or else the nearest that has it whole for each kit and each line."""
    picks = source(demands, sites, free)
    everything = sum(demand.quantity for demand in demands)
    if len({pick.site for pick in picks}) == 1 and sum(pick.quantity for pick in picks) == everything:
        return picks
    left = {sku: dict(by_site) for sku, by_site in free.items()}
    return [pick for goods in goods_of(demands, kits) for pick in give(goods, sites, left)]


def give(goods: Goods, sites: Sequence[NearSite], left: Left, *, whole: bool = False) -> list[Pick]:
    """Where it comes from, taken out of `left`; nothing where it is wanted whole and there is less."""
    there = {near.site: goods.at(left, near.site) for near in sites}
    if whole and sum(there.values()) < goods.demand.quantity:
        return []
    picks = [
        Pick(line, pick.site, pick.quantity * each)
        for pick in take(goods.demand, sites, there)
        for line, each in goods.lines
    ]
    for pick in picks:
        left[pick.demand.sku][pick.site] -= pick.quantity
    return picks


def with_kits(
    explanation: Explanation, demands: Iterable[DemandLine], kits: Sequence[KitLines], free: Free
) -> Explanation:
    """The explanation, which also says how many whole kits each site had; sites in their order."""
    if not kits:
        return explanation
    names = {kit.line_id for kit in kits}
    found = [one for one in goods_of(demands, kits) if len(one.lines) > 1 or one.demand.line_id in names]
    return replace(explanation, kits=tuple(_kits_there(explanation, one, free) for one in found) or None)


def _kits_there(explanation: Explanation, goods: Goods, free: Free) -> KitsThere:
    counts = ((one.site, goods.at(free, one.site)) for one in explanation.candidates)
    return _there(
        line_id=goods.demand.line_id,
        sku=goods.demand.sku,
        quantity=goods.demand.quantity,
        sites=tuple(_at_site(site=site, kits=kits) for site, kits in counts if kits),
    )

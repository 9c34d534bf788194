"""Holds what was put in against what the facts say became of it: every line one end, every unit, every cent.

A line, unit or cent without an end is open while the demo goes on; once all is settled it is unaccounted for, as is
whatever has more than one end.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cauce.demo.inputs import Adjusted, Asked, Charged, InputLine, Ordered, SentBack
from cauce.demo.tally import Stage, Tally
from schemas.orders import OrderPlaced

ENDS = (
    "delivered", "canceled", "refused", "charges", "adjustments", "adjustments_refused", "returned",
    "returned_in_part", "returns_refused",
)  # fmt: skip
UNFINISHED = ("shipped", "backordered", "open")
UNACCOUNTED = "unaccounted"


class Sums(NamedTuple):
    """The money of the channel's orders, by order: asked, taken at the provider, and given back by the channel."""

    asked: Mapping[str, int]
    charged: Mapping[str, int]
    given_back: Mapping[str, int]


class Fate(NamedTuple):
    """What became of a line; `units` have no end, or one too many, and `why` says so. `back` and `kept` of a return."""

    end: str
    units: int = 0
    why: str = ""


@dataclass(slots=True)
class Account:
    """Lines and units by what became of them, minor units without an end, and what is wrong, in the order of input."""

    lines: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)
    money: int = 0
    wrong: list[str] = field(default_factory=list)


def account(lines: Sequence[InputLine], tally: Tally, sums: Sums, *, settled: bool) -> Account:
    """See the module. `settled` says that everything has had the time to come to its end."""
    found, asked = Account(), _asked(lines)
    for line in lines:
        fate = _fate(line, tally, asked)
        if settled and fate.end in UNFINISHED:
            fate = fate._replace(end=UNACCOUNTED)
        found.lines[fate.end] += 1
        _count_units(found.units, line, fate, tally)
        if fate.end == UNACCOUNTED:
            found.wrong.append(f"{line.place}: {fate.why}")
    for order in sums.asked:
        for amount, why in _money(order, tally, sums):
            if settled or amount < 0:
                found.money += abs(amount)
                found.wrong.append(f"order {order}: {why}")
    return found


def _asked(lines: Sequence[InputLine]) -> Counter[tuple[str, int]]:
    """Units by request and line: several lines of an invoice may ask for units of one."""
    asked: Counter[tuple[str, int]] = Counter()
    for line in lines:
        if isinstance(line.asked, SentBack):
            for part in line.asked.parts:
                asked[part.request, part.line] += part.units
    return asked


def _fate(line: InputLine, tally: Tally, asked: Counter[tuple[str, int]]) -> Fate:
    match line.asked:
        case Ordered() | Charged() as bought:
            return _bought(bought, tally)
        case Adjusted() as adjusted:
            return _adjusted(adjusted, tally)
        case SentBack() as sent_back:
            return _sent_back(sent_back, tally, asked)


def _bought(bought: Ordered | Charged, tally: Tally) -> Fate:
    placed, refused = tally.placed.get(bought.order), tally.refused[bought.order]
    units = bought.units if isinstance(bought, Ordered) else 0
    if (placed is not None) + refused > 1:
        return Fate(UNACCOUNTED, units, f"order {bought.order} was decided on twice")
    if refused:
        return Fate("refused")
    if placed is None:
        return Fate("open", units, f"no fact says what became of order {bought.order}")
    if isinstance(bought, Charged):
        return _charged(bought, placed)
    return _ordered(bought, placed, tally)


def _charged(charged: Charged, placed: OrderPlaced) -> Fate:
    taken = [(charge.code, charge.amount.amount) for charge in placed.charges[charged.number - 1 : charged.number]]
    if taken != [(charged.code, charged.amount)]:
        return Fate(UNACCOUNTED, 0, f"order {charged.order} was placed without this charge of {charged.code}")
    return Fate("charges")


def _ordered(ordered: Ordered, placed: OrderPlaced, tally: Tally) -> Fate:
    name = f"line {ordered.line} of order {ordered.order}"
    taken = [(line.sku, line.quantity, line.amount.amount) for line in placed.lines[ordered.line - 1 : ordered.line]]
    if taken != [(ordered.sku, ordered.units, ordered.amount)]:
        return Fate(UNACCOUNTED, ordered.units, f"{name} was placed as another")
    units = {stage: tally.units[stage][placed.order_id, str(ordered.line)] for stage in Stage}
    way = [units[stage] for stage in (Stage.ALLOCATED, Stage.PACKED, Stage.SHIPPED, Stage.DELIVERED)]
    said = ", ".join(f"{units[stage]} {stage}" for stage in Stage)
    if way != sorted(way, reverse=True):
        return Fate(UNACCOUNTED, max(way) - min(way), f"{name}: a step is missing: {said} of {ordered.units} units")
    return _ended(ordered, units, f"{name}: {said} of {ordered.units} units")


def _ended(ordered: Ordered, units: Mapping[Stage, int], why: str) -> Fate:
    left = ordered.units - units[Stage.CANCELED]
    if units[Stage.ALLOCATED] > ordered.units or units[Stage.SHIPPED] > left:
        return Fate(UNACCOUNTED, units[Stage.ALLOCATED] - left, why)
    if units[Stage.DELIVERED] == left:
        return Fate("delivered" if left else "canceled")
    missing = left - units[Stage.DELIVERED]
    if units[Stage.SHIPPED] == left:
        return Fate("shipped", missing, why)
    waits = units[Stage.BACKORDERED] and units[Stage.ALLOCATED] < left
    return Fate("backordered" if waits else "open", missing, why)


def _adjusted(adjusted: Adjusted, tally: Tally) -> Fate:
    booked, refused = tally.adjusted[adjusted.adjustment], tally.adjustments_refused[adjusted.adjustment]
    missing = adjusted.units - booked - refused
    why = f"adjustment {adjusted.adjustment}: {booked} booked, {refused} refused of {adjusted.units} units"
    if missing:
        return Fate("open" if missing > 0 else UNACCOUNTED, abs(missing), why)
    return Fate("adjustments_refused" if refused else "adjustments")


def _sent_back(sent_back: SentBack, tally: Tally, asked: Counter[tuple[str, int]]) -> Fate:
    fates = [_part(part, tally, asked) for part in sent_back.parts]
    for end in (UNACCOUNTED, "open"):
        ends = [fate for fate in fates if fate.end == end]
        if ends:
            return Fate(end, sum(fate.units for fate in ends), ends[0].why)
    came = {fate.end for fate in fates}
    return Fate("returned_in_part" if len(came) > 1 else came.pop())


def _part(part: Asked, tally: Tally, asked: Counter[tuple[str, int]]) -> Fate:
    granted, refused = tally.granted.get(part.request), tally.returns_refused[part.request]
    if (granted is not None) + refused > 1:
        return Fate(UNACCOUNTED, part.units, f"return {part.request} was decided on twice")
    if refused:
        return Fate("returns_refused")
    if granted is None:
        return Fate("open", part.units, f"no fact says what became of return {part.request}")
    wanted, may = asked[part.request, part.line], granted.units[str(part.line)]
    came = tally.returned[granted.return_id][str(part.line)]
    why = f"return {part.request}, line {part.line}: {wanted} units asked, {may} granted, {came} received"
    if may != wanted or came > may:
        return Fate(UNACCOUNTED, part.units, why)
    return Fate("returned" if came == may else "open", part.units if came < may else 0, why)


def _count_units(units: Counter[str], line: InputLine, fate: Fate, tally: Tally) -> None:
    """Those that no fact of goods counts: of refused orders and returns, found missing, and without an end."""
    units["unaccounted"] += fate.units if fate.end == UNACCOUNTED else 0
    match line.asked:
        case Ordered() as ordered if fate.end == "refused":
            units["refused"] += ordered.units
        case Adjusted() as adjusted:
            units["adjusted"] += tally.adjusted[adjusted.adjustment]
            units["adjustments_refused"] += tally.adjustments_refused[adjusted.adjustment]
        case SentBack() as sent_back:
            refused = (part.units for part in sent_back.parts if tally.returns_refused[part.request])
            units["returns_refused"] += sum(refused)
        case _:
            pass


def _money(order: str, tally: Tally, sums: Sums) -> Iterator[tuple[int, str]]:
    """What is missing of an order's money, below zero where there is too much of it."""
    asked, charged = sums.asked[order], sums.charged.get(order, 0)
    if charged != asked:
        yield asked - charged, f"{charged} taken at the provider of {asked}"
    placed = tally.placed.get(order)
    if placed is None:
        back = sums.given_back.get(order, 0)
        if back != charged:
            yield charged - back, f"{back} given back of {charged} taken for an order that was not placed"
        return
    captured, owed = tally.captured[placed.order_id], tally.owed[placed.order_id]
    if captured != asked:
        yield asked - captured, f"{captured} captured of {asked}"
    paid, failed = tally.refunded[placed.order_id], tally.not_refunded[placed.order_id]
    if owed != paid + failed:
        yield owed - paid - failed, f"{paid} refunded and {failed} declined of {owed} owed back"

"""What the demo will play: a company's reference data, its opening stock, and what its channel sends, in order."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cauce.demo.chance import draw
from schemas.raw import ChannelCancellation, ChannelOrder, ReturnRequest, StockAdjustment
from schemas.reference import Kind, Site

SHORT_SKUS = 0.03  # share of skus whose opening stock covers half of the demand
OPENING_SHARES = (0.7, 0.45, 0.3)  # of a sku's whole demand, by site in the order they are listed
LEAST_OPENING_UNITS = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """Something the channel or the company sends at a business time."""

    at: datetime
    form: ChannelOrder | StockAdjustment | ChannelCancellation


@dataclass(frozen=True, slots=True)
class PlannedReturn:
    """A return the channel reports; it is asked for once its order has been delivered."""

    invoice: str
    request: ReturnRequest


@dataclass(slots=True)
class Plan:
    """A company and its days. `returns` by channel order; those without a known purchase under ''."""

    channel: str
    currency: str
    reference: Mapping[Kind, Sequence[Any]]
    entries: list[Entry] = field(default_factory=list)
    returns: dict[str, list[PlannedReturn]] = field(default_factory=dict)
    lines: Counter[str] = field(default_factory=Counter)
    postal_folder: Any = None

    @property
    def orders(self) -> list[ChannelOrder]:
        """The orders, in the order they are sent."""
        return [entry.form for entry in self.entries if isinstance(entry.form, ChannelOrder)]

    @property
    def return_invoices(self) -> set[str]:
        """The invoices that are returns, whole or in part."""
        return {planned.invoice for planned_here in self.returns.values() for planned in planned_here}


def demand_of(plan: Plan) -> Counter[str]:
    """Units asked for by sku, over the whole plan."""
    demand: Counter[str] = Counter()
    for order in plan.orders:
        for line in order.lines:
            demand[line.sku] += max(line.quantity, 0)
    return demand


def is_short(sku: str) -> bool:
    """Whether the company bought too little of this sku, so that its supplier must send more."""
    return draw("short", sku) < SHORT_SKUS


def adjusted_units(plan: Plan) -> Counter[tuple[str, str]]:
    """Units that will be found missing, by site and sku."""
    missing: Counter[tuple[str, str]] = Counter()
    for entry in plan.entries:
        if isinstance(entry.form, StockAdjustment) and entry.form.change < 0:
            missing[entry.form.site, entry.form.sku] -= entry.form.change
    return missing


def opening_units(sku: str, demand: int, site_index: int, missing: int) -> int:
    """What a site has of a sku at the beginning; where units will go missing, enough for them and for all orders."""
    if missing:
        return demand + missing + LEAST_OPENING_UNITS
    share = OPENING_SHARES[site_index % len(OPENING_SHARES)]
    if is_short(sku):
        return int(demand * share / (2 * sum(OPENING_SHARES)))
    return int(demand * share) + LEAST_OPENING_UNITS


def opening_stock(plan: Plan, sites: Iterable[Site]) -> dict[str, dict[str, int]]:
    """Units by site and sku: more than the demand in sum, less than it for the short skus."""
    demand, missing = demand_of(plan), adjusted_units(plan)
    skus = sorted(product.id for product in plan.reference[Kind.PRODUCTS])
    return {
        site.id: {
            sku: units for sku in skus if (units := opening_units(sku, demand[sku], index, missing[site.id, sku])) > 0
        }
        for index, site in enumerate(sites)
    }

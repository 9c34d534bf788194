"""What the demo will play: a company's reference data, its opening stock, and what its channel sends, in order."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cauce.demo.chance import draw, pick
from cauce.demo.inputs import InputLine, Ordered
from schemas.raw import ChannelCancellation, ChannelOrder, ReturnRequest
from schemas.reference import Kind, Site
from schemas.stock_forms import StockAdjustment

SHORT_SKUS = 0.015  # share of skus that no site has until the supplier delivers
ONE_SITE_SKUS = 0.3  # share of skus that one site alone has, so that some orders are split
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SPARE_UNITS = 12  # of each sku at each site that has it, beside the whole demand


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
    """A company and its days. `returns` by channel order; those without a known purchase under ''.

    `lines` is what was put in, line by line; `invoices` names what is no return; `day` is when all begins where the
    channel sends nothing.
    """

    channel: str
    currency: str
    reference: Mapping[Kind, Sequence[Any]]
    entries: list[Entry] = field(default_factory=list)
    returns: dict[str, list[PlannedReturn]] = field(default_factory=dict)
    lines: list[InputLine] = field(default_factory=list)
    invoices: set[str] = field(default_factory=set)
    day: datetime | None = None
    postal_folder: Any = None

    @property
    def hours(self) -> tuple[datetime, datetime]:
        """The business time of the first and the last that the channel sends."""
        times = [entry.at for entry in self.entries] or [self.day or EPOCH]
        return times[0], times[-1]

    @property
    def orders(self) -> list[ChannelOrder]:
        """The orders, in the order they are sent."""
        return [entry.form for entry in self.entries if isinstance(entry.form, ChannelOrder)]

    @property
    def ordered_lines(self) -> int:
        """How many lines of goods there are in all orders."""
        return sum(1 for line in self.lines if isinstance(line.asked, Ordered))

    @property
    def return_requests(self) -> dict[str, list[str]]:
        """The requests of each return invoice."""
        requests: dict[str, list[str]] = {}
        for planned in (one for of_order in self.returns.values() for one in of_order):
            requests.setdefault(planned.invoice, []).append(planned.request.request)
        return requests


def demand_of(plan: Plan) -> Counter[str]:
    """Units asked for by sku, over the whole plan."""
    demand: Counter[str] = Counter()
    for order in plan.orders:
        for line in order.lines:
            demand[line.sku] += max(line.quantity, 0)
    return demand


def is_short(sku: str) -> bool:
    """Whether the company has nothing of this sku yet, so that its supplier must send all."""
    return draw("short", sku) < SHORT_SKUS


def has_sku(sku: str, site_index: int, sites: int) -> bool:
    """Whether the company keeps this sku at that one of its sites."""
    return draw("one site", sku) >= ONE_SITE_SKUS or pick(sites, "site", sku) == site_index


def adjusted_units(plan: Plan) -> Counter[tuple[str, str]]:
    """Units that will be found missing, by site and sku."""
    missing: Counter[tuple[str, str]] = Counter()
    for entry in plan.entries:
        if isinstance(entry.form, StockAdjustment) and entry.form.change < 0:
            missing[entry.form.site, entry.form.sku] -= entry.form.change
    return missing


def opening_stock(plan: Plan, sites: Sequence[Site]) -> dict[str, dict[str, int]]:
    """Units by site and sku: a site that has a sku has enough of it for everybody, and for what will go missing.

    So what becomes of an order hangs on no other order, and every play of a plan ends alike, whoever came first.
    """
    demand, missing = demand_of(plan), adjusted_units(plan)
    skus = sorted(product.id for product in plan.reference[Kind.PRODUCTS])
    return {
        site.id: {
            sku: demand[sku] + missing[site.id, sku] + SPARE_UNITS
            for sku in skus
            if missing[site.id, sku] or (has_sku(sku, index, len(sites)) and not is_short(sku))
        }
        for index, site in enumerate(sites)
    }

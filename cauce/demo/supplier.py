"""The company's buyers and suppliers: the opening stock, and one delivery for each sku that no site had yet."""

from collections.abc import Iterable, Iterator
from itertools import islice

from cauce.demo.plan import Plan, demand_of, is_short, opening_stock
from cauce.demo.stage import Said
from schemas.raw import RawTopic
from schemas.reference import Kind
from schemas.stock_forms import ReceiptLine, StockReceipt

LINES_A_RECEIPT = 500


def opening(plan: Plan) -> Iterable[Said]:
    """What the sites have on the first day."""
    for site, units in opening_stock(plan, plan.reference[Kind.SITES]).items():
        yield from receipts("opening", site, iter(units.items()))


def deliveries(plan: Plan) -> Iterable[Said]:
    """What the supplier sends later of the short skus: once, and enough for everybody who waits."""
    demand = demand_of(plan)
    short = ((sku, units) for sku, units in sorted(demand.items()) if is_short(sku) and units)
    yield from receipts("supply", plan.reference[Kind.SITES][0].id, short)


def receipts(name: str, site: str, units: Iterator[tuple[str, int]]) -> Iterable[Said]:
    """Units by sku that came in at a site, on receipts of a size that doors take."""
    number = 0
    while chunk := list(islice(units, LINES_A_RECEIPT)):
        number += 1
        form = StockReceipt(
            receipt=f"{name}-{site}-{number}",
            site=site,
            lines=tuple(ReceiptLine(sku=sku, quantity=quantity) for sku, quantity in chunk),
        )
        yield Said(RawTopic.STOCK_REPORTS, site, form)

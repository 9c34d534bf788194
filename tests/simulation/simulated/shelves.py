"""What sites say of their shelves: goods that came in, and counts that find next to nothing."""

from cauce.demo.retail_company import SITES
from cauce.demo.stage import Said
from schemas.raw import RawTopic
from schemas.reference import LotKept
from schemas.stock_forms import (
    CountedLine,
    CountOpening,
    CountReport,
    ReceiptLine,
    SiteOpening,
    StockRecall,
    StockReceipt,
)

GOODS = {
    "MUG": "Stoneware mug",
    "TEAPOT": "Enamel teapot",
    "APRON": "Linen apron",
    "CLOCK": "Wall clock",
    "TRAY": "Tray",
}
ENOUGH, FEW = 1000, 4
KEPT = [LotKept(id="MUG", least_days=1), LotKept(id="TEAPOT")]
LOTS = {"L1": "2026-03-03", "L2": "2026-03-06", "L3": "2026-04-20", "L4": None}  # it opens on the 2nd of March


def receipt(name, site, lines):
    """Goods that came in from a supplier."""
    form = StockReceipt(receipt=f"{name}-{site}", site=site, lines=tuple(lines))
    return Said(RawTopic.STOCK_REPORTS, site, form)


def units(chance, sku, most, **lot):
    """Some units of a sku."""
    return ReceiptLine(sku=sku, quantity=chance.randrange(1, most), **lot)


def by_lot(chance, sku, most):
    """Some units of a sku, of some lots where it is kept by lot: some expire at once, some never."""
    if sku not in {one.id for one in KEPT}:
        return [units(chance, sku, most)]
    lots = chance.sample(sorted(LOTS), chance.randrange(1, len(LOTS)))
    return [units(chance, sku, most, lot=lot, expires_on=LOTS[lot]) for lot in lots]


def recalled(chance, site):
    """No unit of some lot is to be sent any more."""
    sku, lot = chance.choice(KEPT).id, chance.choice(sorted(LOTS))
    form = StockRecall(recall=f"recall-{site}", sku=sku, lot=lot, reason="glass")
    return Said(RawTopic.STOCK_REPORTS, sku, form)


def supplies(*, lotted=False):
    """Enough of everything for everybody who waits, at every site: some have failed somebody, some are closed."""
    kept = {one.id for one in KEPT} if lotted else ()
    lines = [ReceiptLine(sku=sku, quantity=ENOUGH, lot="supply" if sku in kept else None) for sku in GOODS]
    opened = [SiteOpening(opening="at-last", site=site.id) for site in SITES]
    received = [receipt("supply", site.id, lines) for site in SITES]
    return [*(Said(RawTopic.STOCK_REPORTS, form.site, form) for form in opened), *received]


def counted(chance, name):
    """A site finds next to nothing on its shelves, whoever was promised what they had."""
    site, skus = chance.choice(SITES).id, tuple(sorted(GOODS))
    lines = tuple(CountedLine(sku=sku, counted=chance.randrange(FEW)) for sku in skus)
    opening = CountOpening(count=name, site=site, skus=skus)
    report = CountReport(report=name, count=name, site=site, lines=lines)
    return [Said(RawTopic.STOCK_REPORTS, site, form) for form in (opening, report)]

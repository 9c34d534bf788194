"""What sites say of their shelves: goods that came in, and counts that find next to nothing."""

from cauce.demo.retail_company import SITES
from cauce.demo.stage import Said
from schemas.raw import RawTopic
from schemas.stock_forms import CountedLine, CountOpening, CountReport, ReceiptLine, SiteOpening, StockReceipt

GOODS = {
    "MUG": "Stoneware mug",
    "TEAPOT": "Enamel teapot",
    "APRON": "Linen apron",
    "CLOCK": "Wall clock",
    "TRAY": "Tray",
}
ENOUGH, FEW = 1000, 4


def receipt(name, site, lines):
    """Goods that came in from a supplier."""
    form = StockReceipt(receipt=f"{name}-{site}", site=site, lines=tuple(lines))
    return Said(RawTopic.STOCK_REPORTS, site, form)


def supplies():
    """Enough of everything for everybody who waits, at every site: some have failed somebody, some are closed."""
    lines = [ReceiptLine(sku=sku, quantity=ENOUGH) for sku in GOODS]
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

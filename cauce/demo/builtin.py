"""The built-in company: a shop of the same statistical shape as Online Retail, for whoever has no data at hand.

Line counts are log-normal with a mean of about 26 lines and a long tail, customers come back, most live in one country,
some pay postage, and a few orders are canceled or sent back.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib import resources
from math import exp, log, sqrt
from pathlib import Path
from statistics import NormalDist

from cauce.demo.addresses import LANGUAGES, address_of
from cauce.demo.chance import draw, pick
from cauce.demo.inputs import Asked, Charged, InputLine, Ordered, SentBack
from cauce.demo.plan import Entry, Plan, PlannedReturn, is_short
from cauce.demo.retail_company import CHANNEL, CURRENCY, reference_for
from schemas.raw import ChannelCancellation, ChannelCharge, ChannelLine, ChannelOrder, ReturnLineAsked, ReturnRequest

FIRST_ORDER = 700_001
OPENS_AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MEAN_GAP = timedelta(seconds=170)
MEDIAN_LINES, SPREAD = 15.0, 1.05
MOST_LINES = 400
CUSTOMERS_AN_ORDER = 0.4
COUNTRIES = ("GB",) * 17 + ("DE", "IE", "NL", "BE", "ES", "CH", "IT", "NO")
CANCELED, RETURNED, UNKNOWN_PURCHASE = 0.02, 0.04, 0.01
POSTAGE = ChannelCharge(code="POST", amount=1800)

_COLORS = ("red", "blue", "cream", "mint", "black", "rose", "silver", "natural")
_THINGS = (
    "lantern", "tea towel", "mug", "cushion cover", "photo frame", "doormat", "storage tin", "candle holder",
    "apron", "lunch bag", "wall clock", "bunting", "cake stand", "egg cup", "hot water bottle", "notebook",
    "napkin set", "jam jar", "coat hook", "watering can", "night light", "trinket box", "gift wrap", "garden bell",
)  # fmt: skip
SKUS = {
    f"{20_000 + 17 * (len(_COLORS) * place + shade)}": f"{color} {thing}"
    for place, thing in enumerate(_THINGS)
    for shade, color in enumerate(_COLORS)
}


def postal_folder() -> Path:
    """The places of the built-in company's customers, in GeoNames' columns."""
    return Path(str(resources.files("cauce.demo") / "places"))


def plan_of(orders: int) -> Plan:
    """A plan of `orders` orders; the same number gives the same plan."""
    plan = Plan(channel=CHANNEL, currency=CURRENCY, reference=reference_for(SKUS), postal_folder=postal_folder())
    at = OPENS_AT
    for number in range(FIRST_ORDER, FIRST_ORDER + orders):
        name = str(number)
        at += MEAN_GAP * -log(1 - draw("gap", name))
        customer = f"c{pick(max(1, int(orders * CUSTOMERS_AN_ORDER)), 'customer', name):05d}"
        order = _ordered(name, at, customer)
        plan.entries.append(Entry(at, order))
        plan.invoices.add(name)
        plan.lines += _lines_of(order)
        _afterwards(plan, order, at)
    return plan


def _ordered(name: str, at: datetime, customer: str) -> ChannelOrder:
    """Who will cancel asks only for what must be waited for: no crew is quicker than the cancellation."""
    if not _cancels(name):
        return order_of(name, at, customer=customer, lines=_line_count(name))
    late = {sku: thing for sku, thing in SKUS.items() if is_short(sku)}
    return order_of(name, at, customer=customer, lines=min(_line_count(name), len(late)), goods=late)


def _cancels(name: str) -> bool:
    return draw("cancel", name) < CANCELED


def _lines_of(order: ChannelOrder) -> Iterator[InputLine]:
    for number, line in enumerate(order.lines, start=1):
        asked = Ordered(order.order, number, line.sku, line.quantity, line.amount)
        yield InputLine(f"line {number} of order {order.order}", asked)
    for number, charge in enumerate(order.charges, start=1):
        asked_of = Charged(order.order, number, charge.code, charge.amount)
        yield InputLine(f"charge {number} of order {order.order}", asked_of)


def order_of(name: str, at: datetime, *, customer: str, lines: int, goods: Mapping[str, str] = SKUS) -> ChannelOrder:
    """The order of that name, with so many lines of these goods (name by sku); not paid yet."""
    skus, domestic = sorted(goods), country_of(customer) == "GB"
    asked = tuple(_line(skus, name, number, goods=goods, domestic=domestic) for number in range(lines))
    return with_lines(name, at, customer=customer, lines=asked, charges=() if domestic else (POSTAGE,))


def country_of(customer: str) -> str:
    """Where a customer lives."""
    return COUNTRIES[pick(len(COUNTRIES), "country", customer)]


def with_lines(
    name: str,
    at: datetime,
    *,
    customer: str,
    lines: Sequence[ChannelLine],
    charges: Sequence[ChannelCharge] = (),
) -> ChannelOrder:
    """The order of that name with these lines, sent to where its customer lives; not paid yet."""
    country = country_of(customer)
    return ChannelOrder(
        channel=CHANNEL,
        order=name,
        customer=customer,
        language=LANGUAGES.get(country, "en"),
        placed_at=at,
        currency=CURRENCY,
        ship_to=address_of(customer, country, postal_folder()),
        lines=tuple(lines),
        charges=tuple(charges),
    )


def _line_count(name: str) -> int:
    deviate = NormalDist().inv_cdf(min(max(draw("lines", name), 1e-9), 1 - 1e-9))
    return max(1, min(MOST_LINES, round(MEDIAN_LINES * exp(SPREAD * deviate))))


def _line(skus: list[str], name: str, number: int, *, goods: Mapping[str, str], domestic: bool) -> ChannelLine:
    sku = skus[int(len(skus) * sqrt(draw("sku", name, str(number))) ** 3)]
    quantity = (1, 1, 2, 2, 3, 4, 6, 6, 12, 12, 24)[pick(11, "quantity", name, str(number))]
    unit_price = 42 + 17 * pick(45, "price", sku)
    amount = quantity * unit_price
    return ChannelLine(
        sku=sku,
        quantity=quantity,
        unit_price=unit_price,
        amount=amount,
        tax=amount // 6 if domestic else 0,
        description=goods[sku],
    )


def _afterwards(plan: Plan, order: ChannelOrder, at: datetime) -> None:
    """What the customer does later, if anything."""
    if _cancels(order.order):
        form = ChannelCancellation(
            channel=CHANNEL, order=order.order, request=f"cancel-{order.order}", reason="ordered-by-mistake"
        )
        plan.entries.append(Entry(at, form))
    elif draw("return", order.order) < RETURNED:
        line = 1 + pick(len(order.lines), "line", order.order)
        _plan_return(plan, f"C{order.order}", order.order, (ReturnLineAsked(line=line, quantity=1),))
    elif draw("unknown", order.order) < UNKNOWN_PURCHASE:
        _plan_return(plan, f"C{order.order}", None, ())


def _plan_return(plan: Plan, request: str, order: str | None, lines: tuple[ReturnLineAsked, ...]) -> None:
    form = ReturnRequest(channel=CHANNEL, request=request, order=order, lines=lines, reason="not-as-described")
    plan.returns.setdefault(order or "", []).append(PlannedReturn(request, form))
    parts = tuple(Asked(request, line.line, line.quantity) for line in lines) or (Asked(request, 0, 1),)
    plan.lines.append(InputLine(f"return {request}", SentBack(parts)))

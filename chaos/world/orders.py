"""What customers order and what they do later: pure functions of the seed and a number."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from cauce.demo.builtin import with_lines
from cauce.demo.chance import draw, pick
from cauce.demo.plan import PlannedReturn
from cauce.demo.retail_company import CHANNEL, SITES, reference_for
from schemas.raw import ChannelCancellation, ChannelLine, ChannelOrder, ChannelPayment, ReturnLineAsked, ReturnRequest
from schemas.reference import Kind
from schemas.stock_forms import ReceiptLine, StockReceipt

PROVIDER = "sandbox"
COMMON = tuple(f"COMMON-{number:02d}" for number in range(40))
SCARCE = tuple(f"SCARCE-{number}" for number in range(6))
UNKNOWN = "NOBODY-KNOWS-IT"
CUSTOMERS = 500
PLENTY, FEW = 100_000, 10
MOST_LINES, MOST_UNITS, MOST_CONTENDERS = 5, 3, 12
PRICE_STEP, PRICES = 50, 40
SPLIT, CANCELED, SHORTENED, REPEATED, DIFFERING, REFUSED, RETURNED = 0.15, 0.06, 0.04, 0.05, 0.01, 0.01, 0.15
LATEST_WHIM_SECONDS = 15.0


class Whims(NamedTuple):
    """What becomes of an order beside being sent: seconds after it, None for what its customer does not do."""

    cancels: float | None
    cancels_lines: tuple[int, ...]
    repeats: float | None
    differs: float | None


def last_unit(number: int) -> str:
    """The sku of which there is one unit, for round `number` of contention."""
    return f"LAST-{number:04d}"


def reference(rounds: int) -> dict[Kind, Sequence[Any]]:
    """Sites, rates and policy of the built-in company, and our goods."""
    skus = (*COMMON, *SCARCE, *(last_unit(number) for number in range(rounds)))
    return reference_for({sku: sku.replace("-", " ").lower() for sku in skus})


def opening(rounds: int) -> list[StockReceipt]:
    """What the sites have on the first day: plenty of the common, few of the scarce, one of each last unit."""
    found = [_receipt(f"opening-{site.id}", site.id, dict.fromkeys(COMMON, PLENTY)) for site in SITES]
    found.append(_receipt("opening-scarce", SITES[0].id, dict.fromkeys(SCARCE, FEW)))
    for number in range(rounds):
        site = SITES[pick(len(SITES), "site", last_unit(number))]
        found.append(_receipt(f"opening-{last_unit(number)}", site.id, {last_unit(number): 1}))
    return found


def supply(number: int) -> StockReceipt:
    """What a supplier sends of the scarce goods now and then."""
    site = SITES[pick(len(SITES), "supply", str(number))]
    return _receipt(f"supply-{number}", site.id, dict.fromkeys(SCARCE, FEW))


def last_supply() -> StockReceipt:
    """Enough of the scarce goods for everybody who waits."""
    return _receipt("supply-last", SITES[0].id, dict.fromkeys(SCARCE, PLENTY))


def order_of(seed: int, number: int, at: datetime) -> ChannelOrder:
    """An order of one to five lines; a few name goods that nobody has."""
    name = f"{number:06d}"
    own = (str(seed), name)
    lines = [_line(_sku(own, place), 1 + pick(MOST_UNITS, *own, "units", str(place))) for place in range(_count(own))]
    if draw(*own, "refused") < REFUSED:
        lines.append(_line(UNKNOWN, 1))
    return with_lines(name, at, customer=f"c{pick(CUSTOMERS, *own, 'customer'):04d}", lines=lines)


def contenders(seed: int, number: int, at: datetime) -> list[ChannelOrder]:
    """Orders of one round, all for the same last unit."""
    count = 2 + pick(MOST_CONTENDERS - 1, str(seed), "contenders", str(number))
    lines = [_line(last_unit(number), 1)]
    return [with_lines(f"last-{number:04d}-{one}", at, customer=f"k{one:02d}", lines=lines) for one in range(count)]


def whims_of(seed: int, order: ChannelOrder) -> Whims:
    """What the customer of an order does."""
    own = (str(seed), order.order)

    def at_times(share: float, what: str) -> float | None:
        return draw(*own, what, "when") * LATEST_WHIM_SECONDS if draw(*own, what) < share else None

    cancels, shortens = at_times(CANCELED, "cancels"), at_times(SHORTENED, "shortens")
    shortens = shortens if len(order.lines) > 1 else None
    return Whims(
        cancels=cancels if cancels is not None else shortens,
        cancels_lines=() if cancels is not None or shortens is None else (1,),
        repeats=at_times(REPEATED, "repeats"),
        differs=at_times(DIFFERING, "differs"),
    )


def return_of(seed: int, order: ChannelOrder) -> PlannedReturn | None:
    """What the customer will send back once all has come: of the last line, as the first is what some cancel."""
    own = (str(seed), order.order)
    if draw(*own, "returns") >= RETURNED:
        return None
    form = ReturnRequest(
        channel=CHANNEL,
        request=f"return-{order.order}",
        order=order.order,
        lines=(ReturnLineAsked(line=len(order.lines), quantity=1),),
        reason="not-as-described",
    )
    return PlannedReturn(order.order, form)


def cancellation(order: str, lines: tuple[int, ...] = ()) -> ChannelCancellation:
    """The customer wants the order no more, or some lines of it."""
    name = f"cancel-{order}-{'-'.join(map(str, lines)) or 'all'}"
    return ChannelCancellation(channel=CHANNEL, order=order, request=name, lines=lines, reason="ordered-by-mistake")


def differing(order: ChannelOrder) -> ChannelOrder:
    """Another order under the same number."""
    first, *rest = order.lines
    other = _line(first.sku, first.quantity + 1)
    return order.model_copy(update={"lines": (other, *rest)})


def amounts(seed: int, order: ChannelOrder) -> list[int]:
    """What its customer pays, in one part or two."""
    whole = sum(line.amount for line in order.lines)
    if whole > 1 and draw(str(seed), order.order, "split") < SPLIT:
        return [whole // 2, whole - whole // 2]
    return [whole]


def payment(order: str, number: int, charge: str, amount: int) -> ChannelPayment:
    """A part that the provider has taken."""
    return ChannelPayment(payment_id=f"pay-{order}-{number}", provider=PROVIDER, reference=charge, amount=amount)


def _sku(own: tuple[str, str], place: int) -> str:
    kind = SCARCE if draw(*own, "scarce", str(place)) < 0.03 else COMMON
    return kind[pick(len(kind), *own, "sku", str(place))]


def _count(own: tuple[str, str]) -> int:
    return 1 + pick(MOST_LINES, *own, "lines")


def _line(sku: str, quantity: int) -> ChannelLine:
    price = PRICE_STEP * (1 + pick(PRICES, "price", sku))
    amount = price * quantity
    return ChannelLine(sku=sku, quantity=quantity, unit_price=price, amount=amount, tax=amount // 6, description=sku)


def _receipt(name: str, site: str, units: dict[str, int]) -> StockReceipt:
    lines = tuple(ReceiptLine(sku=sku, quantity=quantity) for sku, quantity in units.items())
    return StockReceipt(receipt=name, site=site, lines=lines)

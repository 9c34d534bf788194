"""What the world will send in: orders of the built-in company's customers, second thoughts, returns, stock."""

from datetime import timedelta
from typing import NamedTuple

from simulated.shelves import GOODS, KEPT, by_lot, counted, recalled, receipt, units

from cauce.demo.builtin import plan_of
from cauce.demo.plan import Plan, PlannedReturn
from cauce.demo.retail_company import CHANNEL, CURRENCY, SITES, reference_for
from cauce.demo.stage import Said
from cauce.money import Money
from schemas.buying import Buying
from schemas.holds import RELEASED_BY, HoldKind, HoldRule, HoldRules
from schemas.kits import KitComponent
from schemas.order_forms import (
    HoldRelease,
    MoneyTaken,
    NewAddress,
    OrderChange,
    OrderHold,
    OrderRedirect,
    QuantityWanted,
)
from schemas.orders import ShipOption
from schemas.promises import PromiseTerms, SiteHours, Transit
from schemas.raw import (
    ChannelCancellation,
    ChannelCharge,
    ChannelLine,
    ChannelPayment,
    RawTopic,
    ReturnLineAsked,
    ReturnRequest,
)
from schemas.reference import Kind, Stocking, Substitute
from schemas.sourcing import SubstitutionAsked
from schemas.stock_forms import StockAdjustment
from schemas.teams import OF_DATES, Addressees, Supplier, Team, TeamKind

RULES = HoldRules(
    rules=(
        HoldRule(id="risky", kind=HoldKind.RISK, risk_at_least=80, release_by=("risk",), release_after_hours=5),
        HoldRule(
            id="over-limit", kind=HoldKind.CREDIT, risk_at_least=90, release_by=("finance",), release_after_hours=30
        ),
    )
)
DATES = PromiseTerms(  # tight, so that some are at risk, moved and broken
    sites={site.id: SiteHours(time_zone="Europe/London", cutoffs=dict.fromkeys(ShipOption, "11:00")) for site in SITES},
    transit=tuple(Transit(carrier="any", option=option, days=1) for option in ShipOption),
)
KIT = "TEA-SET"
KITS = [
    KitComponent(id="1", kit=KIT, component="TEAPOT", quantity=1, share=3),
    KitComponent(id="2", kit=KIT, component="MUG", quantity=2, share=1),
    KitComponent(id="3", kit=KIT, component="TRAY", quantity=1, share=0),
]
SUBSTITUTES = [
    Substitute(id="1", sku="CLOCK", substitute="APRON"),
    Substitute(id="2", sku="APRON", substitute="TRAY", consent=True),
]
VARIETY = {Kind.KITS: KITS, Kind.SUBSTITUTES: SUBSTITUTES}
VARIED = 1000  # the first seed whose company sells kits and has substitutes
LOTTED = 2000  # the first seed whose company keeps some of its goods by lot
STOCKING = [  # what is opened with is low soon, and some of it at once
    Stocking(id=sku, unit_value=Money(amount=150, currency=CURRENCY), low_below=12, order_up_to=30) for sku in GOODS
]
BUYING = [
    Buying(id="MUG", cover_below_days=9, slow_after_days=2, supplier="POTTERY", lead_days=3, review_days=2),
    Buying(id="*", cover_below_days=5, slow_after_days=1),
]
ADDRESSEES = Addressees(
    teams={
        "buyers": Team(hears=tuple(kind for kind in TeamKind if kind not in OF_DATES)),
        "desk": Team(hears=tuple(sorted(OF_DATES)), sites=(SITES[0].id,)),
    },
    suppliers={"POTTERY": Supplier(hears=(TeamKind.OUT, TeamKind.PURCHASE))},
)
REFERENCE = reference_for(GOODS) | {
    Kind.HOLDS: [RULES],
    Kind.PROMISES: [DATES],
    Kind.STOCKING: STOCKING,
    Kind.BUYING: BUYING,
    Kind.ADDRESSEES: [ADDRESSEES],
}
ADDRESSES = """
teams: {buyers: buyers@shop.example, desk: "https://hooks.shop.example/desk"}
suppliers: {POTTERY: "https://pottery.example/orders"}
"""
CANARIES = (b"Customer c0", b"customers.example", b"High Street", b"shop.example", b"pottery.example")


class Scenario(NamedTuple):
    """`loose` are the orders whose end depends on what comes first, by their channel's number."""

    entries: list[Said]
    plan: Plan
    loose: set[str]


class Writer:
    """Writes one scenario; `charge(order, reference, amount, currency)` takes money at the provider."""

    def __init__(self, chance, charge, *, scarce, varied=False, lotted=False):
        self._chance, self._charge, self._scarce = chance, charge, scarce
        self._varied, self._lotted = varied, lotted
        reference = REFERENCE | (VARIETY if varied else {}) | ({Kind.LOTS: KEPT} if lotted else {})
        self._plan = Plan(channel=CHANNEL, currency=CURRENCY, reference=reference)
        self._later, self._loose = [], set()

    def write(self, orders):
        """The whole scenario: stock first, then orders, each with what comes of it later, or too early."""
        opening = list(self._opening())
        said = []
        for order in plan_of(orders).orders:
            said.append(self._said_of(order))
            for later in self._later:
                said.insert(self._chance.randrange(len(said) + 1) if self._maybe(0.2) else len(said), later)
            self._later.clear()
        return Scenario([*opening, *said], self._plan, self._loose)

    def _maybe(self, share):
        return self._chance.random() < share

    def _said_of(self, drawn):
        order = drawn.model_copy(update={"lines": self._lines(), "charges": (), "ship_option": self._ship_option()})
        order = order.model_copy(update={"charges": self._charges(order)})
        order = order.model_copy(update={"payments": self._payments(order)})
        order = order.model_copy(update={"risk_score": self._chance.randrange(70, 100) if self._maybe(0.15) else None})
        self._second_thoughts(order)
        if self._maybe(0.15):
            self._holds(order)
        if self._maybe(0.2):
            self._changes(order)
        if self._maybe(0.3):
            self._return(order)
        if self._maybe(0.15):
            self._later += counted(self._chance, order.order)
        return Said(RawTopic.CHANNEL_ORDERS, order.order, order)

    def _ship_option(self):
        return ShipOption.EXPRESS if self._maybe(0.2) else ShipOption.STANDARD

    def _lines(self):
        return tuple(self._line() for _ in range(self._chance.choice((1, 1, 2, 3, 4))))

    def _line(self):
        sku = (
            "HAT"
            if self._maybe(0.01)
            else self._chance.choice([*sorted(GOODS), KIT] if self._varied else sorted(GOODS))
        )
        quantity = 0 if self._maybe(0.01) else self._chance.choice((1, 1, 2, 3, 6))
        price = self._chance.randrange(1, 999)
        amount = quantity * price - (self._chance.randrange(price) if quantity and self._maybe(0.3) else 0)
        asked = self._chance.choice((None, None, *SubstitutionAsked)) if self._varied else None
        return ChannelLine(
            sku=sku, quantity=quantity, unit_price=price, amount=amount, tax=amount // 6, substitutes=asked
        )

    def _charges(self, order):
        worth = sum(line.amount for line in order.lines)
        postage = [ChannelCharge(code="POST", amount=395)] if self._maybe(0.3) else []
        voucher = [ChannelCharge(code="VOUCHER", amount=-self._chance.randrange(worth + 1))] if self._maybe(0.2) else []
        return (*postage, *voucher)

    def _payments(self, order):
        worth = sum(part.amount for part in (*order.lines, *order.charges))
        if worth <= 0 or self._maybe(0.1):
            return ()
        first = self._chance.randrange(worth + 1) if self._maybe(0.2) else worth
        amounts = [first, worth - first + (1 if self._maybe(0.03) else 0)]
        return tuple(self._payment(order, number, amount) for number, amount in enumerate(amounts, 1) if amount)

    def _payment(self, order, number, amount):
        reference = self._charge(order.order, f"pay-{number}", amount, order.currency)
        return ChannelPayment(payment_id=f"pay-{number}", provider="sandbox", reference=reference, amount=amount)

    def _second_thoughts(self, order):
        """Cancellations, of lines that the order may not have, and other content under the same number."""
        if self._maybe(0.3):
            self._loose.add(order.order)
            for number in range(self._chance.randrange(1, 4)):
                self._later.append(self._cancellation(order, number))
        if self._maybe(0.08):
            self._loose.add(order.order)
            other = order.model_copy(update={"lines": self._lines()})
            self._later.append(Said(RawTopic.CHANNEL_ORDERS, order.order, other))

    def _holds(self, order):
        """Somebody holds an order or a part of it, for days, and somebody lets it go, or may not."""
        self._loose.add(order.order)
        kind = self._chance.choice(list(HoldKind))
        scope = self._chance.choice(({}, {}, {"lines": (1,)}, {"shipments": (1,)}))
        until = order.placed_at + timedelta(hours=self._chance.choice((3, 40, 200)))
        named = {"channel": CHANNEL, "order": order.order}
        held = OrderHold(**named, request="hold-1", hold=kind, until=until, **scope)
        role = self._chance.choice((*RELEASED_BY[kind], "nobody"))
        released = HoldRelease(**named, request="release-1", hold=self._chance.choice((kind.value, "risky")), role=role)
        self._later += [Said(RawTopic.CHANNEL_ORDERS, order.order, form) for form in (held, released)]

    def _changes(self, order):
        """Somebody wants more or fewer of a line, paid or not, and another address or another way."""
        self._loose.add(order.order)
        named = {"channel": CHANNEL, "order": order.order}
        for number in range(self._chance.randrange(1, 3)):
            line = self._chance.randrange(len(order.lines))
            target = QuantityWanted(line=line + 1, quantity=self._chance.randrange(8))
            paid = self._paid_more(order, order.lines[line], target.quantity, number) if self._maybe(0.5) else ()
            form = OrderChange(**named, request=f"c{number}", currency=CURRENCY, quantities=(target,), payments=paid)
            self._later.append(Said(RawTopic.CHANNEL_ORDERS, order.order, form))
        address = NewAddress(name="Customer c0 moved", street="2 High Street", city="Leeds", country="GB")
        ship_to = address if self._maybe(0.6) else None
        way = {"ship_to": ship_to, "customer": order.customer, "ship_option": self._ship_option()}
        self._later.append(Said(RawTopic.CHANNEL_ORDERS, order.order, OrderRedirect(**named, request="r", **way)))

    def _paid_more(self, order, line, units, number):
        """What the units above those that were ordered cost."""
        more = units - line.quantity
        if more <= 0 or not line.quantity:
            return ()
        amount = (2 * line.amount * more + line.quantity) // (2 * line.quantity)
        if not amount:
            return ()
        reference = self._charge(f"{order.order}+c{number}", "pay-1", amount, order.currency)
        return (MoneyTaken(payment_id=f"more-{number}", provider="sandbox", reference=reference, amount=amount),)

    def _cancellation(self, order, number):
        count = len(order.lines) + (1 if self._maybe(0.05) else 0)
        lines = sorted(self._chance.sample(range(1, count + 1), self._chance.randrange(count + 1)))
        form = ChannelCancellation(
            channel=CHANNEL, order=order.order, request=f"cancel-{number}", lines=tuple(lines), reason="changed-mind"
        )
        return Said(RawTopic.CHANNEL_ORDERS, order.order, form)

    def _return(self, order):
        """Asked for when all has come; some ask too early, or for more than they bought."""
        line = self._chance.randrange(len(order.lines))
        most = max(1, order.lines[line].quantity)
        units = ReturnLineAsked(line=line + 1, quantity=self._chance.randrange(1, most + 1))
        form = ReturnRequest(
            channel=CHANNEL, request=f"back-{order.order}", order=order.order, lines=(units,), reason="not-as-described"
        )
        if self._maybe(0.2):
            self._loose.add(order.order)
            early = form.model_copy(update={"request": f"early-{order.order}"})
            self._later.append(Said(RawTopic.RETURN_REQUESTS, order.order, early))
        self._plan.returns.setdefault(order.order, []).append(PlannedReturn(form.request, form))

    # -- stock

    def _opening(self):
        """Some sites with some of the goods; a deployment that is short of them waits for `supplies`."""
        most = 6 if self._scarce else 200
        for site in SITES:
            lines = [line for sku in GOODS if self._maybe(0.8) for line in self._goods(sku, most)]
            if lines:
                yield receipt("opening", site.id, lines)
            if self._maybe(0.3):
                self._later.append(self._adjustment(site.id))
            if self._lotted and self._maybe(0.5):
                self._later.append(recalled(self._chance, site.id))

    def _goods(self, sku, most):
        return by_lot(self._chance, sku, most) if self._lotted else [units(self._chance, sku, most)]

    def _adjustment(self, site):
        change = self._chance.choice((-9, -2, -1, 1, 4))
        sku = self._chance.choice(sorted(GOODS))
        form = StockAdjustment(adjustment=f"count-{site}", site=site, sku=sku, change=change, reason="counted")
        return Said(RawTopic.STOCK_REPORTS, site, form)

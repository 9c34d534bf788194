"""The channel and the suppliers: orders at a steady rate, rounds of contention, changes of mind, deliveries."""

import asyncio
from datetime import UTC, datetime

import orjson

from cauce.demo.plan import Plan
from cauce.demo.stage import Said
from chaos.world import orders
from chaos.world.outbox import Outbox
from schemas.raw import ChannelCancellation, ChannelOrder, RawTopic
from schemas.stock_forms import StockReceipt

ORDERS_A_ROUND = 25  # after so many common orders comes a round of contention
ORDERS_A_SUPPLY = 40


class Load:
    """Orders of a seed. `sent` are those that the brokers acknowledged, by number; each is sent until they do."""

    def __init__(self, seed: int, rate: float, plan: Plan, outbox: Outbox) -> None:
        self._seed, self._rate, self._plan, self._outbox = seed, rate, plan, outbox
        self.sent: set[str] = set()
        self.contended: dict[str, list[str]] = {}  # by sku, the orders
        self.cancellations = 0

    @staticmethod
    def rounds(orders: float) -> int:
        """How many rounds of contention so many orders bring."""
        return int(orders) // ORDERS_A_ROUND + 1

    async def run(self, enough: asyncio.Event) -> None:
        """One order after the other, until there are enough."""
        clock = asyncio.get_running_loop().time
        begun, number = clock(), 0
        while not enough.is_set():
            self._common(number)
            if number % ORDERS_A_ROUND == ORDERS_A_ROUND - 1:
                self._contended(number // ORDERS_A_ROUND)
            if number % ORDERS_A_SUPPLY == ORDERS_A_SUPPLY - 1:
                self.receive(orders.supply(number // ORDERS_A_SUPPLY))
            number += 1
            await asyncio.sleep(max(0.0, begun + number / self._rate - clock()))

    def receive(self, receipt: StockReceipt) -> None:
        """Goods come in."""
        self._outbox.post(Said(RawTopic.STOCK_REPORTS, receipt.site, receipt))

    def cancel(self, order: str, lines: tuple[int, ...] = (), *, after: float = 0.0) -> None:
        """Its customer wants it no more, or some of its lines."""
        self.cancellations += 1
        self._outbox.post(_said(orders.cancellation(order, lines)), after=after)

    def _common(self, number: int) -> None:
        order = orders.order_of(self._seed, number, _now())
        planned = orders.return_of(self._seed, order)
        if planned:
            self._plan.returns[order.order] = [planned]
        self._outbox.start(self._buy(order))

    def _contended(self, number: int) -> None:
        several = orders.contenders(self._seed, number, _now())
        self.contended[orders.last_unit(number)] = [order.order for order in several]
        for order in several:
            self._outbox.start(self._buy(order, fickle=False))

    async def _buy(self, order: ChannelOrder, *, fickle: bool = True) -> None:
        """Pay, send, and change one's mind."""
        paid = await self._paid(order)
        self._outbox.post(_said(paid), then=lambda: self.sent.add(order.order))
        if not fickle:
            return
        whims = orders.whims_of(self._seed, order)
        if whims.cancels is not None:
            self.cancel(order.order, whims.cancels_lines, after=whims.cancels)
        if whims.repeats is not None:
            self._outbox.post(_said(paid), after=whims.repeats)
        if whims.differs is not None:
            self._outbox.post(_said(orders.differing(paid)), after=whims.differs)

    async def _paid(self, order: ChannelOrder) -> ChannelOrder:
        name = order.order
        parts = list(enumerate(orders.amounts(self._seed, order), start=1))
        asked = [
            {"amount": amount, "currency": order.currency, "reference": f"pay-{name}-{number}", "order": name}
            for number, amount in parts
        ]
        made = await self._outbox.charge(orjson.dumps({"charges": asked}))
        payments = tuple(
            orders.payment(name, number, charge["id"], amount)
            for (number, amount), charge in zip(parts, made, strict=True)
        )
        return order.model_copy(update={"payments": payments})


def _said(form: ChannelOrder | ChannelCancellation) -> Said:
    return Said(RawTopic.CHANNEL_ORDERS, form.order, form)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)

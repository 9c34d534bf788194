"""The channel: takes the money at its payment provider, sends each order on, as fast or as slowly as asked, and gives
the money back for each order that is refused.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice

import aiohttp
import orjson

from cauce.demo.plan import Entry, Plan
from cauce.demo.stage import Said, Stage
from schemas.raw import ChannelCancellation, ChannelOrder, ChannelPayment, RawTopic
from schemas.stock_forms import StockAdjustment

ENTRIES_A_STEP = 100
PROVIDER = "sandbox"
_AGAIN_SECONDS = 0.5


class Channel:
    """Sends a plan's entries in order. `speed` is business seconds a second, None for as fast as it goes.

    `charged` and `given_back` are minor units by order, as the provider answered; `refusals` are orders to give back.
    """

    def __init__(self, plan: Plan, provider_url: str, *, speed: float | None) -> None:
        self._plan, self._url, self._speed = plan, provider_url, speed
        self.sent = 0
        self.charged: dict[str, int] = {}
        self.given_back: dict[str, int] = {}
        self._charges: dict[str, str] = {}
        self.refusals: asyncio.Queue[str] = asyncio.Queue()

    async def play(self, stage: Stage, set_clock: Callable[[datetime], None]) -> None:
        """Send everything; the clock follows the business time of what is sent."""
        async with aiohttp.ClientSession(self._url) as provider:
            loop = asyncio.get_running_loop()
            begun, first = loop.time(), self._plan.hours[0]
            for step in _steps(self._plan.entries, 1 if self._speed else ENTRIES_A_STEP):
                if self._speed:
                    due = begun + (step[-1].at - first).total_seconds() / self._speed
                    await asyncio.sleep(max(0.0, due - loop.time()))
                set_clock(step[-1].at)
                await self._send(step, stage, provider)

    @property
    def owing(self) -> set[str]:
        """Orders with money that was not given back."""
        return self.charged.keys() - self.given_back.keys()

    def hear_refusal(self, order: str) -> None:
        """An order of ours was refused; of others we know nothing."""
        if order in self._charges:
            self.refusals.put_nowait(order)

    async def give_back(self) -> None:
        """Give the money of each refused order back, once however often it is heard of, until canceled."""
        async with aiohttp.ClientSession(self._url) as provider:
            while True:
                order = await self.refusals.get()
                while order not in self.given_back:
                    await self._give_back(order, provider)
                self.refusals.task_done()

    async def _give_back(self, order: str, provider: aiohttp.ClientSession) -> None:
        body = {
            "charge": self._charges[order],
            "amount": self.charged[order],
            "currency": self._plan.currency,
            "reference": f"refused-{order}",
            "order": order,
        }
        key = {"Idempotency-Key": f"refused-{self._plan.channel}-{order}"}
        try:
            async with provider.post("/v1/refunds", data=orjson.dumps(body), headers=key) as answer:
                answer.raise_for_status()
                self.given_back[order] = (await answer.json())["amount"]
        except aiohttp.ClientError:  # under the same key it cannot go back twice
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _send(self, step: list[Entry], stage: Stage, provider: aiohttp.ClientSession) -> None:
        orders = [entry.form for entry in step if isinstance(entry.form, ChannelOrder)]
        paid = iter(await self._charged(orders, provider))
        said = [_said(next(paid) if isinstance(entry.form, ChannelOrder) else entry.form) for entry in step]
        await stage.say(said)
        self.sent += len(step)

    async def _charged(self, orders: list[ChannelOrder], provider: aiohttp.ClientSession) -> list[ChannelOrder]:
        """The orders with the captures that the provider made for them; free ones need none."""
        charges = [
            {"amount": amount, "currency": order.currency, "reference": f"pay-{order.order}", "order": order.order}
            for order in orders
            if (amount := amount_of(order)) > 0
        ]
        if charges:
            async with provider.post("/v1/charges/batch", data=orjson.dumps({"charges": charges})) as answer:
                answer.raise_for_status()
                for charge in (await answer.json())["charges"]:
                    self._charges[charge["order"]] = charge["id"]
                    self.charged[charge["order"]] = charge["amount"]
        return [self._paid(order) for order in orders]

    def _paid(self, order: ChannelOrder) -> ChannelOrder:
        charge = self._charges.get(order.order)
        if charge is None:
            return order
        amount = self.charged[order.order]
        payment = ChannelPayment(payment_id=f"pay-{order.order}", provider=PROVIDER, reference=charge, amount=amount)
        return order.model_copy(update={"payments": (payment,)})


def amount_of(order: ChannelOrder) -> int:
    """What the customer pays, in minor units."""
    return sum(line.amount for line in order.lines) + sum(charge.amount for charge in order.charges)


def _steps(entries: Iterable[Entry], size: int) -> Iterator[list[Entry]]:
    rest = iter(entries)
    while step := list(islice(rest, size)):
        yield step


def _said(form: object) -> Said:
    match form:
        case ChannelOrder() | ChannelCancellation():
            return Said(RawTopic.CHANNEL_ORDERS, form.order, form)
        case StockAdjustment():
            return Said(RawTopic.STOCK_REPORTS, form.site, form)
        case _:
            raise TypeError(f"{type(form).__name__} is not something a channel sends")

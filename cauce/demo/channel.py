"""The channel: takes the money at its payment provider, then sends each order on, as fast or as slowly as asked."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice

import aiohttp
import orjson

from cauce.demo.plan import Entry, Plan
from cauce.demo.stage import Said, Stage
from schemas.raw import ChannelCancellation, ChannelOrder, ChannelPayment, RawTopic, StockAdjustment

ENTRIES_A_STEP = 100
PROVIDER = "sandbox"


class Channel:
    """Sends a plan's entries in order. `speed` is business seconds a second, None for as fast as it goes."""

    def __init__(self, plan: Plan, stage: Stage, provider_url: str, *, speed: float | None) -> None:
        self._plan, self._stage, self._url, self._speed = plan, stage, provider_url, speed
        self.sent = 0
        self.orders_sent = 0

    async def play(self, set_clock: Callable[[datetime], None]) -> None:
        """Send everything; the clock follows the business time of what is sent."""
        async with aiohttp.ClientSession(self._url) as provider:
            loop = asyncio.get_running_loop()
            begun, first = loop.time(), self._plan.entries[0].at
            for step in _steps(self._plan.entries, 1 if self._speed else ENTRIES_A_STEP):
                if self._speed:
                    due = begun + (step[-1].at - first).total_seconds() / self._speed
                    await asyncio.sleep(max(0.0, due - loop.time()))
                set_clock(step[-1].at)
                await self._send(step, provider)

    async def _send(self, step: list[Entry], provider: aiohttp.ClientSession) -> None:
        orders = [entry.form for entry in step if isinstance(entry.form, ChannelOrder)]
        paid = iter(await _charged(orders, provider))
        said = [_said(next(paid) if isinstance(entry.form, ChannelOrder) else entry.form) for entry in step]
        await self._stage.say(said)
        self.sent += len(step)
        self.orders_sent += len(orders)


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


async def _charged(orders: list[ChannelOrder], provider: aiohttp.ClientSession) -> list[ChannelOrder]:
    """The orders with the captures that the provider made for them; free ones need none."""
    amounts = {order.order: _amount(order) for order in orders}
    charges = [
        {"amount": amount, "currency": order.currency, "reference": f"pay-{order.order}", "order": order.order}
        for order in orders
        if (amount := amounts[order.order]) > 0
    ]
    if not charges:
        return orders
    async with provider.post("/v1/charges/batch", data=orjson.dumps({"charges": charges})) as answer:
        answer.raise_for_status()
        made = {charge["order"]: charge["id"] for charge in (await answer.json())["charges"]}
    return [_paid(order, made.get(order.order), amounts[order.order]) for order in orders]


def _amount(order: ChannelOrder) -> int:
    return sum(line.amount for line in order.lines) + sum(charge.amount for charge in order.charges)


def _paid(order: ChannelOrder, charge: str | None, amount: int) -> ChannelOrder:
    if charge is None:
        return order
    payment = ChannelPayment(payment_id=f"pay-{order.order}", provider=PROVIDER, reference=charge, amount=amount)
    return order.model_copy(update={"payments": (payment,)})

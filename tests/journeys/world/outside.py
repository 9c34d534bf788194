"""Everybody who is not Cauce, played step by step: the channel, the crew, the carrier, the desk, the supplier."""

import json
from itertools import count

import aiohttp
from aiokafka import AIOKafkaProducer
from world.company import GOODS, PRICE

from schemas.raw import (
    CarrierReport,
    ChannelCancellation,
    ChannelLine,
    ChannelOrder,
    ChannelPayment,
    FailedLine,
    GradedLine,
    RawTopic,
    ReturnLineAsked,
    ReturnReceipt,
    ReturnRequest,
    ShipmentFailure,
    WarehouseScan,
)
from schemas.shipments import CarrierStatus, Scan
from schemas.stock_forms import ReceiptLine, StockReceipt

CHANNEL = "web"


class Outside:
    """Writes raw topics, and takes money at the payment provider."""

    def __init__(self, settings, clock):
        self.settings, self.clock = settings, clock
        self._numbers = count(70_001)

    async def __aenter__(self):
        self._producer = AIOKafkaProducer(bootstrap_servers=self.settings.servers, acks="all")
        await self._producer.start()
        self._provider = aiohttp.ClientSession(self.settings.payments_url)
        return self

    async def __aexit__(self, *_):
        await self._provider.close()
        await self._producer.stop()

    # -- on the wire

    async def write(self, topic, key, value, headers=()):
        """One record as it is, acknowledged."""
        name = self.settings.topic(topic)
        return await self._producer.send_and_wait(name, value, key=key.encode(), headers=list(headers))

    async def say(self, topic, key, form):
        return await self.write(topic, key, form.model_dump_json(exclude_none=True).encode())

    # -- the channel

    def number(self):
        """A new order number."""
        return str(next(self._numbers))

    def order(self, customer, **goods):
        """An order, not yet paid or sent: `LANTERN=2`, an underscore for a hyphen."""
        lines = [ChannelLine.model_validate(line(sku.replace("_", "-"), units)) for sku, units in goods.items()]
        return ChannelOrder(
            channel=CHANNEL,
            order=self.number(),
            customer=customer.number,
            language=customer.language,
            placed_at=self.clock.at,
            currency="GBP",
            ship_to=customer.address,
            lines=tuple(lines),
        )

    async def paid(self, order, *parts):
        """The order with its money, captured at the provider: in these parts, and the rest."""
        amount = sum(part.amount for part in (*order.lines, *order.charges))
        parts = [*parts, amount - sum(parts)]
        payments = [await self._payment(f"pay-{order.order}-{n}", order, part) for n, part in enumerate(parts, start=1)]
        return order.model_copy(update={"payments": tuple(payments)})

    async def _payment(self, name, order, amount):
        form = {"amount": amount, "currency": order.currency, "reference": name, "order": order.order}
        answer = await self._ask("POST", "/v1/charges", json=form)
        return ChannelPayment(payment_id=name, provider="sandbox", reference=answer["id"], amount=amount)

    async def send(self, order):
        await self.say(RawTopic.CHANNEL_ORDERS, order.order, order)
        return order

    async def buy(self, customer, **goods):
        """A paid order, sent."""
        return await self.send(await self.paid(self.order(customer, **goods)))

    async def cancel(self, order, *lines):
        """A request to cancel an order, or some of its lines; its id."""
        request = f"cancel-{order.order}-{'-'.join(map(str, lines)) or 'all'}"
        form = ChannelCancellation(
            channel=CHANNEL, order=order.order, request=request, lines=lines, reason="ordered by mistake"
        )
        await self.say(RawTopic.CHANNEL_ORDERS, order.order, form)
        return request

    # -- the warehouse and the carrier

    async def receive(self, receipt, **units):
        """Goods of a supplier at the sites: `receive("r1", LANTERN={"DAVENTRY": 3})`."""
        lines = [(site, sku.replace("_", "-"), units) for sku, sites in units.items() for site, units in sites.items()]
        for site in dict.fromkeys(site for site, *_ in lines):
            here = tuple(ReceiptLine(sku=sku, quantity=units) for at, sku, units in lines if at == site)
            await self.say(RawTopic.STOCK_REPORTS, site, StockReceipt(receipt=receipt, site=site, lines=here))

    async def scan(self, scan, shipment_id, site, revision=1):
        form = WarehouseScan(
            scan=scan,
            scan_id=f"{shipment_id}-{revision}-{scan}",
            shipment=shipment_id,
            site=site,
            operator="ana",
            revision=revision,
        )
        await self.say(RawTopic.WAREHOUSE_SCANS, shipment_id, form)

    async def pick(self, work):
        await self.scan(Scan.PICKED, work.shipment_id, work.site, work.revision)

    async def fail(self, work, failing, **lines):
        """Units by line that the crew cannot send; without any, all: `fail(work, Failing.SHORT, line1=2)`."""
        form = ShipmentFailure(
            failure=f"{work.shipment_id}-{work.revision}-{failing}",
            failing=failing,
            shipment=work.shipment_id,
            site=work.site,
            operator="ana",
            lines=tuple(FailedLine(line=int(line[4:]), quantity=units) for line, units in lines.items()),
        )
        await self.say(RawTopic.SHIPMENT_FAILURES, work.shipment_id, form)

    async def pack(self, work):
        await self.scan(Scan.PACKED, work.shipment_id, work.site, work.revision)

    async def hand_over(self, parcel):
        await self.scan(Scan.HANDED_OVER, parcel.shipment_id, parcel.site)

    async def deliver(self, parcel):
        """The carrier's word that the customer has it."""
        form = CarrierReport(
            event_id=f"{parcel.tracking_number}-delivered",
            tracking_number=parcel.tracking_number,
            status=CarrierStatus.DELIVERED,
            happened_at=self.clock.at,
        )
        await self.say(RawTopic.CARRIER_EVENTS, parcel.tracking_number, form)

    # -- goods that come back

    async def ask_return(self, order_number, request, **lines):
        """Somebody wants to send units back: `ask_return("70001", "r1", line1=2)`."""
        asked = tuple(ReturnLineAsked(line=int(name[4:]), quantity=units) for name, units in lines.items())
        form = ReturnRequest(
            channel=CHANNEL, request=request, order=order_number, lines=asked, reason="not as I thought"
        )
        await self.say(RawTopic.RETURN_REQUESTS, order_number or request, form)

    async def take_in(self, authorized, receipt, grade, units=1):
        """The desk has units of the first line of a return."""
        form = ReturnReceipt(
            receipt=receipt,
            return_id=authorized.return_id,
            site=authorized.site,
            operator="desk",
            units=(GradedLine(line=int(authorized.lines[0].line_id), quantity=units, grade=grade),),
        )
        await self.say(RawTopic.RETURN_REQUESTS, authorized.return_id, form)

    # -- the provider

    async def refunds(self, order_id):
        """What the provider paid back for an order."""
        answer = await self._ask("GET", "/v1/refunds", params={"order": order_id})
        return answer["refunds"]

    async def script(self, **fault):
        """What goes wrong at the provider next."""
        await self._ask("POST", "/v1/faults", json={"faults": [fault]})

    async def _ask(self, method, path, **request):
        async with self._provider.request(method, path, **request) as answer:
            assert answer.ok, await answer.text()
            return await answer.json()


def line(sku, units):
    """A line as a channel writes it."""
    return {
        "sku": sku,
        "quantity": units,
        "unit_price": PRICE,
        "amount": units * PRICE,
        "tax": units * PRICE // 6,
        "description": GOODS.get(sku, ""),
    }


def encoded(form):
    """A dictionary as a channel's record."""
    return json.dumps(form).encode()

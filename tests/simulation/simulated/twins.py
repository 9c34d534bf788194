"""The same world without faults: what came of each order whose end does not depend on what comes first."""

from collections import Counter, defaultdict
from typing import NamedTuple

from simulated.vault import SECRET
from simulated.verdicts import messages

from cauce.demo.retail_company import CHANNEL
from cauce.ids import order_id
from schemas.orders import OrderPlaced
from schemas.payments import PaymentCaptured, PaymentRefunded
from schemas.returns import GoodsReturned, ReturnRefused
from schemas.shipments import ParcelDelivered, ParcelShipped

TOPICS = ("order-placed", "captured", "refunded", "shipped", "delivered", "returned", "return-authorized")


class End(NamedTuple):
    """Money in minor units and units by line, by what became of them."""

    money: Counter
    units: Counter
    sent_back: Counter
    refused: bool


def ends(sim):
    """The end of each order, by its id."""
    found = defaultdict(lambda: End(Counter(), Counter(), Counter(), refused=False))
    for topic in TOPICS:
        for _, message in messages(sim, topic):
            found[message.order_id] = _after(found[message.order_id], message)
    return found


def _after(end, message):
    match message:
        case OrderPlaced():
            end.units.update({("ordered", line.line_id): line.quantity for line in message.lines})
        case PaymentCaptured():
            end.money["captured"] += message.amount.amount
        case PaymentRefunded():
            end.sent_back["refunded"] += message.amount.amount
        case ParcelShipped() | ParcelDelivered():
            for line in message.lines:
                end.units[type(message).__name__, line.line_id] += line.quantity
        case GoodsReturned():
            for line in message.units:
                end.sent_back["returned", line.line_id] += line.quantity
        case ReturnRefused():
            return end._replace(refused=True)
    return end


def compared(sim, calm):
    """Orders that end otherwise than in the calm. A return that came too late for a fact may be refused in one."""
    ours, theirs = ends(sim), ends(calm)
    said = b"\n".join(sim.noise).lower()
    for number in {order.order for order in _orders(sim)} - sim.scenario.loose:
        name = order_id(SECRET, CHANNEL, number)
        if number.encode() in said or name.encode() in said:
            continue
        mine, yours = ours[name], theirs[name]
        if (mine.money, mine.units) != (yours.money, yours.units):
            yield f"order {number} ended with {mine}, in the calm with {yours}"
        elif not (mine.refused or yours.refused) and mine.sent_back != yours.sent_back:
            yield f"returns of order {number} ended with {mine.sent_back}, in the calm with {yours.sent_back}"


def _orders(sim):
    return [said.form for said in sim.scenario.entries if said.form.kind == "order"]

"""What became of everything that was sent, folded from the public facts: what is open, and what happened twice."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from cauce.demo.scoreboard import Scoreboard
from cauce.runtime.service import Received
from schemas.notices import CustomerNotified
from schemas.orders import OrderPlaced
from schemas.payments import PaymentCaptured, PaymentRefunded
from schemas.returns import GoodsReturned
from schemas.shipments import ParcelDelivered, ParcelShipped
from schemas.stock import Bucket, Move, StockMoved


class Board:
    """The demo's scoreboard, and a count of what may happen once."""

    def __init__(self) -> None:
        self.score = Scoreboard()
        self.gone: Counter[str] = Counter()  # units that are not free any more, by sku
        self.notified: dict[str, CustomerNotified] = {}
        self._once: Counter[tuple[str, ...]] = Counter()
        self._names: dict[str, str] = {}

    def see(self, received: Received) -> None:
        """Take one fact in."""
        message = received.message
        self.score.see(received)
        if name := _ONCE.get(type(message)):
            self._once[(message.type, *name(message))] += 1
        match message:
            case OrderPlaced():
                self._names[message.order_id] = message.channel_order
            case StockMoved():
                self._see_stock(message)
            case CustomerNotified():
                self.notified[message.message_id] = message
            case _:
                pass

    def _see_stock(self, moved: StockMoved) -> None:
        if moved.source is Bucket.FREE:
            self.gone[moved.sku] += moved.quantity
        if moved.target is Bucket.FREE and moved.move is not Move.RECEIVED:
            self.gone[moved.sku] -= moved.quantity

    @property
    def decided(self) -> set[str]:
        """Orders that are taken or refused, as the channel knows them."""
        return {placed.channel_order for placed in self.score.placed.values()} | self.score.refused

    @property
    def queued(self) -> set[str]:
        """Orders that had to wait for stock, as the channel knows them."""
        return {self._names[order] for order in self.score.backordered if order in self._names}

    def undecided(self, sent: Iterable[str]) -> set[str]:
        """Orders that were acknowledged, and neither taken nor refused."""
        return set(sent) - self.decided

    def open(self, sent: Iterable[str], returns: int) -> dict[str, int]:
        """What has not come to its end, by kind; empty once everything is settled."""
        known = len(self.score.placed) + len(self.score.refused)
        return self.score.open(orders=known + len(self.undecided(sent)), returns=returns, adjustments=0)

    def twice(self) -> dict[str, int]:
        """What happened more than once and must not, by kind: how often too often."""
        found: Counter[str] = Counter()
        for (kind, *_), times in self._once.items():
            found[kind] += times - 1
        return {kind: count for kind, count in found.items() if count}


_ONCE: dict[type, Callable[[Any], tuple[str, ...]]] = {
    OrderPlaced: lambda fact: (fact.channel_order,),
    PaymentCaptured: lambda fact: (fact.provider_reference,),
    PaymentRefunded: lambda fact: (fact.provider_reference,),
    ParcelShipped: lambda fact: (fact.shipment_id,),
    ParcelDelivered: lambda fact: (fact.shipment_id,),
    GoodsReturned: lambda fact: (fact.return_id, fact.receipt_id),
    CustomerNotified: lambda fact: (fact.message_id,),
}

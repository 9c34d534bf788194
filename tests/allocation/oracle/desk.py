"""A shop whose sites also count, set units aside, and send them to each other."""

from collections import Counter
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from cauce.money import Money
from oracle.shop import SITE, SKUS, SOME, UNITS, Shop
from schemas.counts import CountedUnits, CountOpened, CountReported, DecideCount, OpenCount, ReportCount
from schemas.movements import (
    Movement,
    MoveStock,
    ReceiveTransfer,
    SendTransfer,
    TransferReceived,
    TransferredUnits,
    TransferSent,
)
from schemas.stock import SkuQuantity


class Desk(Shop):
    """Requests of the sites' desks, in any order, fit or not."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: list[CountOpened] = []
        self.sent: list[TransferSent] = []
        self.way: Counter[str] = Counter()

    @rule(site=SITE, skus=st.sets(st.sampled_from(SKUS), min_size=1), limit=st.sampled_from([None, 0, 400]))
    def a_count_is_opened(self, site: str, skus: set[str], limit: int | None) -> None:
        money = None if limit is None else Money(amount=limit, currency="EUR")
        name = f"C{len(self.counts)}"
        command = OpenCount(pool=0, count_id=name, site=site, skus=tuple(sorted(skus)), approve_above=money)
        self.counts += self.do(command)

    @precondition(lambda self: self.counts)
    @rule(data=st.data(), units=st.integers(0, 9))
    def a_count_is_reported(self, data: st.DataObject, units: int) -> None:
        opened = data.draw(st.sampled_from(self.counts))
        lines = tuple(CountedUnits(sku=sku, counted=units) for sku in opened.skus)
        name = f"R{len(self.commands)}"
        events = self.do(ReportCount(pool=0, report_id=name, count_id=opened.count_id, site=opened.site, lines=lines))
        assert events, "a report is answered"
        assert not (isinstance(events[0], CountReported) and events[0].waits) or len(events) == 1

    @precondition(lambda self: self.counts)
    @rule(data=st.data(), approved=st.booleans())
    def a_count_is_decided(self, data: st.DataObject, approved: Any) -> None:
        opened = data.draw(st.sampled_from(self.counts))
        name = f"D{len(self.commands)}"
        assert self.do(
            DecideCount(pool=0, decision_id=name, count_id=opened.count_id, site=opened.site, approved=approved)
        )

    @rule(site=SITE, sku=st.sampled_from(SKUS), movement=st.sampled_from(Movement), units=UNITS)
    def units_go_aside(self, site: str, sku: str, movement: Movement, units: int) -> None:
        name = f"M{len(self.commands)}"
        command = MoveStock(
            pool=0, movement_id=name, site=site, sku=sku, movement=movement, quantity=units, reason="damaged"
        )
        assert self.do(command)

    @rule(site=SITE, to=SITE, units=SOME)
    def a_van_leaves(self, site: str, to: str, units: dict[str, int]) -> None:
        lines = tuple(SkuQuantity(sku=sku, quantity=quantity) for sku, quantity in units.items())
        name = f"T{len(self.commands)}"
        first, *_ = self.do(SendTransfer(pool=0, transfer_id=name, site=site, to_site=to, lines=lines))
        if isinstance(first, TransferSent):
            self.sent.append(first)
            self.way.update({line.sku: line.quantity for line in first.lines})

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), lost=st.integers(-1, 2))
    def a_van_arrives(self, data: st.DataObject, lost: int) -> None:
        sent = data.draw(st.sampled_from(self.sent))
        lines = tuple(TransferredUnits(sku=line.sku, quantity=max(0, line.quantity - lost)) for line in sent.lines)
        first, *_ = self.do(
            ReceiveTransfer(
                pool=0,
                receipt_id=f"I{len(self.commands)}",
                transfer_id=sent.transfer_id,
                from_site=sent.site,
                site=sent.to_site,
                lines=lines,
            )
        )
        if isinstance(first, TransferReceived):
            self.way.subtract({line.sku: line.sent for line in first.lines})

    @invariant()
    def what_left_and_did_not_arrive_is_on_its_way(self) -> None:
        on_the_way: Counter[str] = Counter()
        for row in self.pool.table().get("transfers", {}).values():
            on_the_way.update(dict(row.lines))
        assert +on_the_way == +self.way

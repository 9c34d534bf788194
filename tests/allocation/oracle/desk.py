"""A shop whose sites also count."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from cauce.money import Money
from oracle.shop import SITE, SKUS, Shop
from schemas.counts import CountedUnits, CountOpened, CountReported, DecideCount, OpenCount, ReportCount


class Desk(Shop):
    """Requests of the sites' desks, in any order, fit or not."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: list[CountOpened] = []

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

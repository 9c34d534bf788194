"""Quotes over the keeper's state: positions, days, queues, supply, terms."""

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager

from cauce.cli.keeper_desk import KeeperDesk, following, keeper_of
from cauce.runtime.clock import clock_of
from cauce.runtime.doors.gazetteer import Gazetteer
from cauce.runtime.lane import Lane
from cauce.runtime.settings import Settings
from schemas.quotes import Basket, PromiseQuote
from schemas.reference import Kind, Policy
from services.allocation.domain import rows as kinds
from services.allocation.domain.quotes import quote
from services.intake.domain.taking import deliver_by

FOLLOWED = (kinds.POSITIONS, kinds.COUNTERS, kinds.LOADS, kinds.DEPARTURES, kinds.QUEUE, kinds.ARRIVALS)


class QuoteDesk(KeeperDesk):
    """Answers what the dates of a basket would be; made by `quoting`."""

    def __init__(self, settings: Settings, lane: Lane) -> None:
        super().__init__(settings, lane, FOLLOWED)
        self._clock, self._gazetteer = clock_of(settings), Gazetteer(settings.gazetteer)

    def quote(self, basket: Basket) -> PromiseQuote:
        """The dates, now. Raises ValueError for a country that is none, and for a service that is not offered."""
        destination = self._gazetteer.locate(basket.country, basket.postal_code)
        if destination is None:
            raise ValueError(f"{basket.country} is no country of ISO 3166")
        at = self._clock.now()
        policy: Policy | None = next(iter(self.reference.items(Kind.POLICY)), None)
        if policy and basket.service not in policy.deliver_within_days:
            raise ValueError(f"{basket.service} is not offered: the policy has no days for it")
        until = deliver_by(at, policy, basket.service)
        return quote(self.stock, basket, destination, at=at, deliver_by=until)

    def unknown(self, skus: Iterator[str]) -> list[str]:
        """Of these skus, those that the products do not name, where there are products."""
        if not self.reference.version(Kind.PRODUCTS):
            return []
        return sorted({sku for sku in skus if self.reference.item(Kind.PRODUCTS, sku) is None})


def quoting(servers: str, settings: Settings) -> AbstractAsyncContextManager[QuoteDesk]:
    """A desk that knows everything committed until now, and follows. Raises Unavailable where no keeper ever was."""
    return following(servers, QuoteDesk(settings, keeper_of(settings)))

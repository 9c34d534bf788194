"""A shop that keeps safety stock, tells its channels what they may sell, and is told what is low."""

from functools import partial
from itertools import pairwise
from typing import Any

from hypothesis.stateful import invariant

from cauce.money import Money
from oracle.buying import Buying
from oracle.shop import SITES, SKUS
from schemas.alerts import Alert, StockAlert
from schemas.levels import StockLevel
from schemas.reference import Safety, Stocking

KEPT = {("cup", "lyon", ""): 2, ("", "", "market"): 3}
LOW_BELOW = 6


class Telling(Buying):
    """What was told last is what the positions say, and nothing is told twice."""

    def new_pool(self, rows: Any = None) -> Any:
        worth = Money(amount=200, currency="EUR")
        return partial(
            self.told.pool,
            stocking=(Stocking(id="cup", unit_value=worth, low_below=LOW_BELOW, order_up_to=9),),
            safety=tuple(
                Safety(id=str(number), sku=sku, site=site, channel=channel, units=units)
                for number, ((sku, site, channel), units) in enumerate(KEPT.items())
            ),
        )(rows)

    def is_kept_back(self, sku: str) -> bool:
        return any(kept == sku for kept, _, _ in KEPT)

    def sellable(self, sku: str, site: str) -> int:
        return max(0, self.pool.at(sku, site).free - KEPT.get((sku, site, ""), 0))

    @invariant()
    def levels_are_what_channels_may_sell(self) -> None:
        for sku, level in self.pool.table().get("levels", {}).items():
            free = {site: self.pool.at(sku, site).free for site in SITES}
            assert level[""] == sum(self.sellable(sku, site) for site in SITES)
            assert level["market"] == sum(max(0, free[site] - 3) for site in SITES)

    @invariant()
    def every_level_differs_from_the_one_before_and_has_the_next_number(self) -> None:
        levels = [event for event in self.pool.events if isinstance(event, StockLevel)]
        assert [level.number for level in levels] == list(range(1, len(levels) + 1))
        for sku in SKUS:
            told = [level.channels for level in levels if level.sku == sku]
            assert all(one != other for one, other in pairwise(told))

    @invariant()
    def an_alert_stands_while_the_stock_is_low_and_is_told_once(self) -> None:
        told = [event for event in self.pool.events if isinstance(event, StockAlert)]
        free = sum(self.pool.at("cup", site).free for site in SITES)
        stands = self.pool.table().get("alerts", {}).get("cup")
        if told:
            assert stands == (None if told[-1].alert is Alert.RECOVERED else told[-1].alert)
        if stands:
            assert free < LOW_BELOW
        assert all(one.alert is not other.alert for one, other in pairwise(told))

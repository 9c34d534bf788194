"""What a wave would decide, over the keeper's state as it is; nothing is asked of anybody."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple

from cauce.cli.keeper_desk import KeeperDesk, following, keeper_of
from cauce.runtime.clock import clock_of
from cauce.runtime.lane import Lane
from cauce.runtime.settings import Settings
from schemas.stock import Allocated
from schemas.waves import DecideWave, WaveDecided
from services.allocation.domain import rows as kinds
from services.allocation.domain.pools import FIRST_POOL
from services.allocation.domain.ruling import RuledStock, ruled
from services.allocation.domain.waves import decide_wave, in_turn

FOLLOWED = (kinds.POSITIONS, kinds.ORDERS, kinds.WAITING, kinds.QUEUE, kinds.LOADS, kinds.DEPARTURES)
_TRIAL = "trial"

Units = dict[str, int]  # by site


class Tried(NamedTuple):
    """An order of a wave: the units that it waits for, and what it would get from each site, in turn and together."""

    order_id: str
    order_number: str
    waits: int
    in_turn: Units
    together: Units


class Trial(NamedTuple):
    """A wave as it would be decided now."""

    method: str
    reason: str
    orders: tuple[Tried, ...]
    passed_over: tuple[str, ...]  # they wait for nothing

    def to_json(self) -> dict[str, Any]:
        """As one object."""
        return {**self._asdict(), "orders": [one._asdict() for one in self.orders]}


class WaveDesk(KeeperDesk):
    """Tries waves; made by `waves`."""

    def __init__(self, settings: Settings, lane: Lane) -> None:
        super().__init__(settings, lane, FOLLOWED)
        self._clock = clock_of(settings)

    def backlog(self, sku: str) -> list[str]:
        """Who waits for a sku, by turn."""
        return [turn.order_id for _, turn in self.stock.queue(sku)]

    def trial(self, order_ids: Iterable[str], nodes: int | None = None) -> Trial:
        """What these orders would get."""
        stock = ruled(self.stock, self._clock.now())
        command = DecideWave(pool=FIRST_POOL, wave_id=_TRIAL, order_ids=tuple(order_ids), nodes=nodes)
        events = decide_wave(stock, command)
        alone = {} if not isinstance(stock, RuledStock) else in_turn(stock, command)
        said = next(event for event in events if isinstance(event, WaveDecided))
        together = {event.order_id: _units(event) for event in events if isinstance(event, Allocated)}
        orders = tuple(
            Tried(order_id, number, waits, _picked(alone.get(order_id)), together.get(order_id, {}))
            for order_id, number, waits in self._waiting(command.order_ids)
        )
        known = {one.order_id for one in orders}
        return Trial(str(said.method), said.reason, orders, tuple(one for one in command.order_ids if one not in known))

    def _waiting(self, order_ids: Iterable[str]) -> Iterator[tuple[str, str, int]]:
        for order_id in order_ids:
            if waiting := self.stock.waiting(order_id):
                units = sum(line.quantity for line in waiting.lines if not line.lapsed)
                yield order_id, waiting.order_number, units


def _units(promise: Allocated) -> Units:
    return {one.site: sum(line.quantity for line in one.lines) for one in promise.shipments}


def _picked(plan: Any) -> Units:
    units: Units = {}
    for pick in plan.picks if plan else ():
        units[pick.site] = units.get(pick.site, 0) + pick.quantity
    return units


def waves(servers: str, settings: Settings) -> AbstractAsyncContextManager[WaveDesk]:
    """A desk that knows everything committed until now. Raises Unavailable where no keeper ever was."""
    return following(servers, WaveDesk(settings, keeper_of(settings)))

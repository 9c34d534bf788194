"""Laws 4 and 7 of what people are warned of: an alert stands once a crossing, and a breach follows its promise."""

from collections import defaultdict
from datetime import date
from typing import Any

from cauce.audit.record import Entry, Gap, Violation
from schemas.alerts import Alert, StockAlert
from schemas.base import Message
from schemas.breaches import PromiseAtRisk, PromiseBroken, PromiseMoved
from schemas.buying import Cover, CoverAlert, SlowAlert, Turnover
from schemas.stock import Allocated
from schemas.teams import TellTeam

_RANKS: dict[type[Message], tuple[Any, ...]] = {  # from what ends an alert to the worst
    StockAlert: (Alert.RECOVERED, Alert.LOW, Alert.OUT),
    CoverAlert: (Cover.ENOUGH, Cover.SHORT),
    SlowAlert: (Turnover.MOVING, Turnover.SLOW),
}
Name = tuple[Any, ...]


class Crossings:
    """Of each sku and kind, in the keeper's order: only what is worse than the last, or ends it. Teams hear it once."""

    def __init__(self) -> None:
        self._alerts: dict[Name, dict[int, Entry]] = defaultdict(dict)
        self._words: dict[Name, str] = {}
        self._found: list[Violation] = []

    def see(self, entry: Entry) -> None:
        """Alerts of the keeper, and the router's words of them."""
        message = entry.message
        if type(message) in _RANKS:
            self._alerts[type(message), message.pool, message.sku][entry.envelope.sequence] = entry
        elif isinstance(message, TellTeam):
            name = message.addressee, message.kind, message.reference, entry.envelope.cause_id
            if name in self._words:
                detail = f"{message.addressee} is to be told of {message.kind} twice, first at {self._words[name]}"
                self._found.append(Violation(4, entry.place, message.about, detail))
            self._words.setdefault(name, entry.place)

    def violations(self) -> list[Violation]:
        """See Check."""
        return [*self._found, *(one for name, alerts in self._alerts.items() for one in _repeated(name, alerts))]


def _repeated(name: Name, alerts: dict[int, Entry]) -> list[Violation]:
    ranks, found, last = _RANKS[name[0]], [], 0
    for _, entry in sorted(alerts.items()):
        rank = ranks.index(entry.message.alert)
        if rank == last or 0 < rank < last:
            detail = f"{entry.message.alert} is told, and {ranks[last]} was told last"
            found.append(Violation(4, entry.place, entry.message.sku, detail))
        last = rank
    return found


class Breaches:
    """Who says that a date is at risk, moved or broken speaks of a shipment that was promised for that date."""

    def __init__(self) -> None:
        self._promised: dict[str, set[date]] = defaultdict(set)
        self._breaches: list[tuple[str, PromiseAtRisk | PromiseMoved | PromiseBroken]] = []
        self._said: dict[tuple[str, str], str] = {}
        self._found: list[Violation] = []

    def see(self, entry: Entry) -> None:
        """Decisions with their promises, and what became of these."""
        match entry.message:
            case Allocated() as allocated:
                for shipment in allocated.shipments:
                    if shipment.promise is not None:
                        self._promised[shipment.shipment_id].add(shipment.promise.deliver_on)
            case PromiseAtRisk() | PromiseMoved() | PromiseBroken() as breach:
                self._breaches.append((entry.place, breach))
                self._count(entry, breach)
            case _:
                pass

    def _count(self, entry: Entry, breach: PromiseAtRisk | PromiseMoved | PromiseBroken) -> None:
        name = breach.shipment_id, breach.type
        if name in self._said and not isinstance(breach, PromiseMoved):
            detail = f"{breach.type} of {breach.shipment_id} is said twice, first at {self._said[name]}"
            self._found.append(Violation(4, entry.place, breach.order_id, detail))
        self._said.setdefault(name, entry.place)

    def violations(self) -> list[Violation]:
        """See Check."""
        return [
            *self._found,
            *(Gap(7, place, *_unpromised(breach)) for place, breach in self._breaches if self._is_odd(breach)),
        ]

    def _is_odd(self, breach: PromiseAtRisk | PromiseMoved | PromiseBroken) -> bool:
        return breach.deliver_on not in self._promised.get(breach.shipment_id, ())


def _unpromised(breach: PromiseAtRisk | PromiseMoved | PromiseBroken) -> tuple[str, str]:
    return breach.order_id, f"{breach.type} of {breach.shipment_id}, which nobody promised for {breach.deliver_on}"

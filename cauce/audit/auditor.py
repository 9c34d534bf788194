"""The auditor: every check over every record, and the violations in the order of the laws."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cauce.audit.alerts import Breaches, Crossings
from cauce.audit.answers import Answers
from cauce.audit.desk import Desk
from cauce.audit.goods import Goods
from cauce.audit.holds import Holds
from cauce.audit.identity import Identity, Sequences
from cauce.audit.inputs import Inputs
from cauce.audit.ledgers import LedgerLine, TwoLedgers
from cauce.audit.lines import Lines
from cauce.audit.money import Money
from cauce.audit.read_model import ReadModel
from cauce.audit.record import Check, Entry, Gap, Place, Violation, Waits
from cauce.audit.refunds import Refunds
from cauce.audit.requests import Changes, Notices, Returns
from cauce.audit.secrecy import Secrecy
from cauce.audit.shipments import Shipments
from cauce.audit.shown import Shown
from cauce.audit.states import State, Waiting
from cauce.audit.units import Ledger, Promises


class Verdict(NamedTuple):
    """What an audit found, over how many records, and how many things wait in each named state.

    `behind` are the facts that the read model has still to read; None where it was not compared.
    """

    records: int
    violations: tuple[Violation, ...]
    waiting: dict[State, int]
    behind: int | None = None


class Auditor:
    """Feed it all records of a deployment; partitions in order, topics in any.

    Where something of an order is missing and a record of the order was set aside, the order is not broken: it waits
    for the operator, who sends the record in again or drops it.
    """

    def __init__(
        self,
        *,
        raw: Iterable[Place] = (),
        parked: Iterable[Place] = (),
        provider: Mapping[str, LedgerLine] | None = None,
        canaries: Iterable[bytes] = (),
        shown: Shown | None = None,
    ) -> None:
        self._parked = frozenset(parked)
        self._orders_set_aside: set[str] = set()
        self._secrecy, self._inputs = Secrecy(canaries), Inputs(raw, self._parked)
        self._waits: list[Waits] = [Refunds(), Lines(), Holds(), Shipments(), Changes(), Returns(), Notices()]
        self._checks: list[Check] = [
            Identity(), Sequences(), Crossings(), Breaches(), Ledger(), Desk(), Promises(), Money(), Goods(),
            *self._waits, self._inputs, Answers(self._parked),
        ]  # fmt: skip
        if provider is not None:
            self._checks.append(TwoLedgers(provider))
        self._read_model = ReadModel(shown) if shown is not None else None
        if self._read_model is not None:
            self._checks.append(self._read_model)
        self._records = 0

    def see(self, entry: Entry, content: bytes) -> None:
        """Take one record in, as message and as bytes."""
        self._records += 1
        self._secrecy.see_bytes(entry.place, content)
        if entry.at in self._parked:
            self._orders_set_aside.add(getattr(entry.message, "order_id", ""))
        for check in self._checks:
            check.see(entry)

    def see_unreadable(self, place: Place, content: bytes) -> None:
        """Take a record in that is no message: some lane must have set it aside."""
        self._records += 1
        self._secrecy.see_bytes(str(place), content)
        self._inputs.see_unreadable(place)

    def verdict(self) -> Verdict:
        """The violations, by law, and what waits, by state."""
        found = [violation for check in self._checks for violation in check.violations()]
        found += self._secrecy.violations()
        aside = {broken for broken in found if isinstance(broken, Gap) and broken.subject in self._orders_set_aside}
        broken = sorted((one for one in found if one not in aside), key=lambda violation: violation.law)
        waiting = [*(one for check in self._waits for one in check.waiting())]
        waiting += [Waiting(State.SET_ASIDE, order_id) for order_id in {gap.subject for gap in aside}]
        behind = self._read_model.behind if self._read_model is not None else None
        return Verdict(self._records, tuple(broken), _counted(waiting), behind)


def _counted(waiting: Iterable[Waiting]) -> dict[State, int]:
    counts = Counter(one.state for one in waiting)
    return {state: counts[state] for state in State if counts[state]}

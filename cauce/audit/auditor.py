"""The auditor: every check over every record, and the violations in the order of the laws."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cauce.audit.identity import Identity, Sequences
from cauce.audit.inputs import Inputs, Place
from cauce.audit.lines import Lines
from cauce.audit.money import LedgerLine, Money, TwoLedgers
from cauce.audit.record import Check, Entry, Violation
from cauce.audit.secrecy import Secrecy
from cauce.audit.units import Ledger, Promises


class Verdict(NamedTuple):
    """What an audit found, and over how many records."""

    records: int
    violations: tuple[Violation, ...]


class Auditor:
    """Feed it all records of a deployment; partitions in order, topics in any."""

    def __init__(
        self,
        *,
        raw: Iterable[Place] = (),
        parked: Iterable[Place] = (),
        provider: Mapping[str, LedgerLine] | None = None,
        canaries: Iterable[bytes] = (),
    ) -> None:
        self._secrecy, self._inputs = Secrecy(canaries), Inputs(raw, parked)
        self._checks: list[Check] = [
            Identity(), Sequences(), Ledger(), Promises(), Money(), Lines(), self._inputs,
        ]  # fmt: skip
        if provider is not None:
            self._checks.append(TwoLedgers(provider))
        self._records = 0

    def see(self, entry: Entry, content: bytes) -> None:
        """Take one record in, as message and as bytes."""
        self._records += 1
        self._secrecy.see_bytes(entry.place, content)
        for check in self._checks:
            check.see(entry)

    def see_unreadable(self, place: Place, content: bytes) -> None:
        """Take a record in that is no message: some lane must have set it aside."""
        self._records += 1
        self._secrecy.see_bytes(str(place), content)
        self._inputs.see_unreadable(place)

    def verdict(self) -> Verdict:
        """The violations, by law."""
        found = [violation for check in self._checks for violation in check.violations()]
        found += self._secrecy.violations()
        return Verdict(self._records, tuple(sorted(found, key=lambda violation: violation.law)))

"""Law 7 by request: a change asked, a return asked, a return awaited and a notice to be sent each come to an end."""

from collections import Counter
from collections.abc import Iterable

from cauce.audit.record import Entry, Gap, Violation
from cauce.audit.states import State, Waiting
from schemas.changing import (
    ChangeAnswered,
    ChangeRefused,
    ChangeRequested,
    OrderRedirected,
    RedirectAnswered,
    RedirectRequested,
)
from schemas.notices import CustomerNotified, NoticeFailed, SendMail
from schemas.orders import OrderChanged
from schemas.returns import GoodsReturned, ReturnAuthorized, ReturnExpired, ReturnPending, ReturnRefused
from schemas.teams import SendToTeam, TeamNoticeFailed, TeamNotified

Name = tuple[str, ...]


class Changes:
    """What intake proposes, fulfillment answers; what is answered, intake settles."""

    def __init__(self) -> None:
        self._asked: dict[Name, str] = {}
        self._answered: dict[Name, str] = {}
        self._settled: set[Name] = set()

    def see(self, entry: Entry) -> None:
        """A request that is refused at once was never proposed."""
        message = entry.message
        match message:
            case ChangeRequested() | RedirectRequested():
                self._asked.setdefault((message.order_id, message.request_id), entry.place)
            case ChangeAnswered() | RedirectAnswered():
                self._answered.setdefault((message.order_id, message.request_id), entry.place)
            case ChangeRefused() | OrderChanged() | OrderRedirected():
                self._settled.add((message.order_id, message.request_id))
            case _:
                pass

    def violations(self) -> list[Violation]:
        """See Check."""
        return [
            Gap(7, place, name[0], f"change {name[1]} was answered, and the order says nothing of it")
            for name, place in self._answered.items()
            if name not in self._settled
        ]

    def waiting(self) -> Iterable[Waiting]:
        """See Waits."""
        open_ones = self._asked.keys() - self._answered.keys() - self._settled
        return [Waiting(State.CHANGE_ASKED, "/".join(name)) for name in open_ones]


class Returns:
    """Requests that wait for facts, and authorized units that neither came nor are out of time."""

    def __init__(self) -> None:
        self._pending: set[Name] = set()
        self._decided: set[Name] = set()
        self._expected: Counter[tuple[str, str]] = Counter()
        self._places: dict[str, tuple[str, str]] = {}
        self._ended: Counter[tuple[str, str]] = Counter()

    def see(self, entry: Entry) -> None:
        """All are facts of returns."""
        message = entry.message
        match message:
            case ReturnPending():
                self._pending.add((message.order_id, message.request_id, message.digest))
            case ReturnRefused():
                self._decided.add((message.order_id, message.request_id, message.digest))
            case ReturnAuthorized():
                self._decided.add((message.order_id, message.request_id, message.digest))
                self._add(self._expected, entry, message.lines)
            case ReturnExpired():
                self._add(self._ended, entry, message.lines)
            case GoodsReturned():
                self._add(self._ended, entry, message.units)
            case _:
                pass

    def violations(self) -> list[Violation]:
        """See Check."""
        return [
            Violation(7, place, order_id, f"return {name}: {units} units of line {line_id} came that none expected")
            for (name, line_id), units in (self._ended - self._expected).items()
            for place, order_id in (self._places[name],)
        ]

    def waiting(self) -> Iterable[Waiting]:
        """See Waits."""
        for name in self._pending - self._decided:
            yield Waiting(State.RETURN_ASKED, "/".join(name[:2]))
        for return_id in {return_id for return_id, _ in self._expected - self._ended}:
            yield Waiting(State.RETURN_AWAITED, return_id)

    def _add(self, units: Counter[tuple[str, str]], entry: Entry, lines: Iterable[object]) -> None:
        return_id = entry.message.return_id
        self._places.setdefault(return_id, (entry.place, entry.message.order_id))
        for line in lines:
            units[return_id, line.line_id] += line.quantity  # type: ignore[attr-defined]  # every line of ours has both


class Notices:
    """A mail that was asked for is sent or failed; what the router says is under law 8."""

    def __init__(self) -> None:
        self._asked: dict[Name, None] = {}
        self._ended: dict[Name, tuple[str, str]] = {}

    def see(self, entry: Entry) -> None:
        """All are of one addressee's notices."""
        message = entry.message
        match message:
            case SendMail():
                self._asked[message.person_id, message.kind.value, message.reference] = None
            case CustomerNotified() | NoticeFailed():
                name = message.person_id, message.kind.value, message.reference
                self._ended[name] = entry.place, message.order_id
            case SendToTeam():
                self._asked[message.addressee, message.kind.value, message.reference] = None
            case TeamNotified() | TeamNoticeFailed():
                name = message.addressee, message.kind.value, message.reference
                self._ended[name] = entry.place, message.about
            case _:
                pass

    def violations(self) -> list[Violation]:
        """See Check."""
        return [
            Violation(7, place, order_id, f"the notice {'/'.join(name[1:])} ended, and was never asked for")
            for name, (place, order_id) in self._ended.items()
            if name not in self._asked
        ]

    def waiting(self) -> Iterable[Waiting]:
        """See Waits."""
        return [Waiting(State.NOTICE_UNSENT, "/".join(name[1:])) for name in self._asked if name not in self._ended]

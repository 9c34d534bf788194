"""What one person is told: each notice once, never an old state after a newer one, and how it went out."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from cauce.decider import Decider
from cauce.ids import digest, event_id
from schemas.base import Part
from schemas.effects import EffectOutcome
from schemas.light import light
from schemas.notices import CustomerNotified, NoticeFailed, NoticeKind, NoticeSuperseded, SendMail, TellCustomer
from services.notify.domain.letters import write

_UNDER_WAY = (NoticeKind.PACKED, NoticeKind.SHIPPED, NoticeKind.DELIVERED)
_LATER = {  # what a parcel's notice is old news after
    NoticeKind.MOVED: (NoticeKind.SHIPPED, NoticeKind.DELIVERED),  # which say when it arrives
    NoticeKind.PACKED: (NoticeKind.SHIPPED, NoticeKind.DELIVERED),
    NoticeKind.SHIPPED: (NoticeKind.DELIVERED,),
}
_ENDED_BY_CANCELING = (
    *(NoticeKind.RECEIVED, NoticeKind.BACKORDERED, NoticeKind.EXPECTED),
    *(NoticeKind.CONFIRMED, NoticeKind.PACKED),
)


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell the person of a fact."""

    at: datetime
    notice: TellCustomer


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """The mail server's final word on the mail `kind/reference`."""

    at: datetime
    notice: str
    outcome: EffectOutcome
    repeats: int
    detail: str


_mail, _superseded = light(SendMail), light(NoticeSuperseded)
_notified, _failed = light(CustomerNotified), light(NoticeFailed)


class Waiting(Part):
    """A mail the runner has not answered for yet."""

    kind: NoticeKind
    reference: str
    order_id: str


class Correspondence(Part):
    """One person's notices: `told` are the marks of all that was decided, in order of their text."""

    person_id: str
    told: tuple[str, ...] = ()
    waiting: tuple[Waiting, ...] = ()


NoticeCommand = Tell | RecordAnswer
NoticeEvent = SendMail | CustomerNotified | NoticeFailed | NoticeSuperseded


def decide(person: Correspondence, command: NoticeCommand) -> tuple[NoticeEvent, ...]:
    """A mail for what is new, a reason for what is not, the record of what the mail server said."""
    match command:
        case Tell():
            return _tell(person, command)
        case RecordAnswer():
            return _record(person, command)
        case _:
            assert_never(command)


def evolve(person: Correspondence, event: NoticeEvent) -> Correspondence:
    """The fold of what was published about one person."""
    match event:
        case SendMail():
            waiting = Waiting(kind=event.kind, reference=event.reference, order_id=event.order_id)
            return _marked(person, event).model_copy(update={"waiting": (*person.waiting, waiting)})
        case NoticeSuperseded():
            return _marked(person, event)
        case CustomerNotified() | NoticeFailed():
            name = (event.kind, event.reference)
            left = tuple(mail for mail in person.waiting if (mail.kind, mail.reference) != name)
            return person.model_copy(update={"waiting": left})
        case _:
            assert_never(event)


def message_id(person_id: str, kind: NoticeKind, reference: str) -> str:
    """The Message-ID of a notice (RFC 5322, section 3.6.4): a mail sent twice is known as one."""
    return f"<{event_id(person_id, 'notify', kind, reference)}@notices.cauce.invalid>"


def is_superseded(person: Correspondence, notice: TellCustomer) -> bool:
    """Whether the person was told of a later state of the same thing. Money, cancellations and returns never are."""
    if notice.kind in _ENDED_BY_CANCELING and _was_told(person, NoticeKind.CANCELED, notice.order_id):
        return True
    if notice.kind is NoticeKind.CONFIRMED:
        return bool(notice.shipments) and all(_was_told_any(person, _UNDER_WAY, each) for each in notice.shipments)
    return _was_told_any(person, _LATER.get(notice.kind, ()), notice.reference)


def _tell(person: Correspondence, command: Tell) -> tuple[NoticeEvent, ...]:
    notice = command.notice
    if _was_told(person, notice.kind, notice.reference):
        return ()  # the fact came again
    about = {"person_id": notice.person_id, "kind": notice.kind, "reference": notice.reference}
    if is_superseded(person, notice):
        return (_superseded(**about, order_id=notice.order_id),)
    letter = write(notice)
    return (
        _mail(
            **about,
            order_id=notice.order_id,
            language=letter.language,
            message_id=message_id(notice.person_id, notice.kind, notice.reference),
            written_at=command.at,
            subject=letter.subject,
            body=letter.body,
            personal=notice.personal,
        ),
    )


def _record(person: Correspondence, command: RecordAnswer) -> tuple[NoticeEvent, ...]:
    mail = next((mail for mail in person.waiting if f"{mail.kind}/{mail.reference}" == command.notice), None)
    if mail is None:
        return ()  # answered before
    about = {
        "person_id": person.person_id,
        "kind": mail.kind,
        "reference": mail.reference,
        "order_id": mail.order_id,
    }
    match command.outcome:
        case EffectOutcome.DONE:
            sent_as = message_id(person.person_id, mail.kind, mail.reference)
            return (_notified(**about, message_id=sent_as, repeats=command.repeats),)
        case EffectOutcome.DECLINED:
            return (_failed(**about, detail=command.detail),)
        case _:
            assert_never(command.outcome)


def _mark(kind: NoticeKind, reference: str) -> str:
    return digest(f"{kind}/{reference}".encode())


def _was_told(person: Correspondence, kind: NoticeKind, reference: str) -> bool:
    mark = _mark(kind, reference)
    place = bisect_left(person.told, mark)
    return place < len(person.told) and person.told[place] == mark


def _was_told_any(person: Correspondence, kinds: tuple[NoticeKind, ...], reference: str) -> bool:
    return any(_was_told(person, kind, reference) for kind in kinds)


def _marked(person: Correspondence, event: SendMail | NoticeSuperseded) -> Correspondence:
    mark = _mark(event.kind, event.reference)
    place = bisect_left(person.told, mark)
    return person.model_copy(update={"told": (*person.told[:place], mark, *person.told[place:])})


DECIDER: Decider[Correspondence, NoticeCommand, NoticeEvent] = Decider(
    initial=lambda person_id: Correspondence(person_id=person_id), decide=decide, evolve=evolve
)

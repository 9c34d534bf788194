"""What teams and suppliers are told of one sku or order: each alert once an addressee, and how it went out."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from cauce.decider import Decider
from cauce.ids import digest, event_id
from schemas.base import Part
from schemas.effects import EffectOutcome
from schemas.teams import SendToTeam, TeamKind, TeamNotice, TeamNoticeFailed, TeamNotified, TellTeam
from services.notify.domain.letters import write_to_team


@dataclass(frozen=True, slots=True)
class TellOnce:
    """Tell an addressee of an alert."""

    at: datetime
    word: TellTeam


@dataclass(frozen=True, slots=True)
class RecordEnd:
    """The final word of the mail server or webhook on the notice with this natural key."""

    at: datetime
    notice: str
    outcome: EffectOutcome
    repeats: int
    detail: str


class Sent(Part):
    """A notice that the runner has not answered for yet."""

    addressee: str
    kind: TeamKind
    reference: str
    subject: str


class Told(Part):
    """What was told about one sku or order: the marks of all notices, and those under way."""

    about: str
    told: tuple[str, ...] = ()
    sent: tuple[Sent, ...] = ()


TeamCommand = TellOnce | RecordEnd
TeamEvent = SendToTeam | TeamNotified | TeamNoticeFailed


def decide(state: Told, command: TeamCommand) -> tuple[TeamEvent, ...]:
    """A mail or a call for what is new, and the record of what became of it."""
    match command:
        case TellOnce():
            return _tell(state, command)
        case RecordEnd():
            return _record(state, command)
        case _:
            assert_never(command)


def evolve(state: Told, event: TeamEvent) -> Told:
    """The fold of what was published about one sku or order."""
    match event:
        case SendToTeam():
            sent = Sent(**_name(event), subject=event.subject)
            return state.model_copy(update={"told": (*state.told, _mark(event)), "sent": (*state.sent, sent)})
        case TeamNotified() | TeamNoticeFailed():
            left = tuple(one for one in state.sent if _key(one) != event.natural_key())
            return state.model_copy(update={"sent": left})
        case _:
            assert_never(event)


def _tell(state: Told, command: TellOnce) -> tuple[TeamEvent, ...]:
    word = command.word
    if _mark(word) in state.told:
        return ()  # the alert came again
    letter = write_to_team(word)
    send = SendToTeam(
        about=word.about,
        **_name(word),
        language=letter.language,
        message_id=f"<{event_id(word.about, 'notify', 'team', word.natural_key())}@notices.cauce.invalid>",
        written_at=command.at,
        subject=letter.subject,
        body=letter.body,
    )
    return (send,)


def _record(state: Told, command: RecordEnd) -> tuple[TeamEvent, ...]:
    sent = next((one for one in state.sent if _key(one) == command.notice), None)
    if sent is None:
        return ()  # answered before
    named = {"about": state.about, **_name(sent), "subject": sent.subject}
    match command.outcome:
        case EffectOutcome.DONE:
            return (TeamNotified(**named, repeats=command.repeats),)
        case EffectOutcome.DECLINED:
            return (TeamNoticeFailed(**named, detail=command.detail),)
        case _:
            assert_never(command.outcome)


def _name(notice: TeamNotice | Sent) -> dict[str, str]:
    return {"addressee": notice.addressee, "kind": notice.kind, "reference": notice.reference}


def _key(sent: Sent) -> str:
    """As TeamNotice.natural_key."""
    return "/".join(_name(sent).values())


def _mark(notice: TeamNotice) -> str:
    return digest(notice.natural_key().encode())


DECIDER: Decider[Told, TeamCommand, TeamEvent] = Decider(
    initial=lambda about: Told(about=about), decide=decide, evolve=evolve
)

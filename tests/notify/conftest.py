"""Facts as notify reads them, and a person's lane in memory."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from cauce.decider import MemoryReference
from cauce.money import Money
from cauce.runtime.service import Received
from schemas.base import Message, Sealed
from schemas.effects import EffectAnswered, EffectOutcome
from schemas.envelope import Envelope
from schemas.light import lightened
from schemas.notices import NoticeKind, NoticeLine, SendMail, TellCustomer
from schemas.upcasts import read_message
from services.notify.domain.notices import DECIDER, Correspondence
from services.notify.translate import to_notice

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def received(message: Message, topic: str = "notices") -> Received:
    """A message as a light lane gets it."""
    envelope = Envelope(
        id="0c3f", type=message.type, source="/test", subject=message.key_value(), sequence=1, at=AT, release="1"
    )
    return Received(topic, envelope, lightened(message))


def notice(kind: NoticeKind, reference: str = "ord1-1", **told: Any) -> TellCustomer:
    """A word for Ana, complete for every kind."""
    filled = {
        "person_id": "ana",
        "order_id": "ord1",
        "order_number": "SHOP-1001",
        "language": "en",
        "personal": Sealed(person_id="ana", content=b"sealed"),
        "lines": (
            NoticeLine(text="White hanging heart (85123A)", quantity=2),
            NoticeLine(text="22423", quantity=1, expected_on=date(2026, 3, 16)),
        ),
        "amount": Money(amount=1530, currency="GBP"),
        "tracking_number": "CAORD1001",
        "carrier": "Parcelwide",
        "expected_on": date(2026, 3, 14),
        "detail": "no line of it can be sent",
    }
    return TellCustomer(kind=kind, reference=reference, **(filled | told))


def answer(mail: SendMail, outcome: EffectOutcome = EffectOutcome.DONE, **more: Any) -> EffectAnswered:
    """The runner's answer to a mail."""
    return EffectAnswered(
        subject=mail.person_id,
        effect_id="e-1",
        effect=mail.type,
        reference=mail.natural_key(),
        outcome=outcome,
        attempts=1,
        **more,
    )


class Lane:
    """The notices of one person: what comes in is translated, decided, and folded, as the runtime does it."""

    def __init__(self) -> None:
        self.state = Correspondence(person_id="ana")
        self.published: list[Message] = []

    def take(self, *messages: Message) -> list[Message]:
        """What the lane publishes because of these messages, in order."""
        before = len(self.published)
        for message in messages:
            for event in DECIDER.decide(self.state, to_notice(received(message), MemoryReference())):
                self.state = DECIDER.evolve(self.state, event)
                self.published.append(read_message(event.type, event.to_bytes()))
        return self.published[before:]

    def sent(self) -> list[SendMail]:
        """The mails asked for so far."""
        return [event for event in self.published if isinstance(event, SendMail)]


@pytest.fixture
def lane() -> Lane:
    return Lane()


@pytest.fixture(scope="session", name="new_lane")
def _new_lane() -> Callable[[], Lane]:
    return Lane


@pytest.fixture(scope="session", name="notice")
def _notice() -> Callable[..., TellCustomer]:
    return notice


@pytest.fixture(scope="session", name="answer")
def _answer() -> Callable[..., EffectAnswered]:
    return answer


@pytest.fixture(scope="session", name="received")
def _received() -> Callable[..., Received]:
    return received

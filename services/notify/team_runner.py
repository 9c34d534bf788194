"""The runner of notices to teams and suppliers: a mail where the address is a mailbox, else a call of the webhook."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from cauce.runtime.service import Answer
from cauce.runtime.settings import Settings
from schemas.base import Message
from schemas.effects import EffectOutcome
from schemas.teams import SendToTeam
from services.notify import mail
from services.notify.addresses import NotListed, address_of, file_of
from services.notify.media import Declined, Medium, medium_by
from services.notify.webhook import post

_TIMEOUT = aiohttp.ClientTimeout(total=20.0, connect=5.0)


@asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator["Herald"]:
    """The medium of mails that the settings name, and a client for webhooks."""
    secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        yield Herald(
            medium_by(settings), session, addresses=file_of(settings), sender=settings.mail_from, secret=secret
        )


class Herald:
    """Sends notices to teams and suppliers."""

    def __init__(
        self, medium: Medium, session: aiohttp.ClientSession, *, addresses: Path, sender: str, secret: str
    ) -> None:
        self._medium, self._session = medium, session
        self._addresses, self._sender, self._secret = addresses, sender, secret

    async def perform(self, effect: Message, _effect_id: str, _attempt: int) -> Answer:
        """See cauce.runtime.service.Perform. A repeat has the same Message-ID, or the same webhook-id."""
        assert isinstance(effect, SendToTeam)  # noqa: S101  # the only effect of this topic
        try:
            await self._send(effect, address_of(self._addresses, effect.addressee))
        except (NotListed, mail.NoAddress, Declined) as reason:
            return Answer(EffectOutcome.DECLINED, detail=str(reason))
        return Answer(EffectOutcome.DONE, provider_reference=effect.message_id)

    async def _send(self, effect: SendToTeam, to: str) -> None:
        if to.startswith(("http://", "https://")):
            await post(self._session, effect, url=to, secret=self._secret)
        else:
            await self._medium.send(mail.composed(effect, to=to, body=effect.body, sender=self._sender))

"""The runner of notify: opens the seal of one notice and hands the mail over."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cauce.runtime.doors.vault import SealBroken, Vault
from cauce.runtime.doors.vault_keys import Erased, KeyMissing, VaultFailed
from cauce.runtime.service import Answer, ProviderDown
from cauce.runtime.settings import Settings
from schemas.base import Message
from schemas.effects import EffectOutcome
from schemas.notices import SendMail
from schemas.orders import PersonalDetails
from services.notify import mail
from services.notify.media import Declined, Medium, medium_by

ERASED = "erased"


@asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator["Mailer"]:
    """The medium and the vault that the settings name."""
    vault = Vault(settings.home)
    try:
        yield Mailer(medium_by(settings), vault, settings.mail_from)
    finally:
        vault.close()


class Mailer:
    """Sends notices, each to the address in its seal."""

    def __init__(self, medium: Medium, vault: Vault, sender: str) -> None:
        self._medium = medium
        self.concurrency = medium.concurrency
        self._vault = vault
        self._sender = sender

    async def perform(self, effect: Message, _effect_id: str, _attempt: int) -> Answer:
        """See cauce.runtime.service.Perform. SMTP has no idempotency key: the Message-ID marks a repeat."""
        assert isinstance(effect, SendMail)  # noqa: S101  # the only effect of this topic
        try:
            details = self._vault.open(effect.personal, PersonalDetails)
            await self._medium.send(mail.build(effect, details, self._sender))
        except Erased:
            return Answer(EffectOutcome.DECLINED, detail=ERASED)
        except SealBroken:
            return Answer(EffectOutcome.DECLINED, detail="the seal was not made with this person's key")
        except (mail.NoAddress, Declined) as reason:
            return Answer(EffectOutcome.DECLINED, detail=str(reason))
        except KeyMissing:
            lost = "the vault has no key for this person: is CAUCE_HOME that of the doors?"
            raise ProviderDown(lost, may_have_acted=False) from None
        except VaultFailed as fault:
            raise ProviderDown("the vault cannot be read", may_have_acted=False) from fault
        return Answer(EffectOutcome.DONE, provider_reference=effect.message_id)

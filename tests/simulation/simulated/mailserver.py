"""The mail server and the webhooks: they count what they took, by Message-ID, and remember nothing else."""

from collections import Counter
from contextlib import asynccontextmanager
from types import SimpleNamespace

import aiohttp

from cauce.runtime.service import ProviderDown
from services.notify.media import TIMEOUT_SECONDS, Declined


class MailServer:
    """A medium of notices (services.notify.media.Medium)."""

    concurrency = 8

    def __init__(self, outside):
        self._outside = outside
        self.taken = Counter()

    async def send(self, mail):
        name = mail.message_id
        try:
            status, _ = await self._outside.call(
                f"mail {name[1:9]}", lambda: self._take(name), odd="declined", seconds=TIMEOUT_SECONDS
            )
        except (aiohttp.ClientError, OSError) as fault:
            acted = not isinstance(fault, aiohttp.ClientConnectorError)
            raise ProviderDown("the mail server does not answer", may_have_acted=acted) from None
        if status == 550:
            raise Declined("the mail server refused it with 550")
        if status == 429:
            raise ProviderDown("the mail server asks for patience", may_have_acted=False)

    async def called(self, name):
        """The status that a webhook answers with; calls are counted as mails are, by the notice's id."""
        status, _ = await self._outside.call(
            f"webhook {name[:8]}",
            lambda: self._take(f"<{name}@notices.cauce.invalid>"),
            odd="declined",
            seconds=TIMEOUT_SECONDS,
        )
        return status

    def _take(self, name):
        self.taken[name] += 1
        return 200, {}


class Receiver:
    """What a runner asks its session for to call a webhook (aiohttp.ClientSession)."""

    def __init__(self, mailserver):
        self._mailserver = mailserver

    @asynccontextmanager
    async def post(self, _url, *, data, headers, allow_redirects):
        assert data
        assert not allow_redirects
        yield SimpleNamespace(status=await self._mailserver.called(headers["webhook-id"]))

"""The mail server: it counts what it took, by Message-ID, and remembers nothing else."""

from collections import Counter

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

    def _take(self, name):
        self.taken[name] += 1
        return 200, {}

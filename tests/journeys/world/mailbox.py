"""A mail server in the test's own process, and the mailboxes of the customers behind it."""

import asyncio
from email import message_from_bytes
from email.policy import SMTP as POLICY

from aiosmtpd.smtp import SMTP


class Mailbox:
    """Takes every mail but those of `refused` addresses, which it answers so.

    `before_answering` is called with each mail, once it is kept and before the server says so.
    """

    def __init__(self, moved):
        self.mails, self.refused, self.turned_away, self.before_answering = [], {}, [], None
        self._moved = moved

    async def __aenter__(self):
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, "127.0.0.1", 0)
        self.url = f"smtp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    def _session(self):
        return SMTP(self, hostname="mail.journeys.invalid", loop=asyncio.get_running_loop())

    async def __aexit__(self, *_):
        self._server.close()
        await self._server.wait_closed()

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802  # aiosmtpd's name
        if address in self.refused:
            self.turned_away.append(address)
            self._moved.set()
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802  # aiosmtpd's name
        mail = message_from_bytes(envelope.content, policy=POLICY)
        self.mails.append(mail)
        self._moved.set()
        if self.before_answering:
            await self.before_answering(mail)
        return "250 kept"

    def of(self, customer):
        """What came to a customer, oldest first."""
        return [mail for mail in self.mails if mail["To"] == customer.email]

    def at(self, address):
        """What came to an address that is no customer's, oldest first."""
        return [mail for mail in self.mails if mail["To"] == address]

    def subjects(self, customer):
        return [mail["Subject"] for mail in self.of(customer)]

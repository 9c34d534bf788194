"""Where mails go: a mail server over SMTP (RFC 5321), or a folder with a file for each."""

import os
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import url2pathname

import aiosmtplib

from cauce.runtime.service import ProviderDown
from cauce.runtime.settings import Settings
from services.notify.mail import Mail

TIMEOUT_SECONDS = 30.0
_FOR_GOOD = 500  # RFC 5321, section 4.2.1: 5yz is permanent, 4yz may pass


class Declined(Exception):
    """The mail server refused this mail for good; the reason repeats nothing of what it said but its code."""


class Medium(Protocol):
    """Takes a mail, or raises Declined or ProviderDown."""

    concurrency: int  # mails it takes at once, from each partition of a worker

    async def send(self, mail: Mail) -> None:
        """Return once the mail is in the provider's hands."""


class SmtpMedium:
    """A mail server. `smtp` takes TLS when the server offers it, `smtps` speaks nothing else."""

    concurrency = 8  # each has a connection

    def __init__(self, url: SplitResult) -> None:
        self._url = url

    async def send(self, mail: Mail) -> None:
        """See Medium."""
        client = self._client()
        try:
            await client.connect()
        except aiosmtplib.SMTPResponseException as refused:
            raise _unwelcome(refused.code) from None
        except (aiosmtplib.SMTPException, OSError) as fault:
            raise _silent(fault, may_have_acted=False) from None
        async with client:
            await _hand_over(client, mail)

    def _client(self) -> aiosmtplib.SMTP:
        user, password = self._url.username, self._url.password
        return aiosmtplib.SMTP(
            hostname=self._url.hostname,
            port=self._url.port,
            use_tls=self._url.scheme == "smtps",
            username=unquote(user) if user else None,
            password=unquote(password) if password else None,
            timeout=TIMEOUT_SECONDS,
        )


async def _hand_over(client: aiosmtplib.SMTP, mail: Mail) -> None:
    try:
        await client.sendmail(mail.sender, [mail.recipient], mail.content)
    except aiosmtplib.SMTPRecipientsRefused as refused:
        raise _refusal(refused.recipients[0].code) from None
    except aiosmtplib.SMTPDataError as refused:
        raise _refusal(refused.code) from None
    except aiosmtplib.SMTPResponseException as refused:
        raise _unwelcome(refused.code) from None
    except (aiosmtplib.SMTPException, OSError) as fault:
        raise _silent(fault, may_have_acted=True) from None


class FolderMedium:
    """A folder: `<id>.eml` a mail, written whole or not at all; a repeat stands beside it as `<id>.repeat-N.eml`.

    It outlives a killed worker. Like the broker's log it is left to the system to bring to the disk: to wait for that
    with each mail would be to wait for nothing else.
    """

    concurrency = 256  # a file is written at once; more in a transaction cost less each

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, mail: Mail) -> None:
        """See Medium."""
        try:
            self._write(mail)
        except OSError as fault:
            reason = f"the mail folder cannot be written: {fault.strerror}"
            raise ProviderDown(reason, may_have_acted=False) from fault

    def _put(self, part: str, content: bytes) -> None:
        try:
            _write_new(part, content)
        except FileNotFoundError:
            self._folder.mkdir(parents=True, exist_ok=True)
            _write_new(part, content)

    def _write(self, mail: Mail) -> None:
        stem = mail.message_id.strip("<>").partition("@")[0]
        part = f"{self._folder}/{stem}.{os.getpid()}.part"
        try:
            self._put(part, mail.content)
            for repeat in count():
                name = f"{stem}.repeat-{repeat}.eml" if repeat else f"{stem}.eml"
                if _linked(part, f"{self._folder}/{name}"):
                    return
        finally:
            with suppress(FileNotFoundError):
                os.unlink(part)  # noqa: PTH108  # a Path for each step of each mail takes as long as the steps


_MEDIA: dict[str, Callable[[SplitResult], Medium]] = {
    "smtp": SmtpMedium,
    "smtps": SmtpMedium,
    "file": lambda url: FolderMedium(Path(url2pathname(url.path))),
}


def medium_of(url: str) -> Medium:
    """The medium a URL names. Raises ValueError, without the URL, which may hold a password."""
    split = urlsplit(url)
    if split.scheme not in _MEDIA:
        raise ValueError("CAUCE_MAIL_URL begins with none of smtp://, smtps:// and file:///")
    return _MEDIA[split.scheme](split)


def medium_by(settings: Settings) -> Medium:
    """The medium that the settings name, else the folder `mail` of the home."""
    return medium_of(settings.mail_url.get_secret_value() if settings.mail_url else (settings.home / "mail").as_uri())


def _refusal(code: int) -> Exception:
    """The server's no to this mail."""
    if code >= _FOR_GOOD:
        return Declined(f"the mail server refused it with {code}")
    return ProviderDown(f"the mail server asks for patience with {code}", may_have_acted=False)


def _unwelcome(code: int) -> ProviderDown:
    """The server's no to us, our log-in or our sender: no fault of this mail."""
    reason = f"the mail server answers {code}: see CAUCE_MAIL_URL and CAUCE_MAIL_FROM"
    return ProviderDown(reason, may_have_acted=False)


def _silent(fault: Exception, *, may_have_acted: bool) -> ProviderDown:
    """No answer; after the connection stood, the mail may have been taken."""
    return ProviderDown(f"the mail server does not answer: {type(fault).__name__}", may_have_acted=may_have_acted)


def _write_new(path: str, content: bytes) -> None:
    with open(path, "wb", buffering=0) as file:  # noqa: PTH123  # as above
        file.write(content)


def _linked(part: str, target: str) -> bool:
    """A link appears whole and never replaces a file, so repeats of several workers are all counted."""
    try:
        os.link(part, target)
    except FileExistsError:
        return False
    return True

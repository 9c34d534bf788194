"""A notice as a mail (RFC 5322): what the deciders wrote, with the name and address from the seal.

Headers are written line by line: `email.message` parses each one it is given, ten times the work of all the rest.
"""

import re
from email import quoprimime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from typing import NamedTuple

from schemas.notices import SendMail
from schemas.orders import PersonalDetails
from schemas.teams import SendToTeam
from services.notify.domain.letters import RECIPIENT, plain

_UNREACHABLE = "no address that mail can be sent to"
_LINE = 78  # RFC 5322, section 2.1.1
_END = "\r\n"
# Most bodies and addresses need no library: lines that quoted-printable leaves as they are, and a dot-atom (RFC 5322,
# section 3.2.3) at a domain of letters, digits and hyphens. Parsing them anyway is half of a mail's time.
_AS_IT_IS = re.compile(r"(?:(?:[\t -<>-~]{0,75}[!-<>-~])?\n)+")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
_CONTENT = (
    ("Auto-Submitted", "auto-generated"),  # RFC 3834: nobody's holiday notice answers it
    ("Content-Type", 'text/plain; charset="utf-8"'),
    ("Content-Transfer-Encoding", "quoted-printable"),
    ("MIME-Version", "1.0"),
)


class NoAddress(ValueError):
    """There is no address that mail can be sent to; the reason does not repeat it."""


class Mail(NamedTuple):
    """A mail and its envelope: `sender` and `recipient` are bare addresses, `content` goes over the wire as it is."""

    sender: str
    recipient: str
    message_id: str
    content: bytes


class Sender(NamedTuple):
    """The sender's bare address, and the From header with its name."""

    address: str
    header: str


def build(effect: SendMail, details: PersonalDetails, sender: str) -> Mail:
    """The mail of a notice: the same effect and details give the same bytes. Raises NoAddress.

    The name stands in the greeting alone, the first marker of the body: Python 3.11
    loses the quotes of a long name when it folds a header (gh-80222), and a comma then begins another address.
    """
    return composed(effect, to=details.email, body=greeted(effect.body, plain(details.name)), sender=sender)


def composed(effect: SendMail | SendToTeam, *, to: str, body: str, sender: str) -> Mail:
    """A mail to an address, of what an effect says. Raises NoAddress."""
    us, recipient = sender_of(sender), mailbox(to)
    headers = (
        ("To", recipient),
        ("Subject", _text(effect.subject)),
        ("Date", format_datetime(effect.written_at)),
        ("Message-ID", effect.message_id),
        *_CONTENT,
        ("Content-Language", effect.language),
    )
    head = us.header + "".join(f"{name}: {value}{_END}" for name, value in headers)
    return Mail(us.address, recipient, effect.message_id, f"{head}{_END}{_quoted(body)}".encode("ascii"))


def _text(subject: str) -> str:
    """A subject as it stands in its header, folded and encoded (RFC 2047) where it must be."""
    if subject.isascii() and "=?" not in subject:
        fits = len("Subject: ") + len(subject) <= _LINE
        return subject if fits else Header(subject, "us-ascii", _LINE, "Subject").encode(linesep=_END)
    return Header(subject, "utf-8", _LINE, "Subject").encode(linesep=_END)


def _quoted(body: str) -> str:
    """Quoted-printable (RFC 2045) of the text in UTF-8, whatever ends its lines."""
    if _AS_IT_IS.fullmatch(body):
        return body.replace("\n", _END)
    lines = b"\n".join(body.encode().splitlines()) + b"\n"
    return quoprimime.body_encode(lines.decode("latin-1"), _LINE, _END)


def greeted(body: str, name: str) -> str:
    """The body with the name in its greeting, or a greeting without one."""
    return body.replace(f" {RECIPIENT}", f" {name}" if name else "", 1)


def mailbox(address: str) -> str:
    """`address` as SMTP takes it, its domain in ASCII (RFC 5890). Raises NoAddress."""
    if _PLAIN_ADDRESS.fullmatch(address):
        return address
    local, _, domain = address.strip().rpartition("@")
    try:
        spec = f"{local}@{domain.encode('idna').decode()}"
        Address(addr_spec=spec)
    except (ValueError, MessageError, IndexError):
        raise NoAddress(_UNREACHABLE) from None
    if not local or not spec.isascii() or "." not in domain:
        raise NoAddress(_UNREACHABLE)
    return spec


@lru_cache(maxsize=8)
def sender_of(sender: str) -> Sender:
    """The sender named in the settings."""
    name, spec = parseaddr(sender)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name=name, addr_spec=spec)
    return Sender(spec, mail.as_bytes().decode("ascii").removesuffix(_END))

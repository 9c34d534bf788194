"""A notice as a mail (RFC 5322): what the deciders wrote, with the name and address from the seal."""

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from schemas.notices import SendMail
from schemas.orders import PersonalDetails
from services.notify.domain.letters import RECIPIENT, plain

_UNREACHABLE = "no address that mail can be sent to"


class NoAddress(ValueError):
    """There is no address that mail can be sent to; the reason does not repeat it."""


def build(effect: SendMail, details: PersonalDetails, sender: str) -> EmailMessage:
    """The mail of a notice: the same effect and details give the same bytes. Raises NoAddress.

    The name stands in the greeting alone, the first marker of the body: Python 3.11
    loses the quotes of a long name when it folds a header (gh-80222), and a comma then begins another address.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender_address(sender)
    mail["To"] = Address(addr_spec=mailbox(details.email))
    mail["Subject"] = effect.subject
    mail["Date"] = format_datetime(effect.written_at)
    mail["Message-ID"] = effect.message_id
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers it
    mail.set_content(greeted(effect.body, plain(details.name)), charset="utf-8", cte="quoted-printable")
    mail["Content-Language"] = effect.language
    return mail


def greeted(body: str, name: str) -> str:
    """The body with the name in its greeting, or a greeting without one."""
    return body.replace(f" {RECIPIENT}", f" {name}" if name else "", 1)


def mailbox(address: str) -> str:
    """`address` as SMTP takes it, its domain in ASCII (RFC 5890). Raises NoAddress."""
    local, _, domain = address.strip().rpartition("@")
    try:
        spec = f"{local}@{domain.encode('idna').decode()}"
        Address(addr_spec=spec)
    except (ValueError, MessageError, IndexError):
        raise NoAddress(_UNREACHABLE) from None
    if not local or not spec.isascii() or "." not in domain:
        raise NoAddress(_UNREACHABLE)
    return spec


def sender_address(sender: str) -> Address:
    """The sender named in the settings."""
    name, spec = parseaddr(sender)
    return Address(display_name=name, addr_spec=spec)

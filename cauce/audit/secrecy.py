"""Law 10: personal data appears only where it is declared: sealed, or on the raw topics that outsiders write."""

import re
from collections.abc import Iterable

from cauce.audit.record import Violation

_NOBODY = b".invalid"  # RFC 2606: a name that can be nobody's; our Message-IDs end in it
_EMAIL = re.compile(rb"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")


class Secrecy:
    """Looks for addresses, and for canaries that the caller planted, in the bytes of every record of ours."""

    def __init__(self, canaries: Iterable[bytes] = ()) -> None:
        self._canaries = tuple(canaries)
        self._found: list[Violation] = []

    def see_bytes(self, place: str, content: bytes) -> None:
        """Take in a record's key, value and headers, joined."""
        if any(not address.endswith(_NOBODY) for address in _EMAIL.findall(content)):
            self._found.append(Violation(10, place, "", "a mail address in the clear"))
        for canary in self._canaries:
            if canary in content:
                self._found.append(Violation(10, place, "", "a person's detail in the clear"))

    def violations(self) -> list[Violation]:
        """See Check."""
        return self._found

"""Keys: the deployment's own secret, and one key a person. Erasing a person is dropping the key.

Everything lies in the folder `vault` of the home: `secret` (made once, mode 0600), `people.sqlite` (a row a person) and
`erasures`, a byte for each erasure, by whose length every process sees that keys it remembers may be gone. Sealing is
AES-SIV (RFC 5297): deterministic, so that the same details of a person are the same bytes. Lose the folder and nothing
that was sealed can be read again: back it up, and let a backup live no longer than an erasure may wait.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import BaseModel

from cauce.runtime.doors.vault_keys import KEY_BYTES, PeopleKeys
from schemas.base import Sealed

SECRET_BYTES = 32
_FINGERPRINT_BYTES = 16
_KEYS_REMEMBERED = 10_000
_RAW = b"cauce:raw-record"  # associated data: a sealed record is never taken for a person's details

Details = TypeVar("Details", bound=BaseModel)


class SealBroken(ValueError):
    """The bytes were not sealed with this key, or were changed since."""


class Vault:
    """The keys of one home. Several processes may use it at once."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "vault"
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(self._folder / "lock"):
            deployment = secret_of(_secret_file(home))
            self._people = PeopleKeys(self._folder / "people.sqlite", _derived(deployment, "people", KEY_BYTES))
        self.secret = _derived(deployment, "ids", SECRET_BYTES)
        self.fingerprint = _fingerprint(deployment)
        self._raw = AESSIV(_derived(deployment, "raw", KEY_BYTES))
        self._erasures = self._folder / "erasures"
        self._erasures.touch(mode=0o600)
        self._seen = self._erasures.stat().st_size
        self._to_seal = lru_cache(maxsize=_KEYS_REMEMBERED)(self._people.obtain)
        self._to_open = lru_cache(maxsize=_KEYS_REMEMBERED)(self._people.find)

    def seal(self, person_id: str, details: BaseModel) -> Sealed:
        """The details under the person's key, which is made when it is first needed and is on disk before this returns.

        Raises Erased for a person who was erased: a late repeat must not bring them back. See `readmit`.
        """
        sealed = self.seal_unsettled(person_id, details)
        self.settle()
        return sealed

    def settle(self) -> None:
        """Bring the keys of new people to the disk, all with one flush."""
        self._people.settle()

    def seal_unsettled(self, person_id: str, details: BaseModel) -> Sealed:
        """As `seal`, but a new person's key may be lost until `settle`: nobody may see the seal before."""
        self._forget_erased()
        content = AESSIV(self._to_seal(person_id)).encrypt(details.model_dump_json().encode(), [person_id.encode()])
        return Sealed(person_id=person_id, content=content)

    def open(self, sealed: Sealed, model: type[Details]) -> Details:
        """What was sealed. Raises Erased, KeyMissing where another vault made the key, or SealBroken."""
        self._forget_erased()
        cipher = AESSIV(self._to_open(sealed.person_id))
        return model.model_validate_json(_opened(cipher, sealed.content, sealed.person_id.encode()))

    def erase(self, person_id: str) -> None:
        """Drop the person's key for ever, whether or not there is one; what was sealed with it is noise from now on.

        Once this returns, no process opens or seals with it. Erasing twice is erasing once.
        """
        self._people.erase(person_id)
        with self._erasures.open("ab") as erasures:
            erasures.write(b".")
        self._people.empty_log()

    def readmit(self, person_id: str) -> None:
        """Let an erased person be known again, under a new key: they came back, and said so. Nothing old opens."""
        self._people.readmit(person_id)

    def seal_raw(self, value: bytes) -> bytes:
        """A foreign record that nobody could read, under the deployment's key; it lives no longer than its topic."""
        return self._raw.encrypt(value, [_RAW])

    def open_raw(self, sealed: bytes) -> bytes:
        """What `seal_raw` sealed. Raises SealBroken."""
        return _opened(self._raw, sealed, _RAW)

    def close(self) -> None:
        """Let go of the database."""
        self._people.close()

    def _forget_erased(self) -> None:
        size = self._erasures.stat().st_size
        if size != self._seen:
            self._to_seal.cache_clear()
            self._to_open.cache_clear()
            self._seen = size


def fingerprint_in(home: Path) -> str | None:
    """By what the vault of a home is known, in public; None where there is none, and none is made."""
    path = _secret_file(home)
    return _fingerprint(path.read_bytes()) if path.exists() else None


def _fingerprint(secret: bytes) -> str:
    return _derived(secret, "fingerprint", _FINGERPRINT_BYTES).hex()


def _secret_file(home: Path) -> Path:
    return home / "vault" / "secret"


def secret_of(path: Path) -> bytes:
    """The secret in a file, made whole when there is none. Its callers take turns."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.draft")
        draft.touch(mode=0o600)
        with draft.open("wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _flush_folder(path.parent)
    return path.read_bytes()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time prepares the vault; the system lets go of the lock when it dies."""
    path.touch(mode=0o600)
    with path.open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _flush_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY)
    os.fsync(file)
    os.close(file)


def _derived(secret: bytes, purpose: str, length: int) -> bytes:
    """A key of its own for each purpose (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=f"cauce:{purpose}".encode()).derive(secret)


def _opened(cipher: AESSIV, content: bytes, associated: bytes) -> bytes:
    try:
        return cipher.decrypt(content, [associated])
    except InvalidTag:
        raise SealBroken("sealed with another key, or changed since") from None

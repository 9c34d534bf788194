"""The keys of people in SQLite: one row a person, wrapped under a key of the deployment; erased rows stay, empty.

Keys made since the last `settle` are on disk (`synchronous=FULL`) when it returns: one flush for all of them. Deleted
bytes are overwritten (`secure_delete`) and the write-ahead log is emptied, so that an erased key is in no file of the
vault.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    event,
    select,
    text,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateTable

KEY_BYTES = 64  # AES-256-SIV takes two keys of 256 bits
BUSY_SECONDS = 30

_PEOPLE = Table(
    "people",
    MetaData(),
    Column("person_id", String, primary_key=True),
    Column("key", LargeBinary),  # NULL: the person was erased
    sqlite_with_rowid=False,
)
_FIND = select(_PEOPLE.c.key).where(_PEOPLE.c.person_id == bindparam("person"))


class Erased(LookupError):
    """The person was erased: nothing of theirs can be opened, nor sealed before `readmit`."""


class KeyMissing(LookupError):
    """The vault never had a key of this person: it was sealed elsewhere, or the vault was lost. Restore its backup."""


class VaultFailed(OSError):
    """The disk or the database refused; a failure of the world, never of the record at hand."""


class PeopleKeys:
    """A key a person. Every method may be called by several processes at once; opening takes turns.

    SQLite reports two processes that switch to its write-ahead log together as a locked database, without waiting.
    """

    def __init__(self, path: Path, wrapping_key: bytes) -> None:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives its log the mode of the database
        self._wrapping = AESSIV(wrapping_key)
        self._engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})
        event.listen(self._engine, "connect", _prepare)
        self._unsettled = False
        with _as_vault_failed():
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._connection.execute(text("PRAGMA journal_mode=WAL"))
            self._connection.execute(CreateTable(_PEOPLE, if_not_exists=True))

    def obtain(self, person_id: str) -> bytes:
        """The person's key, made now if there is none; it may be lost until `settle`. Raises Erased."""
        try:
            return self.find(person_id)
        except KeyMissing:
            with _as_vault_failed():
                self._begin()
                self._connection.execute(insert(_PEOPLE).on_conflict_do_nothing(), self._row(person_id))
            return self.find(person_id)  # whoever was first decided what it is

    def settle(self) -> None:
        """Once this returns, every key that was obtained is on disk."""
        if self._unsettled:
            self._unsettled = False
            with _as_vault_failed():
                self._connection.execute(text("COMMIT"))

    def find(self, person_id: str) -> bytes:
        """The person's key. Raises Erased or KeyMissing."""
        with _as_vault_failed():
            row = self._connection.execute(_FIND, {"person": person_id}).one_or_none()
        if row is None:
            raise KeyMissing("no key of this person in the vault: restore its backup")
        if row.key is None:
            raise Erased("the person was erased")
        return self._unwrapped(person_id, row.key)

    def erase(self, person_id: str) -> None:
        """Overwrite the key, or remember that a person who has none must not get one."""
        emptied = insert(_PEOPLE).values(person_id=person_id, key=None)
        with self._changing() as connection:
            connection.execute(emptied.on_conflict_do_update(index_elements=["person_id"], set_={"key": None}))

    def empty_log(self) -> None:
        """Leave no old bytes in the write-ahead log."""
        with _as_vault_failed():
            busy = self._connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()[0]
        if busy:
            raise VaultFailed("the key is erased, but a reader keeps its bytes in people.sqlite-wal: erase again")

    def readmit(self, person_id: str) -> None:
        """Give an erased person a new key; nobody else's changes."""
        erased = (_PEOPLE.c.person_id == person_id) & _PEOPLE.c.key.is_(None)
        with self._changing() as connection:
            connection.execute(_PEOPLE.update().where(erased).values(self._row(person_id)))

    def close(self) -> None:
        """Let go of the file."""
        self.settle()
        self._connection.close()
        self._engine.dispose()

    def _row(self, person_id: str) -> dict[str, Any]:
        key = AESSIV.generate_key(KEY_BYTES * 8)
        return {"person_id": person_id, "key": self._wrapping.encrypt(key, [person_id.encode()])}

    def _unwrapped(self, person_id: str, wrapped: bytes) -> bytes:
        try:
            return self._wrapping.decrypt(wrapped, [person_id.encode()])
        except InvalidTag:
            raise VaultFailed("people.sqlite was not written with this vault's secret: restore both together") from None

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """A change that is on disk afterwards."""
        self.settle()
        with _as_vault_failed():
            self._begin()
            try:
                yield self._connection
            except BaseException:
                self._unsettled = False
                self._connection.execute(text("ROLLBACK"))
                raise
        self.settle()

    def _begin(self) -> None:
        """Other processes that make keys wait from here to `settle`."""
        if not self._unsettled:
            self._connection.execute(text("BEGIN IMMEDIATE"))
            self._unsettled = True


@contextmanager
def _as_vault_failed() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as exc:
        raise VaultFailed(
            f"people.sqlite: {exc.__class__.__name__}; see that the disk has room and is writable"
        ) from exc


def _prepare(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")

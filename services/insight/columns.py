"""What the tables of the read model are made of: the one set of them all, and the kinds of their columns."""

from typing import Any

from sqlalchemy import BigInteger, Column, MetaData, String

METADATA = MetaData()


def key(name: str, kind: Any = String) -> Column[Any]:
    """A part of the key."""
    return Column(name, kind, primary_key=True)


def derived(name: str, kind: Any = BigInteger, *, index: bool = False) -> Column[Any]:
    """A column that is computed and not merged."""
    return Column(name, kind, index=index, info={"derived": True})


def of(kind: Any, *names: str) -> list[Column[Any]]:
    """Columns of one kind."""
    return [Column(name, kind) for name in names]


def order_id() -> Column[Any]:
    """The order that a row is about."""
    return Column("order_id", String, index=True)

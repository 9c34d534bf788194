"""A lane's own copy of the reference data: versions arrive in parts and become active with the last one."""

from typing import Any

import orjson

from cauce.runtime.lane import Table, Work
from schemas.base import Part
from schemas.reference import MODELS, Kind, ReferencePublished

_SEPARATOR = "\x1f"
_AFTER = "\x20"  # the next character: closes the range of keys that begin with a separator


def _encode(row: Any) -> bytes:
    if isinstance(row, Part):
        return orjson.dumps([type(row).__name__, row.model_dump(mode="json")])
    return orjson.dumps(["", row])


_BY_NAME = {model.__name__: model for model in MODELS.values()}


def _decode(value: bytes) -> Any:
    name, body = orjson.loads(value)
    return _BY_NAME[name].model_validate(body) if name else body


REFERENCE = Table("reference", encode=_encode, decode=_decode, cached=50_000)


def _item_key(kind: str, version: str, item_id: str) -> bytes:
    return _SEPARATOR.join(("item", kind, version, item_id)).encode()


def _active_key(kind: str) -> bytes:
    return f"active{_SEPARATOR}{kind}".encode()


def _parts_key(kind: str, version: str) -> bytes:
    return _SEPARATOR.join(("parts", kind, version)).encode()


def take(work: Work, published: ReferencePublished) -> None:
    """Keep one part; the part that completes its version makes it active and drops the version before it."""
    kind, version = published.kind.value, published.version
    active = work.get(REFERENCE, _active_key(kind))
    if active == version:
        return
    model = MODELS[published.kind]
    for body in published.items:
        item = model.model_validate(body)
        work.put(REFERENCE, _item_key(kind, version, str(body["id"])), item)
    arrived = sorted({*(work.get(REFERENCE, _parts_key(kind, version)) or ()), published.part})
    if len(arrived) < published.parts:
        work.put(REFERENCE, _parts_key(kind, version), arrived)
        return
    work.put(REFERENCE, _parts_key(kind, version), None)
    work.put(REFERENCE, _active_key(kind), version)
    if active:
        for key, _ in list(_items(work, kind, active)):
            work.put(REFERENCE, key, None)


def _items(work: Work, kind: str, version: str) -> Any:
    stem = _SEPARATOR.join(("item", kind, version))
    return work.scan(REFERENCE, f"{stem}{_SEPARATOR}".encode(), f"{stem}{_AFTER}".encode())


class ReferenceView:
    """The active versions as the present batch sees them (`cauce.decider.Reference`)."""

    def __init__(self) -> None:
        self._work: Work | None = None
        self._all: dict[tuple[str, str], tuple[Any, ...]] = {}  # by content address, so never stale

    def over(self, work: Work) -> "ReferenceView":
        """This view, reading through `work`."""
        self._work = work
        return self

    def version(self, kind: str) -> str:
        """See cauce.decider.Reference."""
        return (self._work and self._work.get(REFERENCE, _active_key(kind))) or ""

    def item(self, kind: str, item_id: str) -> Any | None:
        """See cauce.decider.Reference."""
        version = self.version(kind)
        if not version or self._work is None:
            return None
        return self._work.get(REFERENCE, _item_key(kind, version, item_id))

    def items(self, kind: str) -> tuple[Any, ...]:
        """See cauce.decider.Reference."""
        version = self.version(kind)
        if not version or self._work is None:
            return ()
        found = self._all.get((kind, version))
        if found is None:
            found = self._all[kind, version] = tuple(row for _, row in _items(self._work, kind, version))
        return found


__all__ = ["REFERENCE", "Kind", "ReferenceView", "take"]

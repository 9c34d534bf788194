"""A lane's own copy of the reference data: versions arrive in parts and become active with the last one.

Of a chosen kind all versions are kept, and a record says which is active.
"""

from collections.abc import Callable
from typing import Any

import orjson

from cauce.decider import Derived
from cauce.runtime.lane import Table, Unprocessable, Work
from schemas.base import Part
from schemas.reference import CHOSEN, MODELS, Kind, ReferenceActivated, ReferencePublished

_SEPARATOR = "\x1f"
_UNREAD: Any = object()
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


def _whole_key(kind: str, version: str) -> bytes:
    return _SEPARATOR.join(("whole", kind, version)).encode()


def take(work: Work, record: ReferencePublished | ReferenceActivated) -> None:
    """Keep a part of a version, or make a version the active one. Raises Unprocessable for one that is not there."""
    if isinstance(record, ReferenceActivated):
        _activate(work, record)
    else:
        _keep(work, record)


def _activate(work: Work, activated: ReferenceActivated) -> None:
    kind, version = activated.kind.value, activated.version
    if work.get(REFERENCE, _whole_key(kind, version)) is None:
        found = f"no version {version} of {kind} was published here"
        raise Unprocessable(f"{found}; drop this record, publish the version, and activate it again")
    work.put(REFERENCE, _active_key(kind), version)


def _keep(work: Work, published: ReferencePublished) -> None:
    """The part that completes a version makes it active and drops the one before; a chosen kind's only is whole."""
    kind, version = published.kind.value, published.version
    active = work.get(REFERENCE, _active_key(kind))
    if active == version or work.get(REFERENCE, _whole_key(kind, version)):
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
    if published.kind in CHOSEN:
        work.put(REFERENCE, _whole_key(kind, version), True)  # noqa: FBT003  # a row, not a flag
        return
    work.put(REFERENCE, _active_key(kind), version)
    if active:
        for key, _ in list(_items(work, kind, active)):
            work.put(REFERENCE, key, None)


def _items(work: Work, kind: str, version: str) -> Any:
    stem = _SEPARATOR.join(("item", kind, version))
    return work.scan(REFERENCE, f"{stem}{_SEPARATOR}".encode(), f"{stem}{_AFTER}".encode())


def _as_it_is(found: Any) -> Any:
    return found


class ReferenceView:
    """The active versions as the present batch sees them (`cauce.decider.Reference`).

    Versions are content-addressed, so what was read or made of one is never stale; which one is active is asked once a
    batch, and again after `forget`.
    """

    def __init__(self, form: Callable[[Any], Any] = _as_it_is) -> None:
        self._form = form  # in which items are handed out
        self._work: Work | None = None
        self._versions: dict[str, str] = {}
        self._items: dict[str, dict[str, Any]] = {}  # of the active version by kind
        self._read: dict[tuple[str, str], dict[str, Any]] = {}
        self._made: dict[tuple[str, str, Any], Any] = {}

    def over(self, work: Work) -> "ReferenceView":
        """This view, reading through `work`."""
        if work is not self._work:
            self._work = work
            self.forget()
        return self

    def forget(self) -> None:
        """A version was taken: ask again which ones are active."""
        self._versions, self._items = {}, {}

    def version(self, kind: str) -> str:
        """See cauce.decider.Reference."""
        found = self._versions.get(kind)
        if found is None:
            found = self._versions[kind] = (self._work and self._work.get(REFERENCE, _active_key(kind))) or ""
        return found

    def item(self, kind: str, item_id: str) -> Any | None:
        """See cauce.decider.Reference."""
        items = self._items.get(kind)
        if items is None:
            items = self._items[kind] = self._read.setdefault((kind, self.version(kind)), {})
        found = items.get(item_id, _UNREAD)
        if found is _UNREAD:
            if len(items) >= REFERENCE.cached:
                items.clear()
            found = items[item_id] = self._fetched(kind, item_id)
        return found

    def _fetched(self, kind: str, item_id: str) -> Any | None:
        version = self.version(kind)
        if not version or self._work is None:
            return None
        row = self._work.get(REFERENCE, _item_key(kind, version, item_id))
        return None if row is None else self._form(row)

    def items(self, kind: str) -> tuple[Any, ...]:
        """See cauce.decider.Reference."""
        items: tuple[Any, ...] = self.derived(kind, _as_it_is)
        return items

    def derived(self, kind: str, build: Callable[[tuple[Any, ...]], Derived]) -> Derived:
        """See cauce.decider.Reference."""
        version = self.version(kind)
        place = (kind, version, build)
        if place not in self._made:
            rows = _items(self._work, kind, version) if version and self._work is not None else ()
            self._made[place] = build(tuple(self._form(row) for _, row in rows))
        found: Derived = self._made[place]
        return found


__all__ = ["REFERENCE", "Kind", "ReferenceView", "take"]

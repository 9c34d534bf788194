"""What if: the recorded inputs of the keepers, with some reference records or stock replaced, decided again in memory.

Orders, receipts, adjustments, cancellations and returns are as recorded. What warehouses did is left out, for it was
done to parcels that are not those decided now; it moves no free unit, so no decision on an order hangs on it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from cauce.ids import outside_id
from cauce.replay.closures import Closure, with_closures
from cauce.runtime.deciding import receive
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.lane import Lane, Output, Record, is_control
from schemas.base import Message
from schemas.envelope import Envelope
from schemas.stock import AdvanceShipment, ReceiveStock, ReleaseStock, ReserveStock, SkuQuantity

_ORDER, _RECEIPT, _CANCELED, _DONE = (
    kind.type.encode() for kind in (ReserveStock, ReceiveStock, ReleaseStock, AdvanceShipment)
)
_LINES_A_RECEIPT, _UNBREAKABLE = 250, 1 << 60
_SOURCE = "/cauce/what-if"


class Position(NamedTuple):
    """Units of a sku that a site begins with."""

    site: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Instead:
    """What is put in the place of what was recorded.

    `reference` are the records of each kind that is replaced, whatever their types: all that were recorded under the
    kind's key are left out. `stock` is in the place of everything received before the first order. `closures` are of
    sites that are known then.
    """

    reference: Mapping[str, Sequence[Message]] = field(default_factory=dict)
    stock: Sequence[Position] = ()
    closures: Sequence[Closure] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What is replaced, as people call it."""
        also = {"stock": self.stock, "closures": self.closures}
        return (*self.reference, *(name for name, found in also.items() if found))


AS_RECORDED = Instead()


def inputs_of(recorded: Iterable[Record], pool: int, instead: Instead) -> Iterator[Record]:
    """The inputs to decide on, those that replace others first."""
    inputs = _replaced(recorded, pool, instead)
    return with_closures(inputs, instead.closures, _said) if instead.closures else inputs


def _replaced(recorded: Iterable[Record], pool: int, instead: Instead) -> Iterator[Record]:
    is_first = is_opening = True
    for record in recorded:
        kind = _type(record)
        is_opening = is_opening and kind != _ORDER
        if is_first:
            is_first = False
            yield from _instead(instead, pool, record)
        if kind == _DONE or is_control(record.headers) or _is_replaced(record, kind, instead, is_opening=is_opening):
            continue
        yield _wherever(record) if kind == _CANCELED and instead is not AS_RECORDED else record


def _type(record: Record) -> bytes:
    return dict(record.headers).get("ce_type", b"")


def _is_replaced(record: Record, kind: bytes, instead: Instead, *, is_opening: bool) -> bool:
    if kind == _RECEIPT:
        return bool(instead.stock) and is_opening
    return kind.startswith(b"reference.") and (record.key or b"").decode() in instead.reference


def _instead(instead: Instead, pool: int, first: Record) -> Iterator[Record]:
    messages = [message for of_kind in instead.reference.values() for message in of_kind]
    messages += _receipts(instead.stock, pool)
    return (_said(message, first, "") for message in messages)


def _said(message: Message, before: Record, name: str) -> Record:
    """A message of our own, at the time and place of the record that it precedes."""
    identity = outside_id("what-if", message.type, f"{message.natural_key()}{name}")
    envelope = Envelope.from_headers(before.headers)._replace(
        id=identity, type=message.type, source=_SOURCE, subject=message.key_value(), cause_id=""
    )
    key = message.key_value().encode()
    return Record(before.topic, before.partition, -1, key, message.to_bytes(), envelope.to_headers())


def _receipts(stock: Sequence[Position], pool: int) -> Iterator[ReceiveStock]:
    """Units of no lot, though their sku be kept by lot: they never expire."""
    for site in sorted({position.site for position in stock}):
        there = [one for one in stock if one.site == site and one.quantity]
        lines = [SkuQuantity(sku=one.sku, quantity=one.quantity, lot="") for one in there]
        for start in range(0, len(lines), _LINES_A_RECEIPT):
            part = tuple(lines[start : start + _LINES_A_RECEIPT])
            yield ReceiveStock(pool=pool, receipt_id=f"what-if-{start}", site=site, lines=part)


def _wherever(record: Record) -> Record:
    """A cancellation of a parcel that is not among those decided now: of the same units wherever they are."""
    canceled: ReleaseStock = receive(record).message
    units = tuple(one.model_copy(update={"shipment_id": ""}) for one in canceled.canceled)
    return record._replace(value=canceled.model_copy(update={"canceled": units}).to_bytes())


def decided_on(keeper: Lane, pool: int, inputs: Iterable[Record]) -> Iterator[Output]:
    """What the keeper decides of a pool's inputs, over empty tables, in batches as large as a worker's."""
    tenure = OfflineTenure(replace(keeper, breaker=_UNBREAKABLE), pool)
    batch: list[Record] = []
    for record in inputs:
        batch.append(record)
        if len(batch) == keeper.max_batch:
            yield from tenure.decide(batch)
            batch = []
    yield from tenure.decide(batch)

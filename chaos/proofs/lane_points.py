"""Every point of a tenure at which a process can be killed: as it is taken, as it decides, and as it commits."""

from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.conn import AIOKafkaConnection
from aiokafka.protocol.transaction import EndTxnRequest

from cauce.runtime.engine import transaction
from cauce.runtime.engine.rows import Rows
from cauce.runtime.engine.stores import MemoryShelf, RocksShelf
from cauce.runtime.engine.tenure import Tenure
from cauce.runtime.engine.work import UnitOfWork
from chaos.proofs.crash_points import Point

RESTORING = ("restore-before", "restore-after")  # only a tenure without a store of its own has much to restore


def _restores(_shelf: RocksShelf | MemoryShelf, _changes: Any, _offset: int, whole_at: float | None = None) -> bool:
    return whole_at is None


def _ends_transaction(_connection: Any, request: Any, **_given: Any) -> bool:
    return isinstance(request, EndTxnRequest)


TAKING = {
    "fence-before": Point(Tenure, "fence", after=False),
    "fence-after": Point(Tenure, "fence", after=True),
    "restore-before": Point(RocksShelf, "apply", after=False, which=_restores),
    "restore-after": Point(RocksShelf, "apply", after=True, which=_restores),
}
DECIDING = {
    "decide-before": Point(UnitOfWork, "take", after=False),
    "put-before": Point(UnitOfWork, "put", after=False),
    "put-after": Point(UnitOfWork, "put", after=True),
    "send-before": Point(UnitOfWork, "send", after=False),
    "send-after": Point(UnitOfWork, "send", after=True),
    "decide-after": Point(UnitOfWork, "conclude", after=True),
}
COMMITTING = {
    "stage-before": Point(Rows, "stage", after=False),
    "stage-after": Point(Rows, "stage", after=True),
    "begin-after": Point(AIOKafkaProducer, "begin_transaction", after=True),
    "emit-before": Point(transaction, "send_outputs", after=False),
    "emit-after": Point(transaction, "send_outputs", after=True),
    "changelog-before": Point(transaction, "send_records", after=False),
    "changelog-after": Point(transaction, "send_records", after=True),
    "offsets-before": Point(AIOKafkaProducer, "send_offsets_to_transaction", after=False),
    "offsets-after": Point(AIOKafkaProducer, "send_offsets_to_transaction", after=True),
    "commit-before": Point(AIOKafkaProducer, "commit_transaction", after=False),
    "commit-asked": Point(AIOKafkaConnection, "send", after=True, which=_ends_transaction),
    "commit-after": Point(AIOKafkaProducer, "commit_transaction", after=True),
    "apply-before": Point(Rows, "keep", after=False),
    "apply-after": Point(Rows, "keep", after=True),
}
POINTS = {**TAKING, **DECIDING, **COMMITTING}

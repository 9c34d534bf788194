"""The program that the lane's live tests start, kill and count: two lanes that count what they see by key.

A value starting with `!` cannot be decided. Faults are put in by the environment: COUNTING_NO_FENCE gives each
process transactional ids of its own, COUNTING_DIE_AT=`point:n` kills the process at the nth passing of a point of the
commit, COUNTING_FREEZE_AT freezes it there, COUNTING_SLOW sleeps so many
seconds a batch, COUNTING_BATCH is the most records in one.
"""

import logging
import os
import signal
import sys
import time
import uuid

from aiokafka import AIOKafkaProducer
from crash_points import hit_at

from cauce.runtime.engine import tenure
from cauce.runtime.engine.app import run_worker
from cauce.runtime.engine.rows import Rows
from cauce.runtime.engine.work import UnitOfWork
from cauce.runtime.lane import Lane, Table, Unprocessable
from cauce.runtime.settings import Settings

SERVICE = "counting"
COUNTS = Table("counts", encode=lambda count: b"%d" % count, decode=int, cached=500)
SEEN = Table("seen", encode=lambda count: b"%d" % count, decode=int)


def counter(table, output):
    """A handler that counts by key, passes the record on, and fails late: its changes must leave no trace."""

    def count(record, work):
        work.put(table, record.key, (work.get(table, record.key) or 0) + 1)
        work.send(output, record.key, record.value, [])
        if record.value.startswith(b"!"):
            raise Unprocessable("poison")

    return count


BATCH = int(os.environ.get("COUNTING_BATCH", "2000"))
STOCK = Lane(
    service=SERVICE,
    name="stock",
    inputs=("orders", "receipts"),
    outputs=("stock-out",),
    tables=(COUNTS,),
    handler=counter(COUNTS, "stock-out"),
    max_batch=BATCH,
)
MAIL = Lane(
    service=SERVICE,
    name="mail",
    inputs=("notes",),
    outputs=("mail-out",),
    tables=(SEEN,),
    handler=counter(SEEN, "mail-out"),
    family="pools",
    max_batch=BATCH,
)
LANES = (STOCK, MAIL)
POINTS = {
    "decided": (UnitOfWork, "decide", True),
    "sent": (AIOKafkaProducer, "send_offsets_to_transaction", False),
    "committed": (AIOKafkaProducer, "commit_transaction", True),
    "applied": (Rows, "apply", True),
}


def without_fence():
    """Every process its own transactional ids: nobody is fenced, so zombies do harm."""

    def producer(*, transactional_id, transaction_timeout_ms, **given):
        patient = 10 * transaction_timeout_ms  # nor does the broker end a zombie's transaction
        return AIOKafkaProducer(
            transactional_id=f"{transactional_id}-{uuid.uuid4()}", transaction_timeout_ms=patient, **given
        )

    tenure.AIOKafkaProducer = producer


def slowly(seconds):
    """Each batch takes so long to decide."""
    real = UnitOfWork.decide

    def decide(self, batch):
        time.sleep(seconds)
        real(self, batch)

    UnitOfWork.decide = decide


def put_faults_in():
    """Those that the environment names."""
    if os.environ.get("COUNTING_NO_FENCE"):
        without_fence()
    if slow := os.environ.get("COUNTING_SLOW"):
        slowly(float(slow))
    for name, number in (("COUNTING_DIE_AT", signal.SIGKILL), ("COUNTING_FREEZE_AT", signal.SIGSTOP)):
        if place := os.environ.get(name):
            hit_at(POINTS[place.split(":")[0]], int(place.split(":")[1]), number)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    put_faults_in()
    sys.exit(run_worker(Settings(), SERVICE, LANES))

"""The program that the lane's proofs and live tests start, kill and count: two lanes that count what they see by key.

A value starting with `!` cannot be decided. Faults are put in by the environment: COUNTING_NO_FENCE gives each process
transactional ids of its own, COUNTING_DIE_AT=`point:n` kills the process at the nth passing of a point (`points.LANE`),
COUNTING_FREEZE_AT freezes it there, COUNTING_SLOW sleeps so many seconds a batch, COUNTING_BATCH is the most records in
one. COUNTING_BEATS names a folder where each process notes its commits (`beats`).
"""

import asyncio
import logging
import os
import signal
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer

from cauce.runtime.engine import tenure
from cauce.runtime.engine.app import worker
from cauce.runtime.engine.process import serve, tune
from cauce.runtime.engine.work import UnitOfWork
from cauce.runtime.lane import Handler, Lane, Record, Table, Unprocessable, Work
from cauce.runtime.settings import Settings
from chaos.proofs.beats import Beats
from chaos.proofs.crash_points import hit_by_name
from chaos.proofs.lane_points import POINTS

PROGRAM = ("-m", "chaos.proofs.counting")
SERVICE = "counting"
COUNT = "count"  # the header that says how many records of its key there have been
COUNTS = Table("counts", encode=lambda count: b"%d" % count, decode=int, cached=500)
SEEN = Table("seen", encode=lambda count: b"%d" % count, decode=int)


def counter(table: Table, output: str) -> Handler:
    """A handler that counts by key, passes the record on, and fails late: its changes must leave no trace."""

    def count(record: Record, work: Work) -> None:
        key = record.key or b""
        so_far = (work.get(table, key) or 0) + 1
        work.put(table, key, so_far)
        work.send(output, key, record.value, [(COUNT, b"%d" % so_far)])
        if (record.value or b"").startswith(b"!"):
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


def without_fence() -> None:
    """Every process its own transactional ids: nobody is fenced, so zombies do harm."""

    def producer(*, transactional_id: str, transaction_timeout_ms: int, **given: Any) -> AIOKafkaProducer:
        patient = 10 * transaction_timeout_ms  # nor does the broker end a zombie's transaction
        return AIOKafkaProducer(
            transactional_id=f"{transactional_id}-{uuid.uuid4()}", transaction_timeout_ms=patient, **given
        )

    setattr(tenure, AIOKafkaProducer.__name__, producer)


def slowly(seconds: float) -> None:
    """Each batch takes so long to decide."""
    real = UnitOfWork.decide

    def decide(self: UnitOfWork, batch: Any) -> None:
        time.sleep(seconds)
        real(self, batch)

    setattr(UnitOfWork, real.__name__, decide)


def put_faults_in() -> None:
    """Those that the environment names."""
    if os.environ.get("COUNTING_NO_FENCE"):
        without_fence()
    if slow := os.environ.get("COUNTING_SLOW"):
        slowly(float(slow))
    for name, number in (("COUNTING_DIE_AT", signal.SIGKILL), ("COUNTING_FREEZE_AT", signal.SIGSTOP)):
        if place := os.environ.get(name):
            hit_by_name(POINTS, place, number)


async def run(settings: Settings) -> int:
    """Serve, and note the commits where a folder is named for them."""
    app = worker(settings, SERVICE, LANES)
    if folder := os.environ.get("COUNTING_BEATS"):
        app.tenures.station.watch.observers.append(Beats(Path(folder)).observe)
    return await serve(app)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    put_faults_in()
    tune()
    sys.exit(asyncio.run(run(Settings())))

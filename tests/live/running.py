"""The program with a background task: a lane writes down what is asked, its task answers each request once."""

import json
import logging
import sys

from cauce.runtime.engine.app import run_worker
from cauce.runtime.lane import Lane, Table
from cauce.runtime.settings import Settings
from chaos.proofs import counting

SERVICE = "running"
ASKED = Table("asked", encode=lambda tries: json.dumps(tries).encode(), decode=json.loads)
ANSWERED = Table("answered", encode=lambda count: b"%d" % count, decode=int)


def note(record, work):
    """A request is written down for the background task."""
    work.put(ASKED, record.key, 0)


async def answer(handle):
    """First count the try, then answer and forget the request, each in a transaction."""
    while True:
        handle.changed.clear()
        asked = handle.scan(ASKED, b"", b"\xff", limit=20)
        for key, tries in asked:
            await handle.transact(lambda work, key=key, tries=tries: work.put(ASKED, key, tries + 1))
            await handle.transact(lambda work, key=key: done(work, key))
        if not asked:
            await handle.changed.wait()


def done(work, key):
    """What one answered request leaves behind."""
    work.put(ASKED, key, None)
    work.put(ANSWERED, key, (work.get(ANSWERED, key) or 0) + 1)
    work.send("answers", key, b"yes", [])


LANE = Lane(
    service=SERVICE,
    name="runner",
    inputs=("requests",),
    outputs=("answers",),
    tables=(ASKED, ANSWERED),
    handler=note,
    background=answer,
)

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    counting.put_faults_in()
    sys.exit(run_worker(Settings(), SERVICE, [LANE]))

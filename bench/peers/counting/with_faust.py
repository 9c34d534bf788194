"""Counting in stock Faust, as its documentation writes it: an agent, a table in RocksDB, an output a record.

At-least-once, Faust's default. Arguments: servers, source, sink, application, folder, partitions, records.
Prints one JSON line after so many records; the last of them may not be committed yet.
"""

import json
import os
import sys
import time

import faust

servers, source, sink, name, folder, partitions, records = sys.argv[1:]
raw = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}
app = faust.App(
    name,
    broker=f"kafka://{servers}",
    store="rocksdb://",
    datadir=folder,
    topic_partitions=int(partitions),
    consumer_auto_offset_reset="earliest",
    web_enabled=False,
)
counted = app.topic(sink, **raw)
counts = app.Table("counts", default=int, key_type=bytes)


@app.agent(app.topic(source, **raw))
async def count(stream: faust.StreamT) -> None:
    """One row read and written, one output."""
    left, began, busy = int(records), 0.0, 0.0
    async for key, value in stream.items():
        began, busy = began or time.perf_counter(), busy or time.process_time()
        counts[key] += 1
        await counted.send(key=key, value=value)
        left -= 1
        if not left:
            tell(time.perf_counter() - began, time.process_time() - busy)


def tell(seconds: float, processor_seconds: float) -> None:
    """The figures, and the end: how long Faust takes to stop is another matter."""
    found = {"records": int(records), "seconds": round(seconds, 3), "processor_seconds": round(processor_seconds, 2)}
    print(json.dumps(found), flush=True)
    os._exit(0)


if __name__ == "__main__":
    faust.Worker(app, loglevel="WARN", redirect_stdouts=False).execute_from_commandline()

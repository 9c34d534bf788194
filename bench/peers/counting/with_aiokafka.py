"""Counting in plain aiokafka, exactly-once, as its documentation writes it: read, process, write, in transactions.

Counts are a dictionary; each changed one is written to a changelog, so that a restart could read them again. Arguments:
servers, source, sink, changelog, group, batch size, records. Prints one JSON line after so many committed records.
"""

import asyncio
import json
import sys
import time

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

servers, source, sink, changelog, group, batch, records = sys.argv[1:]


async def main() -> None:
    """From the first committed batch to the last."""
    consumer = AIOKafkaConsumer(
        source,
        bootstrap_servers=servers,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=4 << 20,
    )
    producer = AIOKafkaProducer(bootstrap_servers=servers, transactional_id=group, max_batch_size=1 << 20)
    await consumer.start()
    await producer.start()
    counts: dict[bytes, int] = {}
    done, first, began, busy = 0, 0, 0.0, 0.0
    while done < int(records):
        done += await transact(consumer, producer, counts)
        if done and not began:
            first, began, busy = done, time.perf_counter(), time.process_time()
    seconds, processor_seconds = time.perf_counter() - began, time.process_time() - busy
    found = {"records": done - first, "seconds": round(seconds, 3), "processor_seconds": round(processor_seconds, 2)}
    print(json.dumps(found), flush=True)
    await producer.stop()
    await consumer.stop()


async def transact(consumer: AIOKafkaConsumer, producer: AIOKafkaProducer, counts: dict[bytes, int]) -> int:
    """Count one batch; how many records it had."""
    fetched = await consumer.getmany(timeout_ms=1000, max_records=int(batch))
    if not fetched:
        return 0
    changed: set[bytes] = set()
    async with producer.transaction():
        for taken in fetched.values():
            for record in taken:
                counts[record.key] = counts.get(record.key, 0) + 1
                changed.add(record.key)
                await producer.send(sink, record.value, key=record.key)
        for key in changed:
            await producer.send(changelog, b"%d" % counts[key], key=key)
        offsets = {place: taken[-1].offset + 1 for place, taken in fetched.items()}
        await producer.send_offsets_to_transaction(offsets, group)
    return sum(map(len, fetched.values()))


if __name__ == "__main__":
    asyncio.run(main())

"""The fault harness: worker processes to start, kill, freeze and stop, and Kafka seen from outside."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.protocol.admin import DeleteGroupsRequest

from cauce.runtime.records import partitions_of_topic, reading, stored_records
from cauce.runtime.settings import Settings
from cauce.runtime.topics import TopicSpec, create_topics, specs


class Worker:
    """One process of a program, with its log, its events, and the environment it was started in."""

    def __init__(self, name, program, folder, env):
        self.name, self.program, self.env = name, program, env
        self.log, self.trace = folder / f"{name}.log", folder / f"{name}.trace"
        self.process = None

    def start(self, **env):
        given = {**os.environ, **self.env, "CAUCE_TRACE": str(self.trace), **env}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(self.program)], env=given, stdout=log, stderr=log, start_new_session=True
            )
        return self

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """Kill -9, and the corpse buried."""
        self.process.kill()
        self.process.wait()

    def stop(self, seconds=25):
        """SIGTERM; the exit code."""
        self.process.terminate()
        return self.process.wait(seconds)

    def events(self, kind=None):
        if not self.trace.exists():
            return []
        lines = [json.loads(line) for line in self.trace.read_text().splitlines()]
        return [line for line in lines if kind in (None, line["event"])]

    async def ready(self, seconds=30):
        """Until the present process has its tenures."""
        end = time.monotonic() + seconds
        while not any(event["pid"] == self.process.pid for event in self.events("acquired")):
            assert time.monotonic() < end, f"{self.name} took no tenures"
            await asyncio.sleep(0.05)

    def state(self):
        """The letter by which the kernel knows it: S sleeps, R runs, T is stopped."""
        return Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0]

    async def frozen(self, seconds=60):
        """Until the process has stopped itself."""
        end = time.monotonic() + seconds
        while self.state() != "T":
            assert time.monotonic() < end, f"{self.name} goes on"
            await asyncio.sleep(0.05)

    async def left(self, seconds):
        """The exit code if the process ends in time, else None."""
        try:
            return await self.exited(seconds)
        except subprocess.TimeoutExpired:
            return None

    async def exited(self, seconds=40):
        """The exit code, awaited."""
        return await asyncio.to_thread(self.process.wait, seconds)


class Fleet:
    """The workers of one test; what it started, it ends."""

    def __init__(self, settings: Settings, program: Path, folder: Path):
        self.settings, self.program, self.folder = settings, program, folder
        self.workers = []

    def worker(self, name, **env):
        given = {
            "CAUCE_SERVERS": self.settings.servers,
            "CAUCE_PREFIX": self.settings.prefix,
            "CAUCE_HOME": str(self.settings.home),
            "CAUCE_PARTITIONS": str(self.settings.partitions),
            "CAUCE_POOLS": str(self.settings.pools),
            "CAUCE_INSTANCE": "",
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "PYTHONWARNINGS": "ignore",
            **env,
        }
        given = {key: value for key, value in given.items() if value != ""}
        self.workers.append(Worker(name, self.program, self.folder, given))
        return self.workers[-1]

    def end(self):
        for worker in self.workers:
            if worker.process is not None and worker.process.poll() is None:
                worker.process.send_signal(signal.SIGCONT)
                worker.kill()

    def tell(self):
        """The ends of all logs, for a test that failed."""
        return "\n".join(f"== {w.name}\n{w.log.read_text(errors='replace')[-3000:]}" for w in self.workers if w.process)


class Kafka:
    """Topics, records and groups of one deployment."""

    def __init__(self, settings: Settings):
        self.settings, self.servers = settings, settings.servers

    async def create(self, lanes, **topics):
        own = [spec for spec in specs(self.settings, lanes) if spec.name.startswith(tuple(lane.id for lane in lanes))]
        parked = {lane.parked: 1 for lane in lanes}
        more = [TopicSpec(name.replace("_", "-"), count, {}) for name, count in {**topics, **parked}.items()]
        await create_topics(self.servers, self.settings, [*own, *more])

    async def read(self, topic):
        """All committed records of a topic by partition."""
        name = self.settings.topic(topic)
        async with reading(self.servers) as reader:
            tps = [TopicPartition(name, number) for number in await partitions_of_topic(reader, name)]
            reader.assign(tps)
            return {tp.partition: [record async for record in stored_records(reader, tp)] for tp in tps}

    async def rows(self, changelog):
        """What a changelog amounts to, by partition."""
        read = await self.read(changelog)
        return {number: fold(records) for number, records in read.items()}

    async def lag(self, group, **inputs):
        """Records not yet decided on."""
        tps = [
            TopicPartition(self.settings.topic(topic), number)
            for topic, count in inputs.items()
            for number in range(count)
        ]
        async with reading(self.servers, tps, self.settings.topic(group)) as reader:
            ends = await reader.end_offsets(tps)
            return sum([ends[tp] - (await reader.committed(tp) or 0) for tp in tps])

    async def caught_up(self, group, seconds=60, **inputs):
        end = time.monotonic() + seconds
        while await self.lag(group, **inputs):
            if time.monotonic() > end:
                return False
            await asyncio.sleep(0.3)
        return True

    async def empty(self, topic):
        """Delete all records of a topic, as a retention that was set wrong does."""
        name, admin = self.settings.topic(topic), AIOKafkaAdminClient(bootstrap_servers=self.servers)
        async with reading(self.servers) as reader:
            tps = [TopicPartition(name, number) for number in await partitions_of_topic(reader, name)]
            ends = await reader.end_offsets(tps)
        await admin.start()
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, {"cleanup.policy": "delete"})])
        await admin.delete_records({tp: RecordsToDelete(before_offset=end) for tp, end in ends.items()})
        await admin.close()

    async def forget_group(self, group):
        """Delete the group with its offsets, once its last member has left."""
        name, admin = self.settings.topic(group), AIOKafkaAdminClient(bootstrap_servers=self.servers)
        await admin.start()
        node = await admin.find_coordinator(name)
        answer = await admin._send_request_to_node(node, DeleteGroupsRequest([name]))
        await admin.close()
        assert answer.results == [(name, 0)]


def fold(records):
    """The last value of each key that was not deleted."""
    rows = {record.key: record.value for record in records}
    return {key: value for key, value in rows.items() if value is not None}


class Feed:
    """Writes records over some topics, and remembers what it wrote."""

    def __init__(self, kafka: Kafka):
        self.kafka, self.sent = kafka, defaultdict(list)

    async def write(self, records, pace=None, enough=None):
        """(topic, key, value) each, `pace` a second, to the last or until there are `enough`. All have arrived then."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.kafka.servers, enable_idempotence=True, linger_ms=5, max_batch_size=1 << 18
        )
        await producer.start()
        started, deliveries = time.monotonic(), []
        for number, (topic, key, value) in enumerate(records):
            if enough is not None and enough.is_set():
                break
            self.sent[topic].append((key, value))
            deliveries.append(await producer.send(self.kafka.settings.topic(topic), value, key=key))
            if number % 100 == 0 and pace:
                await asyncio.sleep(max(0.0, started + number / pace - time.monotonic()))
        await asyncio.gather(*deliveries)
        await producer.stop()

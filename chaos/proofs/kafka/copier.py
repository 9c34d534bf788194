"""kafkatest's transactions_test: messages are copied transactionally while clients or brokers are killed.

As there: 2 input and 3 output partitions, 100,000 messages, 750 a transaction, one copier a partition, each killed
three times once it has copied a fifth of what it then has to, unless it is done; or each of the three brokers killed,
left alone for the 18 s of its session and 5 s more, and started. A concurrent and a final reader must see each message
once.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from aiokafka import TopicPartition

from cauce.runtime.topics import TopicSpec, create_topics
from chaos.proofs.fleet import Late
from chaos.proofs.ground import Found, Ground, ground, say
from chaos.proofs.kafka.commits import Commits, committing
from chaos.proofs.kafka.program import Program
from chaos.recovery import percentiles

INPUT, OUTPUT, GROUP = "input-topic", "output-topic", "transactions-test-consumer-group"
INPUTS, OUTPUTS = 2, 3
A_TRANSACTION, TRANSACTION_TIMEOUT_MS = 750, 40_000
ROUNDS, PROGRESS_PERCENT = 3, 20.0
LEAST_KILLS = 2  # of copiers or brokers while there was something to copy
BROKER_SESSION_SECONDS, GRACE_SECONDS = 18, 5
CLIENTS, BROKERS = "clients", "brokers"
_SEED_SECONDS, _PROGRESS_SECONDS, _COPY_SECONDS, _READ_SECONDS = 300.0, 60.0, 240.0, 90.0
_LOOK_SECONDS = 0.1
_TOOLS = "org.apache.kafka.tools"


async def copied(messages: int, bounce: str) -> Found:
    """The verdict of kafkatest, and how long a killed copier's partition went without a commit."""
    began = time.monotonic()
    async with ground("copier", brokers=3, prefix="") as here:
        await create_topics(
            here.kafka.servers, here.settings, [TopicSpec(INPUT, INPUTS, {}), TopicSpec(OUTPUT, OUTPUTS, {})]
        )
        programs: list[Program] = []
        try:
            return {
                **await _tested(here, programs, messages, bounce),
                "seconds": round(time.monotonic() - began),
            }
        finally:
            for program in programs:
                if program.runs:
                    program.kill()


async def _tested(here: Ground, programs: list[Program], messages: int, bounce: str) -> Found:
    seeded = await _seeded(here, programs, messages)
    copiers = [_copier(here, number).start() for number in range(INPUTS)]
    reader = _reader(here, "concurrent").start()
    programs += [*copiers, reader]
    async with committing(here.kafka.servers, GROUP) as commits:
        seconds = await (
            _kill_clients(copiers, commits) if bounce == CLIENTS else _kill_brokers(copiers, commits, here)
        )
        await asyncio.gather(*(_done(copier) for copier in copiers))
    await _has_read(reader, messages)
    await reader.stop()
    last = _reader(here, "final").start()
    programs.append(last)
    await _has_read(last, messages)
    await last.stop()
    wrong = {
        f"{what}_{name}": count
        for name, program in (("concurrent", reader), ("final", last))
        for what, count in _differences(seeded, program.lines()).items()
    }
    return {
        "proven": not any(wrong.values()) and len(seconds) >= LEAST_KILLS,
        "messages": messages,
        "kills_while_copying": len(seconds),
        **wrong,
        "recovery_seconds": percentiles(seconds),
    }


async def _seeded(here: Ground, programs: list[Program], messages: int) -> list[str]:
    arguments = ("--bootstrap-server", here.kafka.servers, "--topic", INPUT, "--max-messages", str(messages))
    producer = Program("producer", here.folder, [f"{_TOOLS}.VerifiableProducer", *arguments, "--acks", "-1"]).start()
    programs.append(producer)
    await producer.ended(_SEED_SECONDS)
    said = [json.loads(line) for line in producer.lines()]
    return [one["value"] for one in said if one["name"] == "producer_send_success"]


def _copier(here: Ground, number: int) -> Program:
    arguments = {
        "--broker-list": here.kafka.servers,
        "--transactional-id": f"copier-{number}",
        "--consumer-group": GROUP,
        "--input-topic": INPUT,
        "--input-partition": str(number),
        "--output-topic": OUTPUT,
        "--transaction-size": str(A_TRANSACTION),
        "--transaction-timeout": str(TRANSACTION_TIMEOUT_MS),
    }
    listed = [word for pair in arguments.items() for word in pair]
    main = [f"{_TOOLS}.TransactionalMessageCopier", *listed, "--use-group-metadata"]
    return Program(f"copier-{number}", here.folder, main)


def _reader(here: Ground, name: str) -> Program:
    arguments = ("--bootstrap-server", here.kafka.servers, "--topic", OUTPUT, "--from-beginning", "--group", name)
    committed = ("--isolation-level", "read_committed")
    return Program(name, here.folder, [f"{_TOOLS}.consumer.ConsoleConsumer", *arguments, *committed])


async def _kill_clients(copiers: Sequence[Program], commits: Commits) -> list[float]:
    """Each three times, as far as it is not done; how long its partition then went without a commit."""
    waiting = []
    for _ in range(ROUNDS):
        for number, copier in enumerate(copiers):
            if not await _progressed(copier):
                continue
            place, before, at = TopicPartition(INPUT, number), await commits.now(), time.time()
            copier.kill()
            copier.start()
            say(f"{copier.name} killed")
            waiting.append(asyncio.ensure_future(commits.again([place], before, at, _PROGRESS_SECONDS)))
    return await asyncio.gather(*waiting)


async def _kill_brokers(copiers: Sequence[Program], commits: Commits, here: Ground) -> list[float]:
    """Until the copiers commit again: they find another leader, another coordinator."""
    seconds: list[float] = []
    for name in here.cluster.nodes:
        places = [TopicPartition(INPUT, number) for number, copier in enumerate(copiers) if copier.runs]
        before, at = await commits.now(), time.time()
        await here.cluster.kill(name)
        waiting = asyncio.ensure_future(commits.again(places, before, at, _PROGRESS_SECONDS))
        await asyncio.sleep(BROKER_SESSION_SECONDS + GRACE_SECONDS)
        await here.cluster.begin(name)
        await here.cluster.ready(name)
        took = await waiting
        seconds += [took] if places else []
        say(f"{name} killed: {len(places)} copiers, all committed again after {took:.1f} s")
    return seconds


async def _progressed(copier: Program) -> bool:
    """Once the present process has copied its fifth; False when it has copied all."""
    end = time.monotonic() + _PROGRESS_SECONDS
    while copier.runs and _progress_percent(copier) < PROGRESS_PERCENT:
        if time.monotonic() > end:
            raise Late(f"{copier.name} did not copy a fifth within {_PROGRESS_SECONDS} s")
        await asyncio.sleep(_LOOK_SECONDS)
    return copier.runs


def _progress_percent(copier: Program) -> float:
    said = _said(copier, copier.begun)
    if not said:
        return 0.0
    consumed, remaining = int(said[-1]["consumed"]), int(said[-1]["remaining"])
    return 100.0 * consumed / (consumed + remaining) if consumed + remaining else 100.0


def _said(copier: Program, since: int) -> list[dict[str, Any]]:
    return [json.loads(line) for line in copier.lines(since) if line.startswith("{")]


async def _done(copier: Program) -> None:
    """Until nothing is left to copy."""
    await copier.ended(_COPY_SECONDS)
    last = _said(copier, copier.begun)[-1]
    if int(last["remaining"]):
        raise Late(f"{copier.name} ended with {last['remaining']} messages left to copy")


async def _has_read(reader: Program, messages: int) -> None:
    end = time.monotonic() + _READ_SECONDS
    while len(reader.lines()) < messages:
        if time.monotonic() > end:
            raise Late(f"the {reader.name} reader saw {len(reader.lines())} of {messages} messages")
        await asyncio.sleep(1)


def _differences(wanted: Sequence[str], read: Sequence[str]) -> dict[str, int]:
    sent, came = Counter(wanted), Counter(read)
    return {"lost": (sent - came).total(), "doubled": (came - sent).total()}

"""kafkatest's streams_eos_test: three processors of Kafka Streams, exactly-once, killed in turn; Kafka's own verifier.

As there: a driver writes records all the time; processors are started one after the other; three times one of them is
killed and the others must go on, then it is started again; at the end all are stopped, and the verifier recomputes
every record of every output. Settings are those of kafkatest: a session timeout of 10 s, and the client's own commit
interval of 5 s.
"""

import asyncio
import re
import time
from typing import NamedTuple

from aiokafka import TopicPartition

from cauce.runtime.topics import TopicSpec, create_topics
from chaos.proofs.fleet import Late
from chaos.proofs.ground import Found, Ground, ground, say
from chaos.proofs.kafka.commits import Commits, committing
from chaos.proofs.kafka.program import Program
from chaos.recovery import percentiles

GROUP, PARTITIONS = "EosTest", 5
TOPICS = ("data", "echo", "min", "sum", "repartition", "max", "cnt")
PLACES = frozenset(TopicPartition("data", number) for number in range(PARTITIONS))
RUNNING, PROCESSED = "StateChange: REBALANCING -> RUNNING", "processed [0-9]* records from topic"
STOPPED, DELIVERED = "StateChange: PENDING_SHUTDOWN -> NOT_RUNNING", "ALL-RECORDS-DELIVERED"
_MAIN = "org.apache.kafka.streams.tests.StreamsEosTest"
_WAIT_SECONDS, _VERIFY_SECONDS = 120.0, 300.0
_PROPERTIES = """
bootstrap.servers={servers}
state.dir={state}
processing.guarantee=exactly_once_v2
acceptable.recovery.lag=9223372036854775807
session.timeout.ms=10000
"""


class Times(NamedTuple):
    """From a kill: until the survivors run again, have processed a hundred records, and every partition committed."""

    running: list[float]
    processing: list[float]
    committing: list[float]


async def streamed(*, is_complex: bool) -> Found:
    """The verifier's verdict; `is_complex` adds a repartition, as kafkatest's second case does."""
    began = time.monotonic()
    async with ground("streams", brokers=3, prefix="") as here:
        await create_topics(here.kafka.servers, here.settings, [TopicSpec(name, PARTITIONS, {}) for name in TOPICS])
        async with committing(here.kafka.servers, GROUP) as commits:
            test = EosTest(here, commits, "-complex" if is_complex else "")
            try:
                found = await test.run()
            finally:
                test.end()
    return {**found, "seconds": round(time.monotonic() - began)}


class EosTest:
    """The driver and the processors of one run."""

    def __init__(self, here: Ground, commits: Commits, variant: str) -> None:
        self._commits, self._variant, self._here = commits, variant, here
        self._driver = self._program("driver", "run")
        self._processors = [self._program(f"processor-{number}", f"process{variant}") for number in range(3)]
        self._times = Times([], [], [])

    async def run(self) -> Found:
        """Kafkatest's order of starts, kills and stops."""
        one, two, three = self._processors
        self._driver.start()
        await self._add(one)
        await self._add(two, one)
        await self._add(three, one, two)
        for killed, *others in ((one, two, three), (one, two, three), (two, one, three)):
            await self._abort(killed, *others)
            if killed is one:
                await self._add(one, two, three)
        await self._stop(three, one)
        await self._stop(one)
        await self._driver.stop()
        produced = re.findall(r"(\d+) records produced", "\n".join(self._driver.lines()))
        say(f"{produced[-1]} records produced, Kafka's verifier recomputes them")
        verifier = self._program("verifier", f"verify{self._variant}").start()
        self._processors.append(verifier)
        await verifier.ended(_VERIFY_SECONDS)
        return {
            "proven": DELIVERED in verifier.lines(),
            "verifier": verifier.lines()[-1],
            "records": int(produced[-1]),
            "kills": len(self._times.running),
            "recovery_running_seconds": percentiles(self._times.running),
            "recovery_processing_seconds": percentiles(self._times.processing),
            "recovery_committing_seconds": percentiles(self._times.committing),
        }

    def end(self) -> None:
        """Kill what still runs."""
        for program in (self._driver, *self._processors):
            if program.runs:
                program.kill()

    def _program(self, name: str, command: str) -> Program:
        properties = self._here.folder / f"{name}.properties"
        state = self._here.folder / f"{name}.state"
        properties.write_text(_PROPERTIES.format(servers=self._here.kafka.servers, state=state))
        return Program(name, self._here.folder, [_MAIN, str(properties), command])

    async def _add(self, new: Program, *others: Program) -> None:
        marks = [(program, program.mark()) for program in (new, *others)]
        new.start()
        await asyncio.gather(*(_works(program, mark) for program, mark in marks))
        say(f"{new.name} works, and so do {', '.join(other.name for other in others) or 'no others'}")

    async def _abort(self, killed: Program, *others: Program) -> None:
        """Kill -9, and what the others need until they do its work."""
        marks, before, at = [(program, program.mark()) for program in others], await self._commits.now(), time.time()
        if killed.kill() != -9:
            raise Late(f"{killed.name} had ended before it was killed")
        committed = asyncio.ensure_future(self._commits.again(PLACES, before, at, _WAIT_SECONDS))
        works = await asyncio.gather(*(_works(program, mark) for program, mark in marks))
        self._times.running.append(max(running for running, _ in works) - at)
        self._times.processing.append(max(processing for _, processing in works) - at)
        self._times.committing.append(await committed)
        said = ", ".join(f"{name} {seconds[-1]:.1f} s" for name, seconds in self._times._asdict().items())
        say(f"{killed.name} killed, the others are {said} later")

    async def _stop(self, stopped: Program, *others: Program) -> None:
        marks = [(program, program.mark()) for program in others]
        mark = stopped.mark()
        await stopped.stop()
        await stopped.says(STOPPED, mark, _WAIT_SECONDS)
        await asyncio.gather(*(_works(program, mark) for program, mark in marks))


async def _works(program: Program, mark: int) -> tuple[float, float]:
    """When it was seen to run again after a rebalance, and when to have processed some records after that."""
    running = await program.says(RUNNING, mark, _WAIT_SECONDS)
    return running, await program.says(PROCESSED, mark, _WAIT_SECONDS)

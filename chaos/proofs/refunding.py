"""Orders that were paid at a provider, and the refunds asked for them: what a worker of payments needs around it."""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sized
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from cauce.runtime.assembly import lanes_of
from cauce.runtime.settings import Settings
from chaos.cluster import leash
from chaos.proofs.outside import Kafka
from chaos.proofs.paid import amount_paid, order_of, refund_of, sum_owed, write
from schemas.base import Message
from schemas.effects import EffectAnswered
from schemas.payments import PaymentRefunded
from services import load

CAUCE = Path(sys.executable).with_name("cauce")
TOPICS = (
    "order_placed",
    "order_changed",
    "refund_requested",
    "captured",
    "refunded",
    "payment_failed",
    "payments_effects",
    "payments_results",
)
_CHARGES_AT_ONCE = 10_000
_LOOK_SECONDS = 0.05

Many = TypeVar("Many", bound=Sized)
Fact = TypeVar("Fact", bound=Message)


async def eventually(ask: Callable[[], Awaitable[Many]], enough: int, seconds: float = 200) -> Many:
    """The answer, once there is enough of it; another process gives no event to wait for."""
    async with asyncio.timeout(seconds):
        while True:
            answer = await ask()
            if len(answer) >= enough:
                return answer
            await asyncio.sleep(_LOOK_SECONDS)


class Provider:
    """The sandbox as a process, which can be killed and comes back at the same address."""

    def __init__(self, ledger: Path) -> None:
        self.ledger, self.port, self.url = ledger, 0, ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> "Provider":
        """Until it says where it listens."""
        command = [*leash(), str(CAUCE), "sandbox", "payments", "--port", str(self.port), "--ledger", str(self.ledger)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own program
        if self._process.stdout is None:
            raise OSError("the sandbox has no standard output")
        self.url = self._process.stdout.readline().split()[0]
        self.port = int(self.url.rpartition(":")[2])
        return self

    def kill(self) -> None:
        """Kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    async def post(self, path: str, body: Any) -> Any:
        """The answer to a request."""
        async with aiohttp.ClientSession(self.url) as session, session.post(path, json=body) as reply:
            return await reply.json()

    async def script(self, *kinds: str) -> None:
        """The next refunds go wrong in these ways."""
        faults = [{"kind": kind, "seconds": 0.1} for kind in kinds]
        await self.post("/v1/faults", {"faults": faults})

    async def refunds(self) -> list[dict[str, Any]]:
        """Those in its ledger."""
        async with aiohttp.ClientSession(self.url) as session, session.get("/v1/refunds") as reply:
            refunds: list[dict[str, Any]] = (await reply.json())["refunds"]
            return refunds


class Shop:
    """Orders are numbered from 0; order n was paid 1000 + n pence, and is to get 500 + n back."""

    def __init__(self, kafka: Kafka, provider: Provider) -> None:
        self.kafka, self.provider = kafka, provider
        self.charges: dict[int, str] = {}

    async def open(self, settings: Settings) -> None:
        """Create what a worker of payments reads and writes."""
        await self.kafka.create(lanes_of(load("payments"), settings), **dict.fromkeys(TOPICS, settings.partitions))

    async def sell(self, numbers: Iterable[int]) -> None:
        """Charge orders and place them."""
        wanted = list(numbers)
        for start in range(0, len(wanted), _CHARGES_AT_ONCE):
            some = wanted[start : start + _CHARGES_AT_ONCE]
            asked = [{**amount_paid(n).model_dump(), "reference": "pay-1", "order": f"o-{n}"} for n in some]
            made = await self.provider.post("/v1/charges/batch", {"charges": asked})
            self.charges.update(zip(some, (charge["id"] for charge in made["charges"]), strict=True))
        await self.say("order-placed", [order_of(number, self.charges[number]) for number in wanted])

    async def ask(self, numbers: Iterable[int], cause: str = "") -> None:
        """Ask for a refund each; another `cause` makes it another message about the same refund."""
        await self.say("refund-requested", [refund_of(number) for number in numbers], cause)

    async def sell_and_refund(self, count: int) -> None:
        """Both, for the first `count` orders."""
        await self.sell(range(count))
        await self.ask(range(count))

    async def say(self, topic: str, messages: Iterable[Message], cause: str = "") -> None:
        """Write messages to a topic, in order; ids come from topic, order and cause."""
        await write(self.kafka.servers, self.kafka.settings.topic(topic), messages, f"{topic}/{{}}{cause}")

    async def facts(self, topic: str, kind: type[Fact]) -> list[Fact]:
        """All messages of a type in a topic."""
        wanted = kind.type.encode()
        records = [record async for record in self.kafka.records(topic)]
        return [kind.read(record.value) for record in records if dict(record.headers)["ce_type"] == wanted]

    async def settled(self, count: int) -> list[EffectAnswered]:
        """What was answered, once there is an answer and a fact for each refund."""
        await eventually(lambda: self.facts("refunded", PaymentRefunded), count)
        return await self.facts("payments-results", EffectAnswered)

    async def wrong(self, count: int) -> dict[str, int]:
        """What is not as it must be: each refund of the first `count` orders made once, answered once, told once."""
        owed = Counter((f"o-{number}", sum_owed(number).amount) for number in range(count))
        ledger = await self.provider.refunds()
        made = Counter((refund["order"], refund["amount"]) for refund in ledger)
        told = await self.facts("refunded", PaymentRefunded)
        said = Counter((fact.order_id, fact.amount.amount) for fact in told)
        answers = Counter(one.effect_id for one in await self.facts("payments-results", EffectAnswered))
        references = Counter(str(refund["reference"]) for refund in ledger)
        return {
            "not_refunded": (owed - made).total(),
            "refunded_twice": (made - owed).total(),
            "not_told": (owed - said).total(),
            "told_twice": (said - owed).total(),
            "not_answered": (references - answers).total(),
            "answered_twice": (answers - references).total(),
            "of_another_reference": len({fact.provider_reference for fact in told} ^ {one["id"] for one in ledger}),
        }

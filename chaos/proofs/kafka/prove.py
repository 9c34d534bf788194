"""Kafka's own tests, those that are asked for, one after the other: `kafka`."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from chaos.proofs.ground import Found
from chaos.proofs.kafka.copier import BROKERS, CLIENTS, copied
from chaos.proofs.kafka.streams import streamed

_TESTS: dict[str, Callable[[int], Awaitable[Found]]] = {
    "copier-clients": partial(copied, bounce=CLIENTS),
    "copier-brokers": partial(copied, bounce=BROKERS),
    "streams": lambda _messages: streamed(is_complex=False),
    "streams-complex": lambda _messages: streamed(is_complex=True),
}
TESTS = tuple(_TESTS)


async def prove(tests: Sequence[str], messages: int) -> Found:
    """What each found; proven where all are."""
    found = {name: await _TESTS[name](messages) for name in tests}
    return {"proven": all(one["proven"] for one in found.values()), **found}

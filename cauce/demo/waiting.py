"""What is waited for: whether something holds by now, and whether the payment provider answers."""

from collections.abc import Awaitable, Callable
from inspect import isawaitable

import aiohttp

Ask = Callable[[], bool | Awaitable[bool]]
_ANSWER = aiohttp.ClientTimeout(total=4)


async def holds(ask: Ask) -> bool:
    """The answer, awaited where it must be."""
    answer = ask()
    return await answer if isawaitable(answer) else answer


async def provider_answers(client: aiohttp.ClientSession, payments_url: str) -> bool:
    """Whether the sandbox at this address shows its ledger."""
    try:
        async with client.get(f"{payments_url}/v1/ledger", timeout=_ANSWER) as answer:
            return answer.ok
    except (aiohttp.ClientError, TimeoutError):
        return False

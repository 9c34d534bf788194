"""Faults that a test scripts: what goes wrong with the next requests, before or after the work is done."""

import asyncio
from enum import StrEnum

from aiohttp import web
from pydantic import Field, NonNegativeFloat, PositiveInt

from cauce.sandbox.book import Form


class FaultKind(StrEnum):
    """What goes wrong."""

    THROTTLED = "throttled"  # 429 with Retry-After: `seconds`
    BROKEN = "broken"  # 500, nothing done
    RESET = "reset"  # the connection breaks, nothing done
    SLOW = "slow"  # done after `seconds`
    LATE = "late"  # done, and answered after `seconds`
    BROKEN_AFTER = "broken-after"  # done, then 500
    RESET_AFTER = "reset-after"  # done, then the connection breaks
    GARBAGE = "garbage"  # done, then 200 with something else


class Fault(Form):
    """One kind of fault for the next `times` refunds, or those of one `charge` alone."""

    kind: FaultKind
    times: PositiveInt = 1
    seconds: NonNegativeFloat = 0
    charge: str | None = None


class Script(Form):
    """What POST /v1/faults takes."""

    faults: tuple[Fault, ...] = Field(max_length=100)


class Faults:
    """The faults still to come, in the order they were scripted. Not in the ledger: a restart forgets them."""

    def __init__(self) -> None:
        self._coming: list[Fault] = []

    def add(self, script: Script) -> None:
        """After those already scripted."""
        self._coming += [fault.model_copy(update={"times": 1}) for fault in script.faults for _ in range(fault.times)]

    def clear(self) -> None:
        """All goes well again."""
        self._coming = []

    def next(self, charge: str) -> Fault | None:
        """The fault of the next request for `charge`, used up with it."""
        found = next((fault for fault in self._coming if fault.charge in (None, charge)), None)
        if found:
            self._coming.remove(found)
        return found

    @property
    def left(self) -> int:
        """How many requests will still go wrong."""
        return len(self._coming)


async def before_work(fault: Fault | None, request: web.Request) -> None:
    """Raises the answer of a fault that leaves the work undone."""
    match fault.kind if fault else None:
        case FaultKind.THROTTLED if fault:
            raise web.HTTPTooManyRequests(headers={"Retry-After": f"{fault.seconds:g}"})
        case FaultKind.BROKEN:
            raise web.HTTPInternalServerError
        case FaultKind.RESET:
            _reset(request)
        case FaultKind.SLOW if fault:
            await asyncio.sleep(fault.seconds)


async def after_work(fault: Fault | None, request: web.Request) -> None:
    """Raises the answer of a fault that hides that the work was done."""
    match fault.kind if fault else None:
        case FaultKind.LATE if fault:
            await asyncio.sleep(fault.seconds)
        case FaultKind.BROKEN_AFTER:
            raise web.HTTPInternalServerError
        case FaultKind.RESET_AFTER:
            _reset(request)
        case FaultKind.GARBAGE:
            raise web.HTTPOk(text="<html>all is well</html>", content_type="text/html")


def _reset(request: web.Request) -> None:
    if request.transport:
        request.transport.abort()
    raise web.HTTPInternalServerError  # nobody hears it

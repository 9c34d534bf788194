"""The worker of payments, to be killed at points of a refund: PAYING_DIE_AT=`point:n` kills it at the nth passing.

The points are `requested` (the handler noted an effect down), `attempted` (the attempt is committed, nobody was
asked), `performed` (the provider said yes, nobody noted it), `recording` (the answer is in a transaction that is not
committed) and `committed` (a transaction of the runner is).
"""

import functools
import inspect
import logging
import os
import signal
import sys

from cauce.runtime.assembly import lanes_of
from cauce.runtime.engine.app import run_worker
from cauce.runtime.engine.tenure import Tenure
from cauce.runtime.runners import runner
from cauce.runtime.runners.circuit import Patience
from cauce.runtime.runners.errands import Results
from cauce.runtime.settings import Settings
from services import load
from services.payments.providers.sandbox import SandboxPayments

POINTS = {
    "requested": (runner, "request", True),
    "attempted": (SandboxPayments, "perform", False),
    "performed": (SandboxPayments, "perform", True),
    "recording": (Results, "answer", True),
    "committed": (Tenure, "transact", True),
}


def die_at(point, passing):
    """Kill this process, as kill -9 does, when it has passed `point` so many times."""
    owner, name, after = POINTS[point]
    real, left = getattr(owner, name), passing

    def passed():
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    @functools.wraps(real)
    def plain(*args, **given):
        answer = real(*args, **given)
        passed()
        return answer

    @functools.wraps(real)
    async def waiting(*args, **given):
        if not after:
            passed()
        answer = await real(*args, **given)
        if after:
            passed()
        return answer

    setattr(owner, name, waiting if inspect.iscoroutinefunction(real) else plain)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    if place := os.environ.get("PAYING_DIE_AT"):
        die_at(place.split(":")[0], int(place.split(":")[1]))
    runner.Patience = functools.partial(Patience, longest_seconds=1.0)  # a test has no five minutes
    settings = Settings()
    sys.exit(run_worker(settings, "payments", lanes_of(load("payments"), settings)))

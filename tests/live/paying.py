"""The worker of payments, to be killed at points of a refund: PAYING_DIE_AT=`point:n` kills it at the nth passing.

The points are `requested` (the handler noted an effect down), `attempted` (the attempt is committed, nobody was
asked), `performed` (the provider said yes, nobody noted it), `recording` (the answer is in a transaction that is not
committed) and `committed` (a transaction of the runner is).
"""

import functools
import logging
import os
import signal
import sys

from crash_points import hit_at

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


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    if place := os.environ.get("PAYING_DIE_AT"):
        hit_at(POINTS[place.split(":")[0]], int(place.split(":")[1]), signal.SIGKILL)
    runner.Patience = functools.partial(Patience, longest_seconds=1.0)  # a test has no five minutes
    settings = Settings()
    sys.exit(run_worker(settings, "payments", lanes_of(load("payments"), settings)))

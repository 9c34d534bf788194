"""The worker of payments, to be killed at points of a refund: PAYING_DIE_AT=`point:n` kills it at the nth passing."""

import functools
import logging
import os
import signal
import sys

from cauce.runtime.assembly import lanes_of
from cauce.runtime.engine.app import run_worker
from cauce.runtime.runners import runner
from cauce.runtime.runners.circuit import Patience
from cauce.runtime.settings import Settings
from chaos.proofs.crash_points import hit_by_name
from chaos.proofs.refund_points import POINTS
from services import load

PROGRAM = ("-m", "chaos.proofs.paying")

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    if place := os.environ.get("PAYING_DIE_AT"):
        hit_by_name(POINTS, place, signal.SIGKILL)
    setattr(runner, Patience.__name__, functools.partial(Patience, longest_seconds=1.0))  # nobody has five minutes
    settings = Settings()
    sys.exit(run_worker(settings, "payments", lanes_of(load("payments"), settings)))

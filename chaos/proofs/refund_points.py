"""Every point of a refund at which its worker can be killed: noted down, attempted, asked for, answered, recorded."""

from typing import Any

from aiohttp.client_reqrep import ClientRequest

from cauce.runtime.engine.tenure import Tenure
from cauce.runtime.runners import runner
from cauce.runtime.runners.errands import Results
from chaos.proofs.crash_points import Point
from chaos.proofs.lane_points import COMMITTING
from services.payments.providers.sandbox import SandboxPayments


def _asks_for_refund(request: Any, *_given: Any) -> bool:
    return bool(request.method == "POST")


PERFORMING = {
    "request-before": Point(runner, "request", after=False),
    "request-after": Point(runner, "request", after=True),
    "transact-before": Point(Tenure, "transact", after=False),
    "call-before": Point(SandboxPayments, "perform", after=False),
    "call-asked": Point(ClientRequest, "send", after=True, which=_asks_for_refund),
    "call-after": Point(SandboxPayments, "perform", after=True),
    "answer-before": Point(Results, "answer", after=False),
    "answer-after": Point(Results, "answer", after=True),
    "transact-after": Point(Tenure, "transact", after=True),
}
POINTS = {**PERFORMING, **COMMITTING}

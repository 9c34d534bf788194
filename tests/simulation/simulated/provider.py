"""The payment provider: the sandbox's own book, behind the real client's session."""

from contextlib import asynccontextmanager

import orjson

from cauce.sandbox.book import Book, ChargeForm, Problem, Refund, RefundForm, body_digest
from cauce.sandbox.payments import KEY_LIFE
from services.payments.providers.sandbox import CALL_SECONDS


class Provider:
    """Decides as the sandbox does, over the wire that the simulation is."""

    def __init__(self, outside, times):
        self._outside, self._times = outside, times
        self.book = Book(KEY_LIFE)

    def charge(self, order, reference, amount, currency):
        """The channel takes money before it sends its order; a name charged twice is charged once."""
        form = ChargeForm(amount=amount, currency=currency, reference=reference, order=order)
        charge, is_new = self.book.charge(form, self._times.now)
        if is_new:
            self.book.take(charge)
        return charge.id

    @asynccontextmanager
    async def request(self, method, _path, *, json=None, headers=None, params=None, allow_redirects=True):
        """What the client asks its session for (aiohttp.ClientSession)."""
        assert not allow_redirects
        if method == "POST":
            key = headers["Idempotency-Key"]
            what, act = f"refund {key[:8]}", lambda: self._refund(json, key)
        else:
            what, act = f"look-up of {params['reference'][:8]}", lambda: self._refunds(params)
        yield Response(*await self._outside.call(what, act, odd="garbage", seconds=CALL_SECONDS))

    def _refund(self, body, key):
        """Status and body, as the sandbox answers."""
        form, at = RefundForm.model_validate(body), self._times.now
        try:
            entry = self.book.answered(key, body_digest(form), at)
            if entry is None:
                entry = self.book.refund(form, key=key, digest=body_digest(form), at=at)
                self.book.take(entry)
        except Problem as problem:
            return problem.status, {"error": {"code": problem.code, "message": str(problem)}}
        if isinstance(entry, Refund):
            return 200, {"id": entry.id, "status": "succeeded"}
        return 402, {"error": {"code": entry.code, "message": entry.message}}

    def _refunds(self, wanted):
        return 200, {"refunds": [{"id": one.id, "status": "succeeded"} for one in self.book.refunds(**wanted)]}


class Response:
    """What came over the wire."""

    def __init__(self, status, body):
        self.status, self.headers = status, {"Retry-After": "7"} if status == 429 else {}
        self._body = body.encode() if isinstance(body, str) else orjson.dumps(body)

    async def read(self):
        return self._body

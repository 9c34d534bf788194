"""A payment provider over HTTP on the loopback, as strict about keys and balances as a real one."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import orjson
from aiohttp import web
from pydantic import Field, ValidationError

from cauce.runtime.faults import Unavailable
from cauce.sandbox.book import (
    Book,
    Charge,
    ChargeForm,
    Decline,
    Entry,
    Form,
    Problem,
    Refund,
    RefundForm,
    body_digest,
    read_entry,
)
from cauce.sandbox.faults import Faults, Script, after_work, before_work
from cauce.sandbox.ledger import Ledger

LOOPBACK = "127.0.0.1"
KEY_LIFE = timedelta(hours=24)
_MAX_BODY_BYTES = 8 << 20
_STOP_SECONDS = 1.0  # handlers that a fault keeps busy do not hold up the end

AnyForm = TypeVar("AnyForm", bound=Form)
Clock = Callable[[], datetime]


class Charges(Form):
    """Many charges at once."""

    charges: tuple[ChargeForm, ...] = Field(max_length=10_000)


class PaymentSandbox:
    """The routes, over a book and its ledger."""

    def __init__(
        self, ledger: Path, *, key_life: timedelta = KEY_LIFE, clock: Clock = lambda: datetime.now(UTC)
    ) -> None:
        self._ledger = Ledger(ledger)
        self._book, self._faults, self._clock = Book(key_life), Faults(), clock
        self._busy: set[str] = set()
        for line in self._ledger.lines:
            self._book.take(read_entry(line))

    def app(self) -> web.Application:
        """The provider as an aiohttp application, which closes the ledger when it ends."""
        app = web.Application(client_max_size=_MAX_BODY_BYTES, middlewares=[_problems])
        app.add_routes(
            [
                web.post("/v1/charges", self._charge),
                web.post("/v1/charges/batch", self._charge_many),
                web.get("/v1/charges/{id}", self._find_charge),
                web.post("/v1/refunds", self._refund),
                web.get("/v1/refunds", self._find_refunds),
                web.get("/v1/ledger", self._show_ledger),
                web.post("/v1/faults", self._script),
                web.delete("/v1/faults", self._unscript),
            ]
        )
        app.on_cleanup.append(self._close)
        return app

    async def _charge(self, request: web.Request) -> web.Response:
        (charge,) = await self._take_charges([await _form(request, ChargeForm)])
        return _json(self._shown(charge))

    async def _charge_many(self, request: web.Request) -> web.Response:
        charges = await self._take_charges((await _form(request, Charges)).charges)
        return _json({"charges": [self._shown(charge) for charge in charges]})

    async def _take_charges(self, forms: Iterable[ChargeForm]) -> list[Charge]:
        charges: list[Charge] = []
        fresh: list[Charge] = []
        try:
            for form in forms:
                charge, is_new = self._book.charge(form, self._clock())
                charges.append(charge)
                if is_new:
                    self._book.take(charge)
                    fresh.append(charge)
        finally:
            await self._keep(*fresh)
        return charges

    async def _find_charge(self, request: web.Request) -> web.Response:
        await self._keep()
        charge = self._book.charges.get(request.match_info["id"])
        if charge is None:
            raise Problem(404, "resource_missing", "No such charge.")
        return _json(self._shown(charge))

    async def _refund(self, request: web.Request) -> web.Response:
        form, key = await _form(request, RefundForm), request.headers.get("Idempotency-Key", "")
        fault = self._faults.next(form.charge)
        if key in self._busy:
            raise Problem(409, "idempotency_key_in_use", "A request with this key is being worked on.")
        busy = {key} - {""}
        self._busy |= busy
        try:
            await before_work(fault, request)
            entry = await self._refunded(form, key)
        finally:
            self._busy -= busy
        await after_work(fault, request)
        return _answer(entry)

    async def _refunded(self, form: RefundForm, key: str) -> Refund | Decline:
        digest = body_digest(form)
        known = self._book.answered(key, digest, self._clock()) if key else None
        if known:
            return known
        entry = self._book.refund(form, key=key, digest=digest, at=self._clock())
        self._book.take(entry)
        await self._keep(entry)
        return entry

    async def _find_refunds(self, request: web.Request) -> web.Response:
        await self._keep()
        wanted = {name: value for name, value in request.query.items() if name in ("charge", "reference", "order")}
        return _json({"refunds": [_refund_shown(refund) for refund in self._book.refunds(**wanted)]})

    async def _show_ledger(self, _request: web.Request) -> web.Response:
        await self._keep()
        return _json({"entries": [entry.model_dump(mode="json") for entry in self._book.entries]})

    async def _script(self, request: web.Request) -> web.Response:
        self._faults.add(await _form(request, Script))
        return _json({"left": self._faults.left})

    async def _unscript(self, _request: web.Request) -> web.Response:
        self._faults.clear()
        return _json({"left": 0})

    async def _keep(self, *entries: Entry) -> None:
        """Returns when these, and all that was done before, cannot be lost: nothing else may be told to anybody."""
        await self._ledger.append(entry.model_dump_json().encode() for entry in entries)

    async def _close(self, _app: web.Application) -> None:
        await self._ledger.close()

    def _shown(self, charge: Charge) -> dict[str, Any]:
        refunded = self._book.refunded.get(charge.id, 0)
        return {"object": "charge", "captured": True, "amount_refunded": refunded, **charge.model_dump(mode="json")}


@asynccontextmanager
async def serving(sandbox: PaymentSandbox, port: int) -> AsyncIterator[str]:
    """The base URL at which `sandbox` answers; port 0 takes a free one. Raises Unavailable where the port is taken."""
    runner = web.AppRunner(sandbox.app(), access_log=None, shutdown_timeout=_STOP_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port).start()
    except OSError:
        await runner.cleanup()
        raise Unavailable(f"port {port} is taken; name another with --port") from None
    try:
        yield f"http://{LOOPBACK}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@web.middleware
async def _problems(request: web.Request, handler: Any) -> web.StreamResponse:
    try:
        answer: web.StreamResponse = await handler(request)
    except Problem as problem:
        return _error(problem.status, problem.code, str(problem))
    return answer


async def _form(request: web.Request, model: type[AnyForm]) -> AnyForm:
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as wrong:
        fields = ", ".join(".".join(map(str, error["loc"])) for error in wrong.errors())
        raise Problem(400, "parameter_invalid", f"Cannot be read: {fields or 'body'}.") from None


def _answer(entry: Refund | Decline) -> web.Response:
    if isinstance(entry, Decline):
        return _error(402, entry.code, entry.message)
    return _json(_refund_shown(entry))


def _refund_shown(refund: Refund) -> dict[str, Any]:
    return {"object": "refund", "status": "succeeded", **refund.model_dump(mode="json", exclude={"digest", "key"})}


def _error(status: int, code: str, message: str) -> web.Response:
    return _json({"error": {"code": code, "message": message}}, status=status)


def _json(body: Any, *, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")

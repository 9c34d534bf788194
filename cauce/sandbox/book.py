"""What a payment provider decides: charges, refunds never above what is left, one answer a key. Touches nothing."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PositiveInt, StringConstraints, TypeAdapter

from cauce.money import Currency

Name = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class Form(BaseModel):
    """What a client sends: unknown fields are an error that names them."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ChargeForm(Form):
    """Take money. `order` and the merchant's `reference` within it name the charge: sent again, it is the same one."""

    amount: PositiveInt
    currency: Currency
    reference: Name
    order: Name


class RefundForm(Form):
    """Give money of a charge back. `reference` is the merchant's own; refunds are found by it."""

    charge: Name
    amount: PositiveInt
    currency: Currency
    reference: str = ""
    order: str = ""


class Charge(ChargeForm):
    """A line of the ledger: money taken."""

    kind: Literal["charge"] = "charge"
    id: str
    at: AwareDatetime


class Refund(RefundForm):
    """A line of the ledger: money given back. `digest` is that of the request that came with `key`."""

    kind: Literal["refund"] = "refund"
    id: str
    key: str
    digest: str
    at: AwareDatetime


class Decline(RefundForm):
    """A line of the ledger: a refund refused for good."""

    kind: Literal["decline"] = "decline"
    code: str
    message: str
    key: str
    digest: str
    at: AwareDatetime


Entry = Charge | Refund | Decline
_ENTRY: TypeAdapter[Entry] = TypeAdapter(Annotated[Entry, Field(discriminator="kind")])


class Problem(Exception):
    """The request is answered with this error, and leaves no trace."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def read_entry(line: bytes) -> Entry:
    """A line of the ledger. Raises pydantic.ValidationError."""
    return _ENTRY.validate_json(line)


def body_digest(form: Form) -> str:
    """Tells two requests with the same idempotency key apart."""
    return sha256(form.model_dump_json().encode()).hexdigest()


class Book:
    """The fold of the ledger. A key older than `key_life` is taken for a new one, as Stripe does after 24 hours."""

    def __init__(self, key_life: timedelta) -> None:
        self.entries: list[Entry] = []
        self.charges: dict[str, Charge] = {}
        self.refunded: dict[str, int] = {}
        self._key_life = key_life
        self._by_key: dict[str, Refund | Decline] = {}

    def take(self, entry: Entry) -> None:
        """Fold one entry."""
        self.entries.append(entry)
        if isinstance(entry, Charge):
            self.charges[entry.id] = entry
            return
        if entry.key:
            self._by_key[entry.key] = entry
        if isinstance(entry, Refund):
            self.refunded[entry.charge] = self.refunded.get(entry.charge, 0) + entry.amount

    def charge(self, form: ChargeForm, at: datetime) -> tuple[Charge, bool]:
        """The charge, and whether it is new. Raises Problem where its name is taken by a different one."""
        charge_id = "ch_" + sha256(f"{form.order}\x1f{form.reference}".encode()).hexdigest()[:24]
        known = self.charges.get(charge_id)
        if known is None:
            return Charge(id=charge_id, at=at, **dict(form)), True
        if (known.amount, known.currency) != (form.amount, form.currency):
            raise Problem(400, "charge_exists", "This order has another charge of the same reference.")
        return known, False

    def answered(self, key: str, digest: str, at: datetime) -> Refund | Decline | None:
        """What was answered to `key` before. Raises Problem where the request was another one."""
        known = self._by_key.get(key)
        if known is None or at - known.at > self._key_life:
            return None
        if known.digest != digest:
            raise Problem(400, "idempotency_error", "Keys for idempotent requests can only be used with one body.")
        return known

    def refund(self, form: RefundForm, *, key: str, digest: str, at: datetime) -> Refund | Decline:
        """The refund, or why not, to be remembered under `key`. Raises Problem for a charge that does not fit."""
        charge = self.charges.get(form.charge)
        if charge is None:
            raise Problem(404, "resource_missing", "No such charge.")
        if charge.currency != form.currency:
            raise Problem(422, "currency_mismatch", f"The charge is in {charge.currency}.")
        said: dict[str, Any] = {**dict(form), "key": key, "digest": digest, "at": at}
        left = charge.amount - self.refunded.get(charge.id, 0)
        if form.amount > left:
            return Decline(code="amount_too_large", message=f"Of the charge {left} are left to refund.", **said)
        return Refund(id="re_" + sha256(f"{key}\x1f{len(self.entries)}".encode()).hexdigest()[:24], **said)

    def refunds(self, **wanted: str) -> list[Refund]:
        """Refunds whose fields have the wanted values, oldest first."""
        found = (entry for entry in self.entries if isinstance(entry, Refund))
        return [entry for entry in found if all(getattr(entry, name) == value for name, value in wanted.items())]

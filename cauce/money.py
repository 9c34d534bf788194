"""Money in minor units of one currency, and its exact division."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum: a bug, never a rounding question."""


class Money(BaseModel):
    """An amount in minor units (cents, pence) of an ISO 4217 currency."""

    model_config = ConfigDict(frozen=True)

    amount: int
    currency: Currency

    def __add__(self, other: Self) -> "Money":
        self._same(other)
        return Money.model_construct(amount=self.amount + other.amount, currency=self.currency)

    def __sub__(self, other: Self) -> "Money":
        self._same(other)
        return Money.model_construct(amount=self.amount - other.amount, currency=self.currency)

    def __str__(self) -> str:
        sign, whole = ("-" if self.amount < 0 else ""), abs(self.amount)
        return f"{sign}{whole // 100}.{whole % 100:02d} {self.currency}"

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")


def total(currency: str, parts: Iterable[Money]) -> Money:
    """The sum of `parts`, zero of `currency` when there are none. Raises CurrencyMismatch."""
    result = Money(amount=0, currency=currency)
    for part in parts:
        result = result + part
    return result


def shares(amount: int, weights: Sequence[int]) -> tuple[int, ...]:
    """`amount` divided in proportion to `weights`, each share rounded toward zero, the remainder on the last.

    Equal shares when all weights are zero. The shares always sum to `amount`.
    """
    if not weights:
        return ()
    base = sum(weights)
    each = list(weights) if base else [1] * len(weights)
    base = base or len(weights)
    parts = [abs(amount) * weight // base * (1 if amount >= 0 else -1) for weight in each]
    parts[-1] += amount - sum(parts)
    return tuple(parts)


def share_of_units(amount: int, units: int, *, taken: int, taking: int) -> int:
    """What `taking` of `units` are worth when `taken` were already accounted for.

    Cumulative, so that the parts of any sequence of takings sum to exactly `amount` once all units are taken.
    """
    return amount * (taken + taking) // units - amount * taken // units

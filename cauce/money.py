"""Money in minor units of one currency, and its exact division."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]

_CODES = {  # ISO 4217, list one, by the decimals of their minor unit
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF "
        "CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG "
        "HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR "
        "MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD "
        "SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG "
        "YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
DECIMALS = {code: decimals for decimals, codes in _CODES.items() for code in codes.split()}


def _known(currency: str) -> str:
    if currency not in DECIMALS:
        raise ValueError(f"{currency} is not a currency of ISO 4217")
    return currency


KnownCurrency = Annotated[Currency, AfterValidator(_known)]


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
        """With the decimals of its currency; one that ISO 4217 does not know is shown in minor units."""
        decimals = DECIMALS.get(self.currency, 0)
        sign, digits = ("-" if self.amount < 0 else ""), f"{abs(self.amount):0{decimals + 1}d}"
        whole, part = (digits[:-decimals], f".{digits[-decimals:]}") if decimals else (digits, "")
        return f"{sign}{whole}{part} {self.currency}"

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


def worths(amounts: Sequence[int], charges: Iterable[int]) -> tuple[int, ...]:
    """What lines of these amounts are worth: less, in proportion, by all charges below zero.

    A line is never worth less than nothing; what all lines together cannot bear is borne by the other charges.
    """
    whole, taken, parts = sum(amounts), 0, []
    deducted = min(whole, -sum(charge for charge in charges if charge < 0))
    for amount in amounts:
        parts.append(amount - share_of_units(deducted, whole or 1, taken=taken, taking=amount))
        taken += amount
    return tuple(parts)


def share_of_units(amount: int, units: int, *, taken: int, taking: int) -> int:
    """What `taking` of `units` are worth when `taken` were already accounted for.

    Cumulative, so that the parts of any sequence of takings sum to exactly `amount` once all units are taken.
    """
    return amount * (taken + taking) // units - amount * taken // units

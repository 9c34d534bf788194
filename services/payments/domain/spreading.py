"""How sums owed are spread over the sums that cover them."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from cauce.money import Money

Owed = TypeVar("Owed")
Held = TypeVar("Held")


def spread(
    owed: Sequence[tuple[Owed, Money]], held: Sequence[tuple[Held, Money]]
) -> Iterator[tuple[Owed, Held, Money]]:
    """What each owed sum takes from each held one, in the given order of both, until either is used up.

    Only parts above zero. How much is taken of each held sum depends on the total owed alone. Raises CurrencyMismatch.
    """
    left = [amount for _, amount in held]
    for what, lacking in owed:
        for place, (where, _) in enumerate(held):
            part = _lesser(lacking, left[place])
            if part.amount > 0:
                yield what, where, part
                lacking -= part  # noqa: PLW2901  # what the next held sum must still cover
                left[place] -= part


def _lesser(one: Money, other: Money) -> Money:
    return one if (one - other).amount <= 0 else other

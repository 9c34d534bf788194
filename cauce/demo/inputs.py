"""What was put in, line by line, and under which names the facts will speak of each line."""

from typing import NamedTuple


class Ordered(NamedTuple):
    """A line of goods, by its number on the order."""

    order: str
    line: int
    sku: str
    units: int
    amount: int


class Charged(NamedTuple):
    """A line that is not goods, by its number among the charges of the order."""

    order: str
    number: int
    code: str
    amount: int


class Adjusted(NamedTuple):
    """Units that were found missing."""

    adjustment: str
    units: int


class Asked(NamedTuple):
    """Units that a return request asks back: of a line of an order, 0 where no purchase is known."""

    request: str
    line: int
    units: int


class SentBack(NamedTuple):
    """A line of a return invoice: what it asks of the purchases that were found for it, and of none."""

    parts: tuple[Asked, ...]


class InputLine(NamedTuple):
    """A line as it came in: its place for people, and what it asks for."""

    place: str
    asked: Ordered | Charged | Adjusted | SentBack

"""What was sold is what is sent: kits are worth their lines, and another sku than was ordered is said to be one."""

from collections import defaultdict
from collections.abc import Iterator

from cauce.audit.record import Entry, Violation
from schemas.kits import SoldKit
from schemas.orders import OrderPlaced
from schemas.stock import Allocated, ShipmentLine


class Goods:
    """Law 6 by kit, law 7 by line."""

    def __init__(self) -> None:
        self._kits: list[Violation] = []
        self._ordered: dict[str, dict[str, str]] = {}
        self._sent: dict[str, dict[str, tuple[ShipmentLine, str]]] = defaultdict(dict)
        self._instead: dict[tuple[str, str], tuple[str, str]] = {}

    def see(self, entry: Entry) -> None:
        """Orders, and what was promised of them; of each line the skus that were not what was ordered."""
        message = entry.message
        match message:
            case OrderPlaced():
                self._ordered[message.order_id] = {line.line_id: line.sku for line in message.lines}
                self._kits += _wrong_kits(entry.place, message)
            case Allocated():
                for line in (line for shipment in message.shipments for line in shipment.lines):
                    self._promised(entry.place, message.order_id, line)
            case _:
                pass

    def _promised(self, place: str, order_id: str, line: ShipmentLine) -> None:
        if line.instead_of:
            self._instead[order_id, line.line_id] = line.instead_of, line.sku
        else:
            self._sent[order_id].setdefault(f"{line.line_id}/{line.sku}", (line, place))

    def violations(self) -> list[Violation]:
        """See Check."""
        return [*self._kits, *self._unsaid(), *self._mistaken()]

    def _unsaid(self) -> Iterator[Violation]:
        for order_id, sent in self._sent.items():
            for line, place in sent.values():
                ordered = self._ordered.get(order_id, {}).get(line.line_id, line.sku)
                replaced = self._instead.get((order_id, line.line_id))
                if line.sku != ordered and (replaced is None or replaced[1] != line.sku):
                    wrong = f"line {line.line_id}: {line.sku} is promised, {ordered} was ordered"
                    yield Violation(7, place, order_id, wrong)

    def _mistaken(self) -> Iterator[Violation]:
        for (order_id, line_id), (ordered, sku) in self._instead.items():
            said = self._ordered.get(order_id, {}).get(line_id, ordered)
            if said != ordered:
                wrong = f"line {line_id}: {sku} is sent in place of {ordered}, {said} was ordered"
                yield Violation(7, "allocated", order_id, wrong)


def _wrong_kits(place: str, placed: OrderPlaced) -> Iterator[Violation]:
    lines = {line.line_id: line for line in placed.lines}
    for kit in placed.kits or ():
        mine = [lines[part.line_id] for part in kit.parts if part.line_id in lines]
        amount, tax = sum(line.amount.amount for line in mine), sum(line.tax.amount for line in mine)
        if (amount, tax) != (kit.amount.amount, kit.tax.amount):
            wrong = f"kit {kit.sku} was sold for {kit.amount}, its lines come to {amount} minor units"
            yield Violation(6, place, placed.order_id, wrong)
        if _units(kit) != [(line.line_id, line.quantity) for line in mine]:
            yield Violation(6, place, placed.order_id, f"kit {kit.sku} is not made of the units of its lines")


def _units(kit: SoldKit) -> list[tuple[str, int]]:
    return [(part.line_id, kit.quantity * part.quantity) for part in kit.parts]

"""Positions: the moves of the ledger, counted. A move that was counted before is passed over, by its sequence."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, select

from cauce.runtime.merging import Merge, Overwrite, among
from services.insight.stock_tables import POSITIONS

COUNTS = ("reserved", "picked", "packed", "quarantined")
_LATEST = ("pool", "on_hand", "free", "sequence")
_COLUMNS = ("site", "sku", *_LATEST, *COUNTS)
_CHUNK = 500  # skus a query: below every database's limit of parameters

Place = tuple[str, str]  # site, sku
Values = dict[str, Any]


class Positions:
    """The counts of each position. Their one writer holds the offsets' rows, so what it read nobody changes."""

    def __init__(self, dialect: str) -> None:
        self._add, self._write = Merge(POSITIONS, dialect), Overwrite(POSITIONS, dialect)

    def count(self, connection: Connection, moves: Iterable[Values]) -> None:
        """Count moves, each a change of the counts and the units there are after it."""
        by_place: dict[Place, list[Values]] = defaultdict(list)
        for move in moves:
            by_place[move["site"], move["sku"]].append(move)
        known = dict(_known(connection, by_place))
        counted = [_counted(known.get(place) or _fresh(place), of_place) for place, of_place in by_place.items()]
        self._add.run(connection, [{"site": site, "sku": sku} for site, sku in by_place if (site, sku) not in known])
        self._write.run(connection, counted)


def _known(connection: Connection, places: Collection[Place]) -> Iterator[tuple[Place, Values]]:
    """Some more than was asked for: what is at any of the sites of any of the skus."""
    sites, left = sorted({site for site, _ in places}), iter(sorted({sku for _, sku in places}))
    while skus := list(islice(left, _CHUNK)):
        at = among(connection, POSITIONS.c.site, sites) & among(connection, POSITIONS.c.sku, skus)
        for row in connection.execute(select(*(POSITIONS.c[name] for name in _COLUMNS)).where(at)):
            yield (row.site, row.sku), dict(zip(_COLUMNS, row, strict=True))


def _fresh(place: Place) -> Values:
    return {"site": place[0], "sku": place[1], "sequence": -1, **dict.fromkeys(COUNTS, 0)}


def _counted(known: Values, moves: Iterable[Values]) -> Values:
    """A position after its moves, which come in any order."""
    counted = dict(known)
    for move in sorted(moves, key=lambda move: int(move["sequence"])):
        if move["sequence"] > counted["sequence"]:
            counted.update({name: move[name] for name in _LATEST})
            counted.update({name: counted[name] + move[name] for name in COUNTS})
    return counted

"""The files of a what-if: reference data as `cauce reference publish` reads it, a sourcing policy, and `stock.csv`."""

import csv
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from cauce.replay.closures import Closure
from cauce.replay.columns import RECORDED, WHAT_IF
from cauce.replay.what_if import Instead, Position
from cauce.runtime.faults import Unavailable
from cauce.runtime.reference.flaws import BrokenFile
from cauce.runtime.reference.mappings import read_mapping
from cauce.runtime.reference.reference_files import FILES, published
from cauce.runtime.reference.tables import read_table
from schemas.base import Message, Part
from schemas.policies import SourcingPolicy
from schemas.reference import CHOSEN, MODELS, Kind, ReferenceActivated
from services.allocation.domain.pools import FIRST_POOL

STOCK, CLOSED = "stock.csv", "closed.csv"
STOCK_COLUMNS, _CLOSED_COLUMNS = ("site", "sku", "quantity"), ("site", "from", "to")
_FROM_THE_START = datetime.fromtimestamp(0, UTC)


class Given(NamedTuple):
    """A column: what is put in the place of what was recorded, under a name."""

    name: str
    instead: Instead


def read_givens(paths: Sequence[Path]) -> list[Given]:
    """The columns of these files, or those of these folders: one for each policy, all with the other files.

    Raises Unavailable with what is wrong in any, or where two policies have one name.
    """
    shared = dict[str, Sequence[Message]]()
    stock: list[Position] = []
    closures: list[Closure] = []
    policies: dict[str, Sequence[Message]] = {}
    try:
        for path in _files(paths):
            if _is(path, STOCK):
                stock += _stock(path)
            elif _is(path, CLOSED):
                closures += _closures(path)
            elif (kind := _kind(path)) is Kind.SOURCING:
                _add_policy(policies, _items(path, kind))
            else:
                shared[kind.value] = _records(kind, _items(path, kind))
    except BrokenFile as broken:
        raise Unavailable("\n  ".join(["nothing was replayed:", *map(str, broken.flaws)])) from None
    if not policies:
        return [Given(WHAT_IF, Instead(shared, stock, closures))]
    return [
        Given(name, Instead({**shared, Kind.SOURCING.value: one}, stock, closures)) for name, one in policies.items()
    ]


def _add_policy(policies: dict[str, Sequence[Message]], items: list[Part]) -> None:
    (policy,) = items
    name = SourcingPolicy.model_validate(policy).name
    if name in {*policies, RECORDED}:
        raise Unavailable(f"two columns would be called {name}: give each policy a name of its own")
    policies[name] = _records(Kind.SOURCING, items)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        found = [path] if path.is_file() else [path / name for name in _NAMES if (path / name).exists()]
        if not found:
            raise Unavailable(f"{path} has none of {', '.join(_NAMES)}")
        yield from found


_NAMES = (*FILES.values(), STOCK, CLOSED)


def _kind(path: Path) -> Kind:
    """By its name: whatever precedes it, `winter-sites.csv` is of sites; any other YAML is a sourcing policy."""
    for kind, name in FILES.items():
        if _is(path, name):
            return kind
    if path.suffix == ".yaml":
        return Kind.SOURCING
    raise Unavailable(
        f"{path.name}: a what-if reads {', '.join(_NAMES)}, each with a word and a hyphen before it or not, and a "
        "sourcing policy in a YAML file of another name"
    )


def _is(path: Path, name: str) -> bool:
    return path.name == name or path.name.endswith(f"-{name}")


def _items(path: Path, kind: Kind) -> list[Part]:
    read = read_mapping if path.suffix == ".yaml" else read_table
    return read(path, MODELS[kind])


def _records(kind: Kind, items: list[Part]) -> list[Message]:
    """A version of these items, active from the start."""
    parts = published(kind, items)
    if kind not in CHOSEN:
        return list(parts)
    version = parts[0].version
    active = ReferenceActivated(
        kind=kind, pool=FIRST_POOL, label="what-if", version=version, activated_at=_FROM_THE_START
    )
    return [*parts, active]


def _stock(path: Path) -> Iterator[Position]:
    for line, (site, sku, quantity) in _rows(path, STOCK_COLUMNS):
        if not quantity.isdecimal():
            raise Unavailable(f"{path.name}, line {line}: expected a site, a sku and a number of units")
        yield Position(site, sku, int(quantity))


def _closures(path: Path) -> Iterator[Closure]:
    for line, (site, first, last) in _rows(path, _CLOSED_COLUMNS):
        try:
            closure = Closure(site, date.fromisoformat(first), date.fromisoformat(last))
        except ValueError:
            raise Unavailable(
                f"{path.name}, line {line}: expected days such as 2010-12-24, found {first}, {last}"
            ) from None
        if closure.last < closure.first:
            raise Unavailable(f"{path.name}, line {line}: {last} is before {first}")
        yield closure


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    """The rows after the header, each with its line."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        if tuple(header := next(rows, [])) != columns:
            raise Unavailable(f"{path.name}, line 1: expected the header {','.join(columns)}, found {','.join(header)}")
        for row in rows:
            if len(row) != len(columns):
                raise Unavailable(f"{path.name}, line {rows.line_num}: expected {','.join(columns)}")
            yield rows.line_num, row

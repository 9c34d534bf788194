"""A company's reference data as files in one folder: sites, goods and kits, rates, policy, holds, promises, stock."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from cauce.ids import digest
from cauce.runtime.reference.flaws import BrokenFile, Flaw, bounded
from cauce.runtime.reference.holiday_calendars import with_holidays
from cauce.runtime.reference.kit_files import checked_kits
from cauce.runtime.reference.mappings import read_mapping
from cauce.runtime.reference.substitute_files import checked_substitutes
from cauce.runtime.reference.tables import read_table
from schemas.base import Part
from schemas.reference import CHOSEN, MAPPINGS, MODELS, Kind, ReferencePublished

ITEMS_A_PART, BYTES_A_PART = 1000, 512 << 10  # about 100 KB of products in one record; a broker takes 1 MB
FILES = {kind: f"{kind}.yaml" if kind in MAPPINGS else f"{kind}.csv" for kind in Kind if kind not in CHOSEN}


def read_folder(folder: Path) -> dict[Kind, list[Part]]:
    """The items of each kind that has a file. All files are read; raises BrokenFile with what is wrong in any."""
    found: dict[Kind, list[Part]] = {}
    flaws: list[Flaw] = []
    for kind, name in FILES.items():
        if not os.path.lexists(folder / name):
            continue
        read = read_mapping if kind in MAPPINGS else read_table
        try:
            found[kind] = read(folder / name, MODELS[kind])
            if kind is Kind.PROMISES:
                found[kind] = with_holidays(folder / name, found[kind], found.get(Kind.SITES))
            if kind is Kind.KITS:
                checked_kits(folder / name, found[kind], found.get(Kind.PRODUCTS))
            if kind is Kind.SUBSTITUTES:
                checked_substitutes(folder / name, found[kind], found.get(Kind.PRODUCTS), found.get(Kind.KITS))
        except BrokenFile as broken:
            flaws += bounded(broken.flaws)
    if not found and not flaws:
        flaws = [Flaw(str(folder), f"expected {', '.join(FILES.values())}, or some of them, found none")]
    if flaws:
        raise BrokenFile(flaws)
    return found


def published(kind: Kind, items: Iterable[Part]) -> tuple[ReferencePublished, ...]:
    """One content-addressed version in parts: the same items give the same version and bytes, in any order."""
    bodies = sorted((item.model_dump(mode="json") for item in items), key=lambda body: str(body["id"]))
    version = digest(orjson.dumps(bodies, option=orjson.OPT_SORT_KEYS))
    chunks = list(_chunks(bodies)) or [[]]
    return tuple(
        ReferencePublished(kind=kind, version=version, part=part, parts=len(chunks), items=tuple(chunk))
        for part, chunk in enumerate(chunks)
    )


def _chunks(bodies: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """What fits in one record."""
    chunk: list[dict[str, Any]] = []
    size = 0
    for body in bodies:
        own = len(orjson.dumps(body))
        if chunk and (len(chunk) == ITEMS_A_PART or size + own > BYTES_A_PART):
            yield chunk
            chunk, size = [], 0
        chunk.append(body)
        size += own
    if chunk:
        yield chunk

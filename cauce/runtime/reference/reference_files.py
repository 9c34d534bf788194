"""A company's reference data as files: `sites.csv`, `products.csv`, `rates.csv` and `policy.yaml` in one folder.

Columns are the fields of schemas.reference; `latitude`/`longitude` and `base`/`per_kilogram`/`currency` are flat.
"""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
import yaml
from pydantic import ValidationError

from cauce.ids import digest
from schemas.base import Part
from schemas.reference import MODELS, Kind, ReferencePublished

ITEMS_A_PART = 1000  # about 100 KB of products in one record


class BrokenFile(ValueError):
    """A reference file that cannot be published; the message names file, line and field."""


def read_folder(folder: Path) -> dict[Kind, list[Part]]:
    """The items of each kind that has a file. Raises BrokenFile."""
    found: dict[Kind, list[Part]] = {}
    for kind in Kind:
        path = folder / (f"{kind}.yaml" if kind is Kind.POLICY else f"{kind}.csv")
        if path.exists():
            found[kind] = _checked(kind, path)
    if not found:
        raise BrokenFile(f"{folder}: none of sites.csv, products.csv, rates.csv, policy.yaml is here")
    return found


def published(kind: Kind, items: Iterable[Part]) -> tuple[ReferencePublished, ...]:
    """One content-addressed version in parts: the same items give the same version and bytes, in any order."""
    bodies = sorted((item.model_dump(mode="json") for item in items), key=lambda body: str(body["id"]))
    version = digest(orjson.dumps(bodies, option=orjson.OPT_SORT_KEYS))
    chunks = [bodies[at : at + ITEMS_A_PART] for at in range(0, len(bodies), ITEMS_A_PART)] or [[]]
    return tuple(
        ReferencePublished(kind=kind, version=version, part=part, parts=len(chunks), items=tuple(chunk))
        for part, chunk in enumerate(chunks)
    )


def _checked(kind: Kind, path: Path) -> list[Part]:
    model, items, seen = MODELS[kind], [], set()
    for line, body in _bodies(kind, path):
        try:
            item = model.model_validate(body)
        except ValidationError as exc:
            first = exc.errors()[0]
            field = ".".join(str(step) for step in first["loc"])
            raise BrokenFile(f"{path.name}, line {line}, {field}: {first['msg']}") from exc
        if body["id"] in seen:
            raise BrokenFile(f"{path.name}, line {line}, id: {body['id']} stands twice")
        seen.add(body["id"])
        items.append(item)
    return items


def _bodies(kind: Kind, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if kind is Kind.POLICY:
        yield 1, {"id": "policy", **(yaml.safe_load(path.read_text(encoding="utf-8")) or {})}
        return
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            yield line, _nested(row)


def _nested(row: dict[str, Any]) -> dict[str, Any]:
    if "latitude" in row:
        row["coordinates"] = {"latitude": row.pop("latitude"), "longitude": row.pop("longitude")}
    if "base" in row:
        currency = row.pop("currency")
        for field in ("base", "per_kilogram"):
            row[field] = {"amount": row[field], "currency": currency}
    return row

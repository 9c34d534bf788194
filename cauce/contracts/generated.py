"""The generated files of a checkout: write them, tell whether they are current, and what in them would break others."""

import json
from pathlib import Path

from cauce.contracts.asyncapi import asyncapi_text
from cauce.contracts.compatibility import breaks
from cauce.contracts.json_schemas import json_schemas
from cauce.contracts.page import messages_page
from schemas.upcasts import UPCASTS

SCHEMAS = Path("schemas/json")


def generated() -> dict[Path, str]:
    """Every generated file by its path in the checkout: the same messages give the same bytes."""
    schemas = {
        SCHEMAS / f"{name}.json": json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        for name, schema in json_schemas().items()
    }
    return {
        **schemas,
        Path("schemas/asyncapi/asyncapi.yaml"): asyncapi_text(),
        Path("docs/messages.md"): messages_page(),
    }


def stale(root: Path) -> list[Path]:
    """Files that are absent, differ from what would be generated, or describe no message."""
    files = generated()
    return sorted([*(path for path, text in files.items() if _text(root / path) != text), *_orphans(root, files)])


def broken(root: Path) -> dict[str, list[str]]:
    """By the name of a message, what of it would hurt those who rely on the schema that is checked in."""
    new = json_schemas()
    found = {}
    for name, path in _checked_in(root).items():
        if name in UPCASTS:
            continue
        old = json.loads(path.read_text(encoding="utf-8"))
        found[name] = breaks(old, new[name]) if name in new else ["the message is gone"]
    return {name: hurts for name, hurts in found.items() if hurts}


def write(root: Path) -> list[Path]:
    """Make the files current and return those that changed; schemas of older versions, which are upcast, stay."""
    files, changed = generated(), stale(root)
    for path in changed:
        if path in files:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(files[path], encoding="utf-8")
        else:
            (root / path).unlink()
    return changed


def _checked_in(root: Path) -> dict[str, Path]:
    folder = root / SCHEMAS
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in sorted(folder.rglob("*.json"))}


def _orphans(root: Path, files: dict[Path, str]) -> list[Path]:
    return [
        path.relative_to(root)
        for name, path in _checked_in(root).items()
        if path.relative_to(root) not in files and name not in UPCASTS
    ]


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None

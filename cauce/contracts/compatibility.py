"""Whether a schema may follow another under the same name.

Old records are for ever and old readers live on for a while: so no field goes, none is newly required, and a field
still takes what it took; in a new object anything goes. What breaks this is a new version, beside an upcast. Patterns
and bounds are not compared.
"""

from collections.abc import Iterator
from typing import NamedTuple

from cauce.contracts.json_schemas import Schema


class Field(NamedTuple):
    """A field at its path: whether it must be there, and what it takes: JSON types, or the values of an enumeration."""

    required: bool
    takes: frozenset[str]


def fields(schema: Schema) -> dict[str, Field]:
    """Every field of a schema by its path, such as `lines[].amount.currency`."""
    found: dict[str, Field] = {}
    for path, field in _walk(schema, schema, path="", required=True):
        known = found.get(path)
        found[path] = Field(field.required and known.required, field.takes | known.takes) if known else field
    return found


def breaks(old: Schema, new: Schema) -> list[str]:
    """What of `new` would hurt those who wrote or read `old`; empty when it may follow."""
    before, after = fields(old), fields(new)
    found = [f"{path} is gone" for path in before if path not in after]
    for path, field in after.items():
        known = before.get(path)
        if field.required and not (known and known.required) and path.rpartition(".")[0] in before:
            found.append(f"{path} is newly required")
        if known and (lost := _lost(known.takes, field.takes)):
            found.append(f"{path} no longer takes {', '.join(sorted(lost))}")
    return found


def _lost(old: frozenset[str], new: frozenset[str]) -> frozenset[str]:
    return frozenset(one for one in old - new if not (one.startswith("'") and "string" in new))


def _walk(root: Schema, node: Schema, *, path: str, required: bool) -> Iterator[tuple[str, Field]]:
    if "$ref" in node:
        yield from _walk(root, root["$defs"][node["$ref"].rpartition("/")[2]], path=path, required=required)
        return
    for choice in node.get("anyOf", ()):
        yield from _walk(root, choice, path=path, required=required)
    for form in node.get("oneOf", ()):  # told apart by `kind`: each is an object of its own
        yield from _walk(root, form, path=f"{path}{form['$ref'].rpartition('/')[2]}", required=False)
    yield path, Field(required, _takes(node))
    for name, child in node.get("properties", {}).items():
        inner = f"{path}.{name}".removeprefix(".")
        yield from _walk(root, child, path=inner, required=name in node.get("required", ()))
    if isinstance(node.get("items"), dict):
        yield from _walk(root, node["items"], path=f"{path}[]", required=False)
    if isinstance(node.get("additionalProperties"), dict):
        yield from _walk(root, node["additionalProperties"], path=f"{path}{{}}", required=False)


def _takes(node: Schema) -> frozenset[str]:
    values = node.get("enum") or ([node["const"]] if "const" in node else [])
    return frozenset(f"'{value}'" for value in values) or frozenset({node["type"]} if "type" in node else ())

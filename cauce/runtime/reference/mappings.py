"""A kind of reference data that has one item, as a YAML file: a mapping of its fields, which may hold others."""

from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cauce.runtime.reference.flaws import BrokenFile, Flaw, expectation, shown, text_of, unknown
from cauce.runtime.reference.nesting import fields_at, line_of
from schemas.base import Part


def read_mapping(path: Path, model: type[Part]) -> list[Part]:
    """The one item of a file. Raises BrokenFile with all that is wrong."""
    node, body = _loaded(path.name, text_of(path))
    if not isinstance(node, yaml.MappingNode):
        known = ", ".join(model.model_fields)
        raise BrokenFile([Flaw(path.name, f"expected a mapping of {known}, found {_kind(body)}", line=1)])
    try:
        return [model.model_validate(body, extra="forbid")]
    except ValidationError as wrong:
        flaws = (_flaw(path.name, node, model, error) for error in _causes(wrong))
        raise BrokenFile(sorted(flaws, key=lambda flaw: flaw.line or 0)) from None


def _causes(wrong: ValidationError) -> Iterator[ErrorDetails]:
    """Without those of a list that is too short only because what stands in it is wrong."""
    errors = wrong.errors()
    for error in errors:
        depth = len(error["loc"])
        if not any(len(other["loc"]) > depth and other["loc"][:depth] == error["loc"] for other in errors):
            yield error


def _flaw(name: str, node: yaml.Node, model: type[Part], error: ErrorDetails) -> Flaw:
    path = tuple(step for step in error["loc"] if step != "[key]")
    if error["type"] == "extra_forbidden":
        expected = unknown(str(path[-1]), fields_at(model, path[:-1]))
    else:
        expected = expectation(dict(error))
    return Flaw(name, expected, line_of(node, path), ".".join(map(str, path)) or None)


def _kind(body: Any) -> str:
    match body:
        case None:
            return "nothing"
        case list():
            return "a list"
        case _:
            return shown(body)


class _Loader(yaml.SafeLoader):
    """Plain values only, and no key twice: PyYAML would let the last one win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002  # PyYAML's signature
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"{key.value} stands here again", problem_mark=key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep=deep)


def _loaded(name: str, text: str) -> tuple[yaml.Node | None, Any]:
    """The file's node, which knows its lines, and its value."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        return node, loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        flaw = Flaw(name, f"expected YAML: {fault.problem or fault.context}", mark.line + 1 if mark else None)
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        flaw = Flaw(name, f"expected YAML: {str(fault).splitlines()[0]}")
    raise BrokenFile([flaw])

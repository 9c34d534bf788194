"""A kind of reference data that has one item, as a YAML file: a mapping of its fields."""

from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from cauce.runtime.reference.flaws import BrokenFile, Flaw, expectation, shown, text_of, unknown
from schemas.base import Part


def read_mapping(path: Path, model: type[Part]) -> list[Part]:
    """The one item of a file. Raises BrokenFile with all that is wrong."""
    node, body = _loaded(path.name, text_of(path))
    if not isinstance(node, yaml.MappingNode):
        known = ", ".join(model.model_fields)
        raise BrokenFile([Flaw(path.name, f"expected a mapping of {known}, found {_kind(body)}", line=1)])
    lines = {str(key.value): key.start_mark.line + 1 for key, _ in node.value}
    flaws = list(_strange(path.name, model, lines))
    try:
        item = model.model_validate(body)
    except ValidationError as wrong:
        flaws += _refused(path.name, wrong, lines)
    if flaws:
        raise BrokenFile(flaws)
    return [item]


def _strange(name: str, model: type[Part], lines: dict[str, int]) -> Iterator[Flaw]:
    known = list(model.model_fields)
    for field, line in lines.items():
        if field not in known:
            yield Flaw(name, unknown(field, known), line, field)


def _refused(name: str, wrong: ValidationError, lines: dict[str, int]) -> Iterator[Flaw]:
    for error in wrong.errors():
        field = ".".join(str(step) for step in error["loc"] if step != "[key]")
        yield Flaw(name, expectation(dict(error)), lines.get(str(error["loc"][0])), field)


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

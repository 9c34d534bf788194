"""Where a value stands in a YAML file: the line, and the fields that its mapping may have."""

from collections.abc import Sequence
from typing import Any, get_args, get_origin

import yaml
from pydantic import BaseModel

Step = int | str


def line_of(node: yaml.Node, path: Sequence[Step]) -> int | None:
    """The line of the value at `path`, or of the innermost that is there; None for what the whole file lacks."""
    line = None
    for step in path:
        found = _within(node, step)
        if found is None:
            break
        mark, node = found
        line = mark.line + 1
    return line


def _within(node: yaml.Node, step: Step) -> tuple[yaml.Mark, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key.start_mark, value) for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark, node.value[step]
    return None


def fields_at(model: type[BaseModel], path: Sequence[Step]) -> list[str]:
    """The fields of the model at `path` within `model`."""
    kind: Any = model
    for step in path:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = kind.model_fields[str(step)].annotation
        else:
            kind = get_args(kind)[-1 if get_origin(kind) is dict else 0]
    return list(kind.model_fields)

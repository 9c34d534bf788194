"""`docs/messages.md`: the table of topics, and every message and part with its fields."""

from collections.abc import Iterable, Iterator
from inspect import cleandoc

from pydantic import TypeAdapter

from cauce.contracts.asyncapi import HEADERS
from cauce.contracts.json_schemas import DraftSeven, Schema, json_schemas
from schemas.base import Message
from schemas.raw import RawTopic
from schemas.reference import MODELS
from schemas.topics import HOME, MESSAGES, TOPICS, Topic

INTRODUCTION = """\
# Messages

Generated from `schemas/` by `cauce schemas build`; change the messages, not this page. The same as JSON Schema:
`schemas/json/`, as AsyncAPI: `schemas/asyncapi/asyncapi.yaml`, as golden records: `schemas/examples/`.

A record is JSON without absent fields; a reader passes over fields it does not know. Amounts are in minor units,
instants are RFC 3339 in UTC, bytes are base64."""


def messages_page() -> str:
    """The page as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    schemas = json_schemas()
    yield INTRODUCTION
    yield from ("", "## Topics", "")
    yield from _table(("topic", "kind", "written by", "read by", "key", "messages", "about"), map(_topic_row, TOPICS))
    yield from ("", "## Headers", "", "CloudEvents 1.0, binary mode.", "")
    yield from _table(("header", "value"), ((f"`{name}`", about) for name, about in HEADERS.items()))
    yield from ("", "## Messages")
    for name, message in MESSAGES.items():
        yield from _message(message, schemas[name])
    yield from ("", "## Forms of outsiders", "", "Strict: an unknown field is an error that names it.")
    parts: dict[str, Schema] = {}
    for topic in RawTopic:
        forms = _forms(schemas[f"raw/{topic}"])
        yield from ("", f"`{topic}`: {', '.join(_link(form) for form in forms)}")
    for schema in schemas.values():
        parts |= {schema["title"]: schema} if schema["$id"].startswith("urn:cauce:raw") and "title" in schema else {}
        parts |= schema.get("$defs", {})
    yield from (
        "",
        "## Reference data",
        "",
        f"Items of `reference.published.v1`: {', '.join(map(_link, _items(parts)))}",
    )
    yield from ("", "## Parts")
    for name in sorted(parts):
        yield from _part(name, parts[name])


def _topic_row(topic: Topic) -> tuple[str, ...]:
    keys = sorted({message.key for message in topic.messages})
    return (
        f"`{topic.name}`",
        topic.kind.value,
        topic.writer.replace(" ", ", "),
        ", ".join(topic.readers),
        ", ".join(f"`{key}`" for key in keys),
        ", ".join(f"[{message.type}](#{_anchor(message.type)})" for message in topic.messages),
        topic.about,
    )


def _message(message: type[Message], schema: Schema) -> Iterator[str]:
    home = HOME.get(message)
    where = f"On `{home}`, keyed by" if home else "Keyed by"
    yield from ("", f"### {message.type}", "", f"**{message.__name__}.** {cleandoc(message.__doc__ or '')}")
    yield from ("", f"{where} `{message.key}`{_identity(message)}.", "")
    yield from _fields(schema)


def _identity(message: type[Message]) -> str:
    return f"; one a cause for each `{'`, `'.join(message.identity)}`" if message.identity else "; one a cause"


def _forms(schema: Schema) -> list[str]:
    return [form["$ref"].rpartition("/")[2] for form in schema.get("oneOf", ())] or [schema["title"]]


def _items(parts: dict[str, Schema]) -> list[str]:
    for model in MODELS.values():
        schema = TypeAdapter(model).json_schema(schema_generator=DraftSeven)
        parts |= {model.__name__: schema, **schema.get("$defs", {})}
    return [model.__name__ for model in MODELS.values()]


def _part(name: str, schema: Schema) -> Iterator[str]:
    yield from ("", f"### {name}", "", cleandoc(schema.get("description", "")))
    if "enum" in schema:
        yield from ("", f"One of {', '.join(f'`{value}`' for value in schema['enum'])}.")
    else:
        yield ""
        yield from _fields(schema)


def _fields(schema: Schema) -> Iterator[str]:
    required = schema.get("required", ())
    rows = (
        (f"`{name}`", _kind(field), "" if name in required else _default(field))
        for name, field in schema["properties"].items()
    )
    return _table(("field", "type", "when absent"), rows)


def _default(field: Schema) -> str:
    value = field.get("default")
    return "none" if value in (None, "", []) else f"`{value}`"


def _kind(field: Schema) -> str:
    if "$ref" in field:
        return _link(field["$ref"].rpartition("/")[2])
    if "anyOf" in field:
        return " or ".join(_kind(choice) for choice in field["anyOf"] if choice.get("type") != "null")
    if "const" in field:
        return f"`{field['const']}`"
    if field.get("type") == "array":
        return f"list of {_kind(field['items'])}"
    if isinstance(field.get("additionalProperties"), dict):
        return f"map of {_kind(field['additionalProperties'])}"
    return _plain(field)


def _plain(field: Schema) -> str:
    if field.get("type") == "integer":
        lowest = field.get("minimum", field.get("exclusiveMinimum", -1) + 1 if "exclusiveMinimum" in field else None)
        return "integer" if lowest is None else f"integer, at least {lowest}"
    formats = {"date-time": "instant", "date": "date", "base64url": "bytes", "binary": "bytes"}
    return formats.get(field.get("format", ""), str(field.get("type", "any")))


def _link(name: str) -> str:
    return f"[{name}](#{_anchor(name)})"


def _anchor(heading: str) -> str:
    return heading.lower().replace(".", "")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"

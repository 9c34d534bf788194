"""JSON Schema (draft 7, which every AsyncAPI tool reads) of messages, of outsiders' forms and of files."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from schemas.base import Message, Part
from schemas.policies import SourcingPolicy
from schemas.raw import FORMS, RawTopic
from schemas.topics import MESSAGES

Schema = dict[str, Any]
FILES: dict[str, type[Part]] = {"sourcing-policy": SourcingPolicy}


class DraftSeven(GenerateJsonSchema):
    """Without the titles that repeat the names of fields."""

    schema_dialect = "http://json-schema.org/draft-07/schema#"

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  # the signature is pydantic's
        """No field says more by a title than by its name."""
        return False


def message_schema(message: type[Message]) -> Schema:
    """What a record of this type holds."""
    schema = message.model_json_schema(schema_generator=DraftSeven)
    return {"$schema": DraftSeven.schema_dialect, "$id": f"urn:cauce:{message.type}", **schema}


def form_schema(topic: RawTopic) -> Schema:
    """What outsiders may write to a raw topic: one of these forms."""
    schema = FORMS[topic].json_schema(schema_generator=DraftSeven)
    return {"$schema": DraftSeven.schema_dialect, "$id": f"urn:cauce:raw:{topic}", **schema}


def file_schema(name: str) -> Schema:
    """What a file may hold that people write; an unknown field is an error, as for `cauce`."""
    schema = FILES[name].model_json_schema(schema_generator=DraftSeven)
    for part in (schema, *schema.get("$defs", {}).values()):
        if part.get("type") == "object":
            part["additionalProperties"] = False
    return {"$schema": DraftSeven.schema_dialect, "$id": f"urn:cauce:files:{name}", **schema}


def json_schemas() -> dict[str, Schema]:
    """Every schema by its name: a message's type, `raw/` and a topic, or `files/` and what people write."""
    files = {f"files/{name}": file_schema(name) for name in FILES}
    messages = {name: message_schema(message) for name, message in MESSAGES.items()}
    forms = {f"raw/{topic}": form_schema(topic) for topic in RawTopic}
    return dict(sorted({**messages, **forms, **files}.items()))

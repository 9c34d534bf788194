"""JSON Schema (draft 7, which every AsyncAPI tool reads) of each message and of each form that outsiders fill in."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from schemas.base import Message
from schemas.raw import FORMS, RawTopic
from schemas.topics import MESSAGES

Schema = dict[str, Any]


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


def json_schemas() -> dict[str, Schema]:
    """Every schema by its name: a message's type, or `raw/` and a topic."""
    messages = {name: message_schema(message) for name, message in MESSAGES.items()}
    forms = {f"raw/{topic}": form_schema(topic) for topic in RawTopic}
    return dict(sorted({**messages, **forms}.items()))

"""The AsyncAPI 3 document: a channel a topic, who sends and receives it, and its messages with their headers."""

from importlib import metadata
from typing import Any

import yaml

from cauce.contracts.json_schemas import Schema
from schemas.base import Message
from schemas.raw import RawTopic
from schemas.topics import MESSAGES, TOPICS, Topic, TopicKind

HEADERS = {
    "ce_specversion": "always 1.0",
    "ce_id": "the event's id, derived from its cause (UUID version 5)",
    "ce_type": "the message's type with its version",
    "ce_source": "the lane and partition that wrote it",
    "ce_subject": "what it is about",
    "ce_sequence": "the number of this fact among those of its source about its subject, without gaps",
    "ce_time": "when it happened: the time of the input that caused it, RFC 3339 in UTC",
    "ce_release": "the release that decided",
    "ce_causationid": "the id of the record that caused it",
    "content-type": "always application/json",
    "traceparent": "W3C trace context, where there is one",
}
OPTIONAL_HEADERS = ("traceparent",)


def asyncapi_text() -> str:
    """The document as YAML."""
    return yaml.safe_dump(asyncapi_document(), sort_keys=False, allow_unicode=True, width=110)


def asyncapi_document() -> dict[str, Any]:
    """The document; payloads are the JSON Schemas beside it."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Cauce",
            "version": metadata.version("cauce"),
            "description": "Every topic of a deployment; each name there begins with the deployment's prefix.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {name: operation for topic in TOPICS for name, operation in _operations(topic).items()},
        "components": {
            "messages": {
                **{name: _message(message) for name, message in MESSAGES.items()},
                **{f"raw.{topic}": _form(topic) for topic in RawTopic},
            },
            "messageTraits": {"envelope": {"headers": _headers()}},
        },
    }


def message_names(topic: Topic) -> list[str]:
    """The messages of a topic by the names they have in the document."""
    return [f"raw.{topic.name}"] if topic.kind is TopicKind.RAW else [message.type for message in topic.messages]


def _channel(topic: Topic) -> dict[str, Any]:
    names = message_names(topic)
    return {
        "address": topic.name,
        "description": topic.about,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"kafka": {"topic": topic.name, "bindingVersion": "0.5.0"}},
        "x-kind": topic.kind.value,
        "x-family": topic.family.value,
    }


def _operations(topic: Topic) -> dict[str, Any]:
    channel = {"$ref": f"#/channels/{topic.name}"}
    sent = {f"{one}-sends-{topic.name}": {"action": "send", "channel": channel} for one in topic.writer.split()}
    read = {f"{one}-receives-{topic.name}": {"action": "receive", "channel": channel} for one in topic.readers}
    return {**sent, **read}


def _message(message: type[Message]) -> dict[str, Any]:
    key = {"type": "string", "description": f"`{message.key}` of the message"}
    return {
        "name": message.type,
        "title": message.__name__,
        "summary": (message.__doc__ or "").partition("\n")[0],
        "traits": [{"$ref": "#/components/messageTraits/envelope"}],
        "payload": _payload(message.type),
        "bindings": {"kafka": {"key": key, "bindingVersion": "0.5.0"}},
    }


def _form(topic: RawTopic) -> dict[str, Any]:
    return {
        "name": f"raw.{topic}",
        "summary": "Written by outsiders, without headers of ours; the key is free.",
        "payload": _payload(f"raw/{topic}"),
    }


def _payload(name: str) -> dict[str, Any]:
    return {"schemaFormat": "application/schema+json;version=draft-07", "schema": {"$ref": f"../json/{name}.json"}}


def _headers() -> Schema:
    return {
        "type": "object",
        "properties": {name: {"type": "string", "description": about} for name, about in HEADERS.items()},
        "required": [name for name in HEADERS if name not in OPTIONAL_HEADERS],
    }

"""What holds for every message: its type, its key, its versions, and that nothing personal is in the clear."""

import importlib
import pkgutil
import re
from collections import defaultdict

import pytest

import schemas
from cauce.contracts.compatibility import fields
from cauce.contracts.json_schemas import message_schema
from schemas.base import Message
from schemas.topics import MESSAGES, TOPICS
from schemas.upcasts import UPCASTS

TYPE = re.compile(r"[a-z-]+\.[a-z-]+\.v[0-9]+")
PERSONAL = {
    *("name", "first_name", "last_name", "full_name", "customer_name", "recipient", "email", "mail", "phone", "mobile"),
    *("street", "address", "address1", "address2", "house_number", "city", "postal_code", "zip", "birthday", "iban"),
}

every_message = pytest.mark.parametrize("message", MESSAGES.values(), ids=lambda message: message.type)


def declared():
    """Every message class of schemas/ that a topic could carry."""
    for module in pkgutil.iter_modules(schemas.__path__):
        importlib.import_module(f"schemas.{module.name}")
    ours = [message for message in _subclasses(Message) if message.__module__.startswith("schemas.")]
    return [message for message in ours if "type" in message.__dict__]


def _subclasses(of):
    return [found for one in of.__subclasses__() for found in (one, *_subclasses(one))]


def test_every_message_is_on_a_topic():
    assert set(declared()) == {message for topic in TOPICS for message in topic.messages}


def test_no_two_messages_have_one_type():
    assert len({message.type for message in declared()}) == len(declared())


@every_message
def test_a_type_is_a_subject_what_happened_and_a_version(message):
    assert TYPE.fullmatch(message.type)


def test_versions_count_from_one_without_gaps():
    versions = defaultdict(set)
    for name in (*MESSAGES, *UPCASTS):
        stem, _, version = name.rpartition(".v")
        versions[stem].add(int(version))
    assert {stem: found for stem, found in versions.items() if found != set(range(1, len(found) + 1))} == {}


@pytest.mark.parametrize("old", [*UPCASTS, None])
def test_every_upcast_leads_to_a_message_of_today(old):
    while old is not None and old not in MESSAGES:
        old, _ = UPCASTS[old]


@every_message
def test_keys_and_identities_are_fields(message):
    assert {message.key, *message.identity} <= set(message.model_fields)


@every_message
def test_a_message_says_what_it_means(message):
    assert message.__doc__ != Message.__doc__


@every_message
def test_nothing_personal_is_in_the_clear(message):
    schema = message_schema(message)
    clear = {path for path in fields(schema) if path.rpartition(".")[2].rstrip("[]{}") in PERSONAL}
    assert clear == set()
    assert "PersonalDetails" not in schema.get("$defs", {})


@every_message
def test_what_is_personal_is_sealed(message):
    for path, field in fields(message_schema(message)).items():
        if path.rpartition(".")[2] == "personal":
            assert {f"{path}.person_id", f"{path}.content"} <= set(fields(message_schema(message)))
            assert field.takes <= {"object", "null"}


@every_message
def test_money_is_never_a_float(message):
    floats = {path for path, field in fields(message_schema(message)).items() if "number" in field.takes}
    assert all(path.endswith(("coordinates.latitude", "coordinates.longitude")) for path in floats)

"""Golden messages: today's code reads them and writes them again, and the schemas that are checked in take them."""

import json
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from cauce.contracts.generated import SCHEMAS
from cauce.runtime.settings import CHECKOUT
from schemas.raw import FORMS, RawTopic
from schemas.topics import MESSAGES
from schemas.upcasts import UPCASTS, read_message

EXAMPLES = CHECKOUT / "schemas" / "examples"
GOLDEN = sorted(EXAMPLES.rglob("*.json"))


def name_of(path: Path) -> str:
    return path.parent.relative_to(EXAMPLES).as_posix()


@cache
def validator(name):
    schema = json.loads((CHECKOUT / SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


every_example = pytest.mark.parametrize(
    "path", GOLDEN, ids=[path.relative_to(EXAMPLES).with_suffix("").as_posix() for path in GOLDEN]
)


@pytest.mark.parametrize("name", [*MESSAGES, *UPCASTS, *(f"raw/{topic}" for topic in RawTopic)])
def test_every_message_has_a_golden_example(name):
    assert list((EXAMPLES / name).glob("*.json")), f"write schemas/examples/{name}/<case>.json"


@every_example
def test_an_example_is_of_a_message(path):
    assert name_of(path) in {*MESSAGES, *UPCASTS, *(f"raw/{topic}" for topic in RawTopic)}


@every_example
def test_today_s_code_reads_an_example_and_writes_it_again(path):
    value, name = path.read_bytes(), name_of(path)
    if name.startswith("raw/"):
        form = FORMS[RawTopic(name.removeprefix("raw/"))].validate_json(value)
        assert form.model_dump(mode="json", exclude_unset=True) == json.loads(value)
    else:
        message = read_message(name, value)
        assert message.type == name or name in UPCASTS
        assert type(message).read(message.to_bytes()) == message
        if name in MESSAGES:
            assert json.loads(message.to_bytes()) == json.loads(value)


@every_example
def test_the_schema_that_is_checked_in_takes_an_example(path):
    validator(name_of(path)).validate(json.loads(path.read_bytes()))

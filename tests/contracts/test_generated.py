"""What is generated is current and whole, and a change that would hurt others is named."""

import json
from typing import ClassVar

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft7Validator

from cauce.cli import main, order_states
from cauce.contracts.asyncapi import asyncapi_document
from cauce.contracts.compatibility import breaks, fields
from cauce.contracts.generated import SCHEMAS, broken, stale, write
from cauce.contracts.json_schemas import json_schemas, message_schema
from cauce.runtime.settings import CHECKOUT
from schemas.base import Message, Part
from schemas.topics import BY_NAME, MESSAGES


@pytest.fixture
def checkout(tmp_path):
    """A checkout of which everything generated is current."""
    write(tmp_path)
    order_states.write(tmp_path)
    return tmp_path


@pytest.fixture
def cauce(checkout):
    return lambda *arguments: CliRunner().invoke(main, ["schemas", *arguments, "--root", str(checkout)])


def change(checkout, name, alter):
    path = checkout / SCHEMAS / f"{name}.json"
    schema = json.loads(path.read_text())
    alter(schema)
    path.write_text(json.dumps(schema))


def test_what_is_checked_in_is_current():
    assert stale(CHECKOUT) == [], "run `cauce schemas build`"


def test_no_message_changed_in_a_way_that_hurts():
    assert broken(CHECKOUT) == {}


@pytest.mark.parametrize(("name", "schema"), json_schemas().items(), ids=json_schemas())
def test_schemas_are_draft_seven(name, schema):
    Draft7Validator.check_schema(schema)
    assert schema["$id"].endswith(name.replace("/", ":"))


def test_every_reference_of_the_asyncapi_document_leads_somewhere(checkout):
    document = yaml.safe_load((checkout / "schemas/asyncapi/asyncapi.yaml").read_text())
    assert document == asyncapi_document()
    for reference in _references(document):
        if reference.startswith("#/"):
            node = document
            for step in reference[2:].split("/"):
                node = node[step]
        else:
            assert (checkout / "schemas/asyncapi" / reference).exists()


def _references(node):
    if isinstance(node, dict):
        yield from [node["$ref"]] if "$ref" in node else []
        for child in node.values():
            yield from _references(child)


def test_the_asyncapi_document_has_every_topic_and_message():
    document = asyncapi_document()
    assert set(document["channels"]) == set(BY_NAME)
    assert set(MESSAGES) <= set(document["components"]["messages"])


def test_the_page_names_every_topic_message_and_field(checkout):
    page = (checkout / "docs/messages.md").read_text()
    for name, message in MESSAGES.items():
        section = page.partition(f"\n### {name}\n")[2].partition("\n### ")[0]
        assert all(f"| `{field}` |" in section for field in message.model_fields)
    assert all(f"| `{name}` |" in page for name in BY_NAME)


def test_building_twice_changes_nothing(checkout):
    assert write(checkout) == []


def test_check_says_which_file_is_not_current(checkout, cauce):
    assert cauce("check").exit_code == 0
    (checkout / "docs/messages.md").write_text("by hand")
    shown = cauce("check")
    assert shown.exit_code == 1
    assert shown.output == "docs/messages.md is not what the messages say: run `cauce schemas build`\n"


def test_a_newly_required_field_is_named_and_not_built(checkout, cauce):
    change(checkout, "order.placed.v1", lambda schema: schema["properties"].pop("channel"))
    for command in ("check", "build"):
        shown = cauce(command)
        assert shown.exit_code == 1
        assert "order.placed.v1: channel is newly required\n" in shown.output
    assert cauce("build", "--accept", "order.placed.v1").exit_code == 0
    assert cauce("check").exit_code == 0


def test_a_field_that_is_gone_is_named_by_its_path(checkout, cauce):
    change(
        checkout, "order.placed.v1", lambda s: s["$defs"]["OrderLine"]["properties"].update(color={"type": "string"})
    )
    shown = cauce("check")
    assert "order.placed.v1: lines[].color is gone\n" in shown.output


def test_a_message_that_is_gone_is_named_until_that_is_accepted(checkout, cauce):
    lost = checkout / SCHEMAS / "order.lost.v1.json"
    lost.write_text(json.dumps({"type": "object", "properties": {}}))
    assert "order.lost.v1: the message is gone\n" in cauce("check").output
    assert cauce("build", "--accept", "order.lost.v1").exit_code == 0
    assert not lost.exists()


class Size(Part):
    """A part of the messages below."""

    width: int


class Measured(Message):
    """A message as it was."""

    type: ClassVar[str] = "goods.measured.v1"
    key: ClassVar[str] = "sku"

    sku: str
    sizes: tuple[Size, ...]
    unit: str | int = "mm"


class MoreMeasured(Measured):
    """The same with what harms nobody: a field that may be absent, and a new object with a required one."""

    weight: int = 0
    outer: Size | None = None


class LessMeasured(Measured):
    """The same with what hurts."""

    unit: str
    by: str


def test_fields_are_found_at_their_paths():
    found = fields(message_schema(Measured))
    assert set(found) == {"", "sku", "sizes", "sizes[]", "sizes[].width", "unit"}
    assert found["sku"].required
    assert not found["unit"].required
    assert found["unit"].takes == {"string", "integer"}


def test_what_may_be_absent_may_be_added():
    assert breaks(message_schema(Measured), message_schema(MoreMeasured)) == []


def test_every_way_to_hurt_is_named():
    assert breaks(message_schema(Measured), message_schema(LessMeasured)) == [
        "unit is newly required",
        "unit no longer takes integer",
        "by is newly required",
    ]
    assert breaks(message_schema(MoreMeasured), message_schema(Measured)) == [
        "weight is gone",
        "outer is gone",
        "outer.width is gone",
    ]


def test_a_value_taken_off_an_enumeration_hurts_and_one_put_on_does_not():
    few, many, any_text = ({"properties": {"grade": grade}} for grade in _grades())
    assert breaks(many, few) == ["grade no longer takes 'used'"]
    assert breaks(few, many) == []
    assert breaks(many, any_text) == []
    assert breaks(any_text, many) == ["grade no longer takes string"]


def _grades():
    return {"enum": ["new"]}, {"enum": ["new", "used"]}, {"type": "string"}


def test_a_form_more_to_choose_from_hurts_nobody_and_one_less_does():
    more = json_schemas()["raw/stock-reports"]
    less = {**more, "oneOf": [form for form in more["oneOf"] if not form["$ref"].endswith("/StockAdjustment")]}
    assert breaks(less, more) == []
    assert "StockAdjustment is gone" in breaks(more, less)

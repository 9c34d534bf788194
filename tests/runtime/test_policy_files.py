"""Sourcing policies as files: what is wrong is named by line and field, however deep it stands."""

import json

import pytest
import yaml
from jsonschema import Draft7Validator

from cauce.runtime.reference.flaws import BrokenFile
from cauce.runtime.reference.mappings import read_mapping
from cauce.runtime.settings import CHECKOUT
from schemas.policies import SourcingPolicy

EXAMPLES = sorted((CHECKOUT / "deploy" / "policies").glob("*.yaml"))
GOOD = """\
name: cheapest
currency: GBP
sites:
  VENLO: {handling: 60}
rules:
  - name: companies
    when: {profiles: [b2b]}
    criteria: [{by: cost}]
  - name: everybody
    criteria:
      - by: distance
"""


@pytest.fixture
def flaws(tmp_path):
    def flaws(content):
        (tmp_path / "policy.yaml").write_text(content)
        with pytest.raises(BrokenFile) as broken:
            read_mapping(tmp_path / "policy.yaml", SourcingPolicy)
        return [str(flaw).removeprefix("policy.yaml, ") for flaw in broken.value.flaws]

    return flaws


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_policies_that_come_with_us_are_sound_and_fit_their_schema(path):
    (policy,) = read_mapping(path, SourcingPolicy)
    assert policy.name == path.stem
    schema = json.loads((CHECKOUT / "schemas" / "json" / "files" / "sourcing-policy.json").read_text())
    Draft7Validator(schema).validate(yaml.safe_load(path.read_text()))


def test_every_flaw_has_its_line_and_field(flaws):
    wrong = GOOD.replace("60", "-6").replace("profiles", "profile").replace("distance", "distence")
    first, second, third = flaws(wrong)
    assert first == "line 4, column sites.VENLO.handling: expected greater than or equal to 0, found -6"
    assert second.startswith("line 7, column rules.0.when.profile: it is not known, did you mean profiles?")
    assert third.startswith("line 11, column rules.1.criteria.0.by: expected 'distance', 'priority', 'cost', ")


def test_what_a_rule_lacks_is_named_at_the_rule(flaws):
    assert flaws(GOOD.replace("    criteria: [{by: cost}]\n", "")) == [
        "line 6, column rules.0.criteria: expected a value, found none"
    ]


def test_a_rule_that_none_can_reach_is_refused(flaws):
    assert flaws(GOOD.replace("    when: {profiles: [b2b]}\n", "")) == [
        "policy.yaml: rule companies is for all orders, so no rule after it is ever asked; move it last"
    ]


def test_a_rule_says_each_criterion_once_and_bounds_that_some_order_meets(flaws):
    wrong = GOOD.replace("[{by: cost}]", "[{by: cost}, {by: cost}]")
    assert flaws(wrong) == ["line 6, column rules.0: cost is a criterion twice; leave one out"]
    (flaw,) = flaws(GOOD.replace("[b2b]", "[b2b], min_value: 9, max_value: 8"))
    assert flaw.startswith("line 7, column rules.0.when: no value is from 9 to 8")

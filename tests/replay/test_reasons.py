"""`cauce explain`: each decision of an order is found with its input, decided again, and compared to the byte."""

import io
import json

import orjson
import pytest

from cauce.cli.explain import to_json
from cauce.cli.explain_page import page
from cauce.cli.screen import Screen
from cauce.replay.reasons import decided_again
from cauce.runtime.assembly import lanes_of
from cauce.runtime.settings import Settings
from schemas.sourcing import SitePoints, Sourcing
from services import load


def facts_on(order_id, facts):
    """Its decisions, as they stand in the topics."""
    return [one for one in facts if one.topic in ("allocated", "backordered") and one.key == order_id.encode()]


(KEEPER,) = (lane for lane in lanes_of(load("allocation"), Settings()) if lane.name == "keeper")


async def batches(*given):
    for batch in given:
        yield list(batch)


async def again(facts, inputs, *, cut=4):
    return await decided_again(batches(inputs[:cut], inputs[cut:]), KEEPER, 0, facts)


@pytest.mark.parametrize("cut", range(8))
async def test_every_decision_names_its_input_and_is_equal_wherever_batches_end(inputs, facts, cut):
    found = await again(facts_on("o2", facts), inputs, cut=cut)
    assert [(one.record.topic, one.input.offset, one.again) for one in found] == [
        ("allocated", 5, "equal"),
        ("backordered", 5, "equal"),
        ("allocated", 6, "equal"),
    ]
    (sites,) = {record.offset for (kind, _), record in found[0].versions.items() if kind == "sites"}
    assert sites == 0


async def test_a_decision_that_was_tampered_with_is_told_by_its_field(inputs, facts):
    fact = facts_on("o1", facts)[0]
    body = orjson.loads(fact.value)
    body["explanation"]["candidates"][0]["units_served"] = 1
    (found,) = await again([fact._replace(value=orjson.dumps(body))], inputs)
    assert not found.equal
    assert found.again == "explanation.candidates.0.units_served was 1, is now 2"


async def test_another_state_before_it_decides_otherwise(inputs, facts):
    (found,) = await again(facts_on("o1", facts), [one for one in inputs if one.offset != 2])
    assert found.again.startswith('shipments.0.site was "madrid", is now "lyon"')


async def test_an_input_that_is_gone_is_said_to_be(inputs, facts):
    (found,) = await again(facts_on("o1", facts), inputs[:4])
    assert (found.input, found.again) == (None, "its input is no longer in the topic")


async def test_an_input_that_decides_nothing_today_is_named_all_the_same(inputs, facts):
    repeated = [*inputs[:4], inputs[4]._replace(headers=inputs[5].headers), inputs[4]._replace(offset=5)]
    (found, *_) = await again(facts_on("o2", facts), repeated)
    assert (found.input.offset, found.again) == (4, "it is not decided any more")


@pytest.mark.parametrize("width", [40, 80, 160])
async def test_the_page_shows_candidates_versions_and_offsets_and_nothing_steers_the_terminal(inputs, facts, width):
    hostile = "[red]\x1b[2J\u202e"
    found = await again(facts_on("o2", facts), inputs)
    told = found[0].received.message.model_copy(update={"order_number": hostile})
    found[0] = found[0]._replace(received=found[0].received._replace(message=told), again=hostile)
    console = Screen(file=io.StringIO(), width=width)
    console.print(page("o2", found))
    shown = console.file.getvalue()
    assert all(sign.isprintable() or sign == "\n" for sign in shown)
    joined = "".join(shown.split())
    for said in ("madrid", "lyon", "stock-commands,partition0,offset5", "recomputed:equal", "[red]"):
        assert said in joined


async def test_what_a_policy_adds_to_an_explanation_is_shown_with_its_versions(inputs, facts):
    found = await again(facts_on("o1", facts), inputs)
    fact = found[0].received.message
    (version,) = {known for kind, known in found[0].versions if kind == "sites"}
    weighed = Sourcing(
        policy="nearest",
        policy_version="5c1e",
        rates_version=version,
        rule="all",
        day="2026-03-02",
        method="exact",
        compared=2,
        criteria=("distance", "splits"),
        points=(7, 0),
        unfilled=0,
        alone=(SitePoints(site="lyon", unfilled=0, points=(7, 1)),),
    )
    explanation = fact.explanation.model_copy(update={"sourcing": weighed})
    told = fact.model_copy(update={"explanation": explanation})
    console = Screen(file=io.StringIO(), width=160)
    console.print(page("o1", [found[0]._replace(received=found[0].received._replace(message=told))]))
    shown = console.file.getvalue()
    assert f"rates      {version}   since stock-commands, partition 0, offset 0" in shown
    assert "distance, splits" in shown
    assert "site lyon unfilled 0 points 7, 1" in shown


async def test_a_policy_is_known_by_the_record_that_activated_it(ruled):
    inputs, facts = ruled
    (found,) = await again(facts_on("o4", facts), inputs)
    assert found.equal
    assert found.since(found.received.message.explanation.sourcing.policy_version).offset == 9


async def test_a_program_is_told_the_same_without_the_person(inputs, facts):
    found = await again(facts_on("o2", facts), inputs)
    told = json.loads(json.dumps(to_json("o2", found)))
    assert told["equal"]
    first = told["decisions"][0]
    assert (first["input"]["topic"], first["input"]["offset"], first["recomputed"]) == ("stock-commands", 5, "equal")
    assert [one["kind"] for one in first["reference"]] == ["sites", "products"]
    assert "customer" not in first
    assert [one["site"] for one in first["explanation"]["candidates"]] == ["madrid", "lyon"]

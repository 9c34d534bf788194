"""`cauce explain`: each decision of an order is found with its input, decided again, and compared to the byte."""

import io
import json
from datetime import UTC, datetime

import orjson
import pytest

from cauce.cli.explain import to_json
from cauce.cli.explain_page import page
from cauce.cli.screen import Screen
from cauce.ids import event_id
from cauce.places import Coordinates
from cauce.replay.reasons import decided_again
from cauce.runtime.assembly import lanes_of
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.lane import Record
from cauce.runtime.reference.reference_files import published
from cauce.runtime.settings import Settings
from schemas.base import Sealed
from schemas.envelope import Envelope
from schemas.orders import Customer, Destination, ShipOption
from schemas.reference import Kind, Product, Site
from schemas.stock import DemandLine, ReceiveStock, ReserveStock, SkuQuantity
from services import load

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
(KEEPER,) = (lane for lane in lanes_of(load("allocation"), Settings()) if lane.name == "keeper")
PLACES = {"madrid": (40.42, -3.7), "lyon": (45.76, 4.84)}


def site(name):
    north, east = PLACES[name]
    return Site(id=name, name=name.title(), country="ES", coordinates=Coordinates(latitude=north, longitude=east))


def order(order_id, cups):
    return ReserveStock(
        pool=0,
        order_id=order_id,
        order_number=f"web-{order_id}",
        customer=Customer(person_id="p1", country="ES", personal=Sealed(person_id="p1", content=b"sealed")),
        destination=Destination(country="ES", postal_area="28", coordinates=site("madrid").coordinates),
        ship_option=ShipOption.STANDARD,
        deliver_by=NOW,
        lines=(DemandLine(line_id="1", sku="cup", quantity=cups),),
    )


def receipt(name, cups, at):
    return ReceiveStock(pool=0, receipt_id=name, site=at, lines=(SkuQuantity(sku="cup", quantity=cups),))


@pytest.fixture
def inputs():
    """Order `o2` wants six of the four cups that are left, and gets the others when lyon has some again."""
    messages = [
        *published(Kind.SITES, [site("madrid"), site("lyon")]),
        *published(Kind.PRODUCTS, [Product(id="cup", weight_grams=250)]),
        *(receipt("r1", 3, "madrid"), receipt("r2", 3, "lyon")),
        *(order("o1", 2), order("o2", 6), receipt("r3", 9, "lyon"), order("o3", 1)),
    ]
    return [_record(offset, message) for offset, message in enumerate(messages)]


def _record(offset, message):
    identity = event_id(str(offset), "test", message.type, message.natural_key())
    envelope = Envelope(identity, message.type, "/cauce/test/test/0", "0", offset + 1, NOW, "1")
    return Record("stock-commands", 0, offset, b"0", message.to_bytes(), envelope.to_headers())


def facts_on(order_id, inputs):
    """As they stand in the topics."""
    outputs = OfflineTenure(KEEPER, 0).decide(inputs)
    return [
        Record(output.topic, 3, offset, output.key, output.value, output.headers)
        for offset, output in enumerate(outputs)
        if output.topic in ("allocated", "backordered") and output.key == order_id.encode()
    ]


async def batches(*given):
    for batch in given:
        yield list(batch)


async def again(facts, inputs, *, cut=4):
    return await decided_again(batches(inputs[:cut], inputs[cut:]), KEEPER, 0, facts)


@pytest.mark.parametrize("cut", range(8))
async def test_every_decision_names_its_input_and_is_equal_wherever_batches_end(inputs, cut):
    found = await again(facts_on("o2", inputs), inputs, cut=cut)
    assert [(one.record.topic, one.input.offset, one.again) for one in found] == [
        ("allocated", 5, "equal"),
        ("backordered", 5, "equal"),
        ("allocated", 6, "equal"),
    ]
    (sites,) = {record.offset for (kind, _), record in found[0].versions.items() if kind == "sites"}
    assert sites == 0


async def test_a_decision_that_was_tampered_with_is_told_by_its_field(inputs):
    fact = facts_on("o1", inputs)[0]
    body = orjson.loads(fact.value)
    body["explanation"]["candidates"][0]["units_served"] = 1
    (found,) = await again([fact._replace(value=orjson.dumps(body))], inputs)
    assert not found.equal
    assert found.again == "explanation.candidates.0.units_served was 1, is now 2"


async def test_another_state_before_it_decides_otherwise(inputs):
    (found,) = await again(facts_on("o1", inputs), [one for one in inputs if one.offset != 2])
    assert found.again.startswith('shipments.0.site was "madrid", is now "lyon"')


async def test_an_input_that_is_gone_is_said_to_be(inputs):
    (found,) = await again(facts_on("o1", inputs), inputs[:4])
    assert (found.input, found.again) == (None, "its input is no longer in the topic")


async def test_an_input_that_decides_nothing_today_is_named_all_the_same(inputs):
    repeated = [*inputs[:4], inputs[4]._replace(headers=inputs[5].headers), inputs[4]._replace(offset=5)]
    (found, *_) = await again(facts_on("o2", inputs), repeated)
    assert (found.input.offset, found.again) == (4, "it is not decided any more")


@pytest.mark.parametrize("width", [40, 80, 160])
async def test_the_page_shows_candidates_versions_and_offsets_and_nothing_steers_the_terminal(inputs, width):
    hostile = "[red]\x1b[2J\u202e"
    found = await again(facts_on("o2", inputs), inputs)
    told = found[0].received.message.model_copy(update={"order_number": hostile})
    found[0] = found[0]._replace(received=found[0].received._replace(message=told), again=hostile)
    console = Screen(file=io.StringIO(), width=width)
    console.print(page("o2", found))
    shown = console.file.getvalue()
    assert all(sign.isprintable() or sign == "\n" for sign in shown)
    joined = "".join(shown.split())
    for said in ("madrid", "lyon", "stock-commands,partition0,offset5", "recomputed:equal", "[red]"):
        assert said in joined


async def test_a_program_is_told_the_same_without_the_person(inputs):
    found = await again(facts_on("o2", inputs), inputs)
    told = json.loads(json.dumps(to_json("o2", found)))
    assert told["equal"]
    first = told["decisions"][0]
    assert (first["input"]["topic"], first["input"]["offset"], first["recomputed"]) == ("stock-commands", 5, "equal")
    assert [one["kind"] for one in first["reference"]] == ["sites", "products"]
    assert "customer" not in first
    assert [one["site"] for one in first["explanation"]["candidates"]] == ["madrid", "lyon"]

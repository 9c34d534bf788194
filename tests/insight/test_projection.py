"""What an order's facts come to in SQL, whatever the order in which they come."""

import itertools
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cauce.runtime.settings import CHECKOUT
from schemas.light import read_light
from schemas.topics import BY_NAME
from schemas.upcasts import read_message
from services.insight.domain.projection import PROJECTIONS, project
from services.insight.translate import INPUTS


def test_an_order_shows_state_version_and_money(model):
    (order,) = model.rows("orders")
    assert (order["order_number"], order["channel_order"], order["currency"]) == ("WEB-536365", "536365", "EUR")
    assert (order["state"], order["version"], order["amount"]) == ("part_shipped", 2, 4503)
    assert (order["captured"], order["refunded"]) == (5097, 1104)


def test_each_unit_of_a_line_is_in_one_stage(model):
    lines = {line["line_id"]: line for line in model.rows("order_lines")}
    counts = {
        line_id: {stage: line[stage] for stage in ("delivered", "shipped", "packed", "canceled", "returned")}
        for line_id, line in lines.items()
    }
    assert counts == {
        "1": {"delivered": 5, "shipped": 0, "packed": 0, "canceled": 1, "returned": 2},
        "2": {"delivered": 0, "shipped": 1, "packed": 1, "canceled": 0, "returned": 0},
        "3": {"delivered": 0, "shipped": 0, "packed": 2, "canceled": 1, "returned": 0},
    }


def test_shipments_show_their_stage_price_and_losers(model):
    stages = {row["shipment_id"][-1]: row["stage"] for row in model.rows("shipments")}
    assert stages == {"1": "delivered", "2": "shipped", "3": "packed"}
    (parcel, *_) = model.rows("shipments")
    assert (parcel["carrier"], parcel["price"], parcel["distance_meters"]) == ("Parcelwide", 585, 9_100)
    assert "Skyline" in parcel["losers"]


def test_positions_are_the_fold_of_the_ledger(model):
    assert [
        {name: row[name] for name in ("site", "sku", "on_hand", "free", "reserved")} for row in model.rows("positions")
    ] == [
        {"site": "LIS", "sku": "22423", "on_hand": 1, "free": 0, "reserved": 1},
        {"site": "MAD", "sku": "71053", "on_hand": 10, "free": 8, "reserved": 2},
        {"site": "MAD", "sku": "85123A", "on_hand": 100, "free": 95, "reserved": 5},
    ]


def test_an_exception_is_listed_for_a_person(model):
    (row,) = model.rows("exceptions")
    assert (row["kind"], row["detail"]) == ("lost", "the carrier lost it")


def test_the_timeline_names_the_record_behind_each_line(model, life):
    lines = model.rows("timeline")
    assert len(lines) == len(life)
    by_id = {line["event_id"]: line for line in lines}
    for fact in life:
        line = by_id[fact.envelope.id]
        assert (line["topic"], line["partition"], line["offset"]) == (fact.topic, 0, fact.offset)


def test_every_message_that_insight_reads_is_projected():
    read = {message for topic in INPUTS for message in BY_NAME[topic].messages}
    assert read == set(PROJECTIONS)


EXAMPLES = [
    path for kind in PROJECTIONS for path in sorted((CHECKOUT / "schemas" / "examples" / kind.type).glob("*.json"))
]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_fact_is_projected_alike_from_its_light_form(life, path):
    kind, value, first = path.parent.name, path.read_bytes(), life[0]
    full, form = (
        project(first._replace(envelope=first.envelope._replace(type=kind), message=read(kind, value)))
        for read in (read_message, read_light)
    )
    assert form == full


@pytest.mark.parametrize(
    ("last", "state"),
    [
        ("order.placed.v1", "placed"),
        ("order.backordered.v1", "backordered"),
        ("work.picked.v1", "picking"),
        ("parcel.shipped.v1", "part_shipped"),
    ],
)
def test_the_state_is_that_of_the_facts_so_far(new_model, life, last, state):
    model = new_model()
    until = next(number for number, fact in enumerate(life) if fact.envelope.type == last)
    model.take(life[: until + 1])
    assert model.rows("orders")[0]["state"] == state


def test_facts_that_overtake_their_order_wait_as_unknown(new_model, life):
    model = new_model()
    model.take(life[1:])
    assert model.rows("orders")[0]["state"] == "unknown"
    model.take(life[:1])
    assert model.rows("orders")[0]["state"] == "part_shipped"


def shuffled(facts, random):
    """The facts with topics interleaved at random, each topic's own order kept, and some again after the first time."""
    queues = [
        list(group) for _, group in itertools.groupby(sorted(facts, key=lambda fact: fact.topic), lambda f: f.topic)
    ]
    arrived = []
    while queues:
        queue = random.choice(queues)
        arrived.append(queue.pop(0))
        if random.random() < 0.2:
            arrived.append(random.choice(arrived))
        queues = [queue for queue in queues if queue]
    return arrived


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(random=st.randoms(use_true_random=False), size=st.integers(4, 40))
def test_facts_in_any_order_again_and_in_any_batches_give_the_same_tables(new_model, live, random, size):
    facts = [fact for number in (1, 2) for fact in live(number) if fact.topic != "stock-moved" or number == 1]
    expected = new_model()
    expected.take(facts)
    model = new_model()
    arrived = shuffled(facts, random)
    for start in range(0, len(arrived), size):
        model.take(arrived[start : start + size])
    assert model.tables() == expected.tables()


def test_a_unit_is_in_one_stage_whatever_has_happened_so_far(new_model, life):
    model = new_model()
    stages = ("open", "backordered", "reserved", "picked", "packed", "shipped", "delivered", "canceled")
    for fact in life:
        model.take([fact])
        for line in model.rows("order_lines"):
            known = sum(line[stage] for stage in stages)
            assert line["ordered"] <= known <= line["ordered"] + 1  # a cancellation comes before its release


def test_nothing_personal_reaches_sql(tmp_path, new_model, life, sealed):
    new_model(f"sqlite:///{tmp_path / 'insight.sqlite'}").take(life)
    with sqlite3.connect(tmp_path / "insight.sqlite") as database:
        dump = "\n".join(database.iterdump())
    assert sealed not in dump
    assert "personal" not in dump

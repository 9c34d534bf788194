"""A command that the keeper cannot decide parks with its order; the pool goes on."""

from datetime import UTC, datetime

import pytest

from cauce.runtime.assembly import lanes_of
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.lane import Record
from cauce.runtime.settings import Settings
from schemas.envelope import Envelope
from schemas.orders import LineQuantity
from schemas.reference import Kind, ReferenceActivated, ReferencePublished
from schemas.stock import AdvanceShipment, ReceiveStock, SkuQuantity, Stage, StockMoved
from services import load

AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def tenure():
    (keeper,) = (lane for lane in lanes_of(load("allocation"), Settings()) if lane.name == "keeper")
    return OfflineTenure(keeper, 0)


def record(offset, message):
    envelope = Envelope(f"cause-{offset}", message.type, "/cauce/allocation/front/0", "0", 1, AT, "1")
    return Record("stock-commands", 0, offset, b"0", message.to_bytes(), envelope.to_headers())


def advance(order):
    return AdvanceShipment(
        pool=0,
        order_id=order,
        shipment_id=f"{order}-1",
        stage=Stage.PICKED,
        lines=(LineQuantity(line_id="1", quantity=1),),
    )


def test_one_bad_command_blocks_its_order_and_not_the_pool(tenure):
    receipt = ReceiveStock(pool=0, receipt_id="r1", site="A", lines=(SkuQuantity(sku="mug", quantity=3),))
    outputs = tenure.decide([record(0, advance("o1")), record(1, receipt), record(2, advance("o1"))])

    parked = [dict(output.headers) for output in outputs if output.topic == "allocation-parked"]
    assert [headers["parked-subject"] for headers in parked] == [b"o1", b"o1"]
    assert [output.topic for output in outputs if output.topic != "allocation-parked"] == ["stock-moved"]
    assert StockMoved.read(next(output.value for output in outputs if output.topic == "stock-moved")).quantity == 3


def test_a_version_of_reference_data_waits_behind_one_that_is_parked(tenure):
    broken, sound = (
        ReferencePublished(kind=Kind.SITES, version=version, part=0, parts=1, items=items)
        for version, items in (("v1", ({"id": "A"},)), ("v2", ()))
    )
    rates = broken.model_copy(update={"kind": Kind.RATES, "items": ()})
    outputs = tenure.decide([record(0, broken), record(1, sound), record(2, rates)])

    assert [dict(output.headers)["parked-subject"] for output in outputs] == [b"reference.published.v1/sites"] * 2


def test_bytes_that_are_no_command_wait_for_nobody(tenure):
    receipt = ReceiveStock(pool=0, receipt_id="r1", site="A", lines=(SkuQuantity(sku="mug", quantity=3),))
    garbage = record(0, receipt)._replace(value=b"\xff")
    outputs = tenure.decide([garbage, record(1, receipt)])

    assert [output.topic for output in outputs] == ["allocation-parked", "stock-moved"]


def test_a_policy_that_was_never_published_cannot_be_activated(tenure):
    activated = ReferenceActivated(kind=Kind.SOURCING, pool=0, label="nearest", version="v1", activated_at=AT)
    (parked,) = tenure.decide([record(0, activated)])

    headers = dict(parked.headers)
    assert headers["parked-subject"] == b"reference.published.v1/sourcing"
    assert b"no version v1 of sourcing was published here" in b" ".join(headers.values())

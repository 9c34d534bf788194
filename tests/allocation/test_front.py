"""What the facts of an order ask of the keeper, each once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cauce.decider import MemoryReference
from cauce.runtime.service import Received
from schemas.envelope import Envelope
from schemas.holding import Claim, ClaimedLine, OrderReleased
from schemas.holds import HeldStage, Hold, HoldKind
from schemas.reference import TimeReached
from schemas.returns import ReceiptRefused
from schemas.shipments import ParcelPacked, ParcelShipped, WorkPicked
from schemas.stock import AdvanceShipment, ReleaseStock, ReserveStock, RestockReturn, SkuQuantity
from services.allocation import translate
from services.allocation.domain.front import DECIDER

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"
IN_PARCEL = {"1": 3}


def received(message):
    return Received("", Envelope("id", message.type, "/test", "o1", 1, NOW, "test"), message)


def facts_of(front):
    """An order changed twice, two shipments on their ways, a return in two receipts."""
    parcels = [(WorkPicked, "o1-1"), (ParcelPacked, "o1-1"), (ParcelShipped, "o1-1"), (WorkPicked, "o1-2")]
    return [
        front.placed({"cup": 5, "pot": 2}),
        front.changed(2, {"1": 1}),
        front.changed(3, {"2": 1}),
        *(front.parcel(kind, shipment, IN_PARCEL) for kind, shipment in parcels),
        front.returned("RR-1"),
        front.returned("RR-2"),
    ]


def test_an_order_asks_for_its_lines(front):
    placed = front.placed({"cup": 5, "pot": 2})
    (command,) = front.hear(placed)
    assert isinstance(command, ReserveStock)
    lines = [(line.line_id, line.sku, line.quantity) for line in command.lines]
    assert lines == [("1", "cup", 5), ("2", "pot", 2)]
    assert (command.pool, command.deliver_by, command.customer) == (0, placed.deliver_by, placed.customer)


def test_an_order_without_goods_asks_for_nothing(front):
    assert front.hear(front.placed({})) == ()


def test_a_change_gives_back_what_was_canceled(front):
    changed = front.changed(2, {"1": 2}, "o1-1")
    (command,) = front.hear(changed)
    assert isinstance(command, ReleaseStock)
    assert (command.version, command.canceled) == (2, changed.canceled)


@pytest.mark.parametrize(
    ("kind", "stage"), [(WorkPicked, "picked"), (ParcelPacked, "packed"), (ParcelShipped, "shipped")]
)
def test_a_shipment_advances_with_the_units_that_are_in_it(front, kind, stage):
    (command,) = front.hear(front.parcel(kind, "o1-1", IN_PARCEL))
    assert isinstance(command, AdvanceShipment)
    assert (command.shipment_id, command.stage, command.lines[0].quantity) == ("o1-1", stage, 3)


def test_a_late_lower_stage_gives_nothing(front):
    front.hear(front.parcel(ParcelPacked, "o1-1", IN_PARCEL))
    assert front.hear(front.parcel(WorkPicked, "o1-1", IN_PARCEL)) == ()
    (command,) = front.hear(front.parcel(ParcelShipped, "o1-1", IN_PARCEL))
    assert command.stage == "shipped"
    assert front.hear(front.parcel(ParcelPacked, "o1-1", IN_PARCEL)) == ()


def test_returned_goods_are_restocked_by_receipt(front):
    goods = front.returned("RR-1")
    (command,) = front.hear(goods)
    assert isinstance(command, RestockReturn)
    assert (command.site, len(command.units)) == (goods.site, len(goods.units))
    assert len(front.hear(front.returned("RR-2"))) == 1
    assert front.hear(goods) == ()


def test_a_receipt_that_was_refused_moves_nothing():
    example = min((EXAMPLES / ReceiptRefused.type).glob("*.json"))
    refused = ReceiptRefused.read(example.read_bytes())
    assert translate.from_returned(received(refused), MemoryReference()) is None


def test_the_keeper_takes_commands_and_ticks_as_they_are(pool):
    command = pool.receipt({"cup": 1})
    assert command.lines == (SkuQuantity(sku="cup", quantity=1),)
    assert translate.from_stock_command(received(command), MemoryReference()) is command
    tick = TimeReached(reached_at=NOW)
    assert translate.from_stock_command(received(tick), MemoryReference()) is tick


@given(st.data())
def test_whatever_the_order_and_however_often_facts_come_the_keeper_hears_each_once(new_front, data):
    facts = facts_of(new_front)
    front, straight = new_front(), new_front()
    for fact in data.draw(st.permutations(facts * 2)):
        front.hear(fact)
    for fact in facts:
        straight.hear(fact)
    assert front.state == straight.state
    names = [(command.type, command.natural_key()) for command in front.sent]
    assert len(names) == len(set(names))
    assert _without_stages(front) == _without_stages(straight)


def _without_stages(front):
    """Which stages are told depends on the highest so far; the others do not."""
    return sorted(command.to_bytes() for command in front.sent if not isinstance(command, AdvanceShipment))


@given(st.data())
def test_its_state_is_the_fold_of_what_it_sent(new_front, data):
    front = new_front()
    for fact in data.draw(st.permutations(facts_of(new_front))):
        front.hear(fact)
    state = new_front().state
    for command in front.sent:
        state = DECIDER.evolve(state, command)
    assert state == front.state
    assert type(front.state).model_validate_json(front.state.model_dump_json(exclude_defaults=True)) == front.state


def hold(stops, name="h"):
    return Hold(hold_id=name, kind=HoldKind.CREDIT, stops=stops, release_by=("finance",))


def test_an_order_that_is_held_from_the_stock_asks_for_it_when_the_hold_ends(front):
    placed = front.placed({"cup": 5, "pot": 2})
    held = placed.model_copy(update={"holds": (hold(HeldStage.ALLOCATE),)})
    assert front.hear(held) == ()
    lines = tuple(
        ClaimedLine(line_id=line.line_id, sku=line.sku, quantity=line.quantity, amount=line.amount.amount)
        for line in placed.lines
    )
    claim = Claim(
        destination=placed.destination,
        ship_option=placed.ship_option,
        deliver_by=placed.deliver_by,
        channel=placed.channel,
        currency=placed.currency,
        lines=lines,
        holds=(hold(HeldStage.PACK, "other"),),
    )
    released = OrderReleased(
        order_id="o1",
        order_number=placed.order_number,
        hold_id="h",
        kind=HoldKind.CREDIT,
        because="asked",
        released_by="finance",
        claim=claim,
        customer=placed.customer,
    )
    (asked,) = front.hear(released)
    (plain,) = type(front)().hear(placed)
    assert asked == plain.model_copy(update={"holds": claim.holds})
    assert front.hear(released) == ()


def test_an_order_that_is_held_at_packing_asks_for_its_stock_and_says_so(front):
    placed = front.placed({"cup": 5}).model_copy(update={"holds": (hold(HeldStage.PACK),)})
    (asked,) = front.hear(placed)
    assert asked.holds == placed.holds

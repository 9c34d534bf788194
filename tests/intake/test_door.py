"""The door of channels: mapped, located, sealed, and nothing personal in the clear."""

import json
from datetime import UTC, datetime

import pytest

from cauce.ids import is_uuid, order_id
from cauce.runtime.doors.gazetteer import Gazetteer
from cauce.runtime.doors.vault import Vault
from cauce.runtime.doors.vault_keys import Erased
from cauce.runtime.service import DoorTools, Unreadable
from schemas.orders import CancelOrder, PersonalDetails, PlaceOrder
from schemas.raw import ChannelCancellation, ChannelOrder
from schemas.stock_forms import StockAdjustment
from services.intake.door import commands

FORM = {
    "channel": "web",
    "order": "1001",
    "customer": "ada@example.org",
    "placed_at": "2026-03-02T10:00:00Z",
    "currency": "GBP",
    "ship_to": {
        "name": "Ada Lovelace",
        "email": "ada@example.org",
        "phone": "+44 20 7946 0000",
        "street": "12 St James's Square",
        "city": "London",
        "postal_code": "SW1Y 4JH",
        "country": "GB",
    },
    "lines": [
        {"sku": "MUG", "quantity": 2, "unit_price": 450, "amount": 900, "tax": 150, "description": "A mug"},
        {"sku": "MUG", "quantity": -1, "unit_price": 450, "amount": -450},
    ],
    "charges": [{"code": "postage", "amount": 395}],
    "payments": [{"payment_id": "p1", "provider": "bank", "reference": "r-1", "amount": 845}],
}


@pytest.fixture
def vault(tmp_path):
    vault = Vault(tmp_path)
    yield vault
    vault.close()


@pytest.fixture
def tools(vault):
    return DoorTools(
        now=datetime(2026, 3, 2, 10, 1, tzinfo=UTC), secret=vault.secret, seal=vault.seal, locate=Gazetteer().locate
    )


@pytest.fixture
def read(tools):
    """The one command of an order with these fields."""

    def one(**fields):
        (command,) = commands(ChannelOrder.model_validate({**FORM, **fields}), tools)
        return command

    return one


def address(**fields):
    return {"ship_to": {**FORM["ship_to"], **fields}}


def test_an_order_is_carried_as_it_was_asked(read):
    order = read().message
    assert isinstance(order, PlaceOrder)
    assert [(line.line_id, line.quantity, line.amount.amount) for line in order.lines] == [
        ("1", 2, 900),
        ("2", -1, -450),
    ]
    assert (order.charges[0].amount.amount, order.payments[0].amount.currency) == (395, "GBP")
    assert (order.destination.postal_area, order.destination.located_by) == ("SW1Y", "capital")
    assert order.address_gaps == ()


def test_a_line_says_whether_something_else_may_be_sent(read):
    said = [{**FORM["lines"][0], "substitutes": asked} for asked in ("allowed", "refused")]
    lines = read(lines=[*said, FORM["lines"][0]]).message.lines
    assert [line.substitutes for line in lines] == ["allowed", "refused", None]


def test_the_same_order_has_the_same_ids_and_the_same_bytes(read, tools):
    first, again = read(), read()
    assert first == again
    assert first.message.to_bytes() == again.message.to_bytes()
    assert first.message.order_id == order_id(tools.secret, "web", "1001")
    assert is_uuid(first.cause_id)


def test_another_channel_or_number_is_another_order(read):
    orders = [read(), read(channel="shop"), read(order="1002")]
    assert len({command.message.order_id for command in orders}) == 3
    assert len({command.cause_id for command in orders}) == 3


def test_no_personal_detail_leaves_the_door_in_the_clear(read):
    value = read().message.to_bytes().decode()
    personal = [text for name, text in FORM["ship_to"].items() if name != "country"]
    assert [text for text in [*personal, "SW1Y4JH", FORM["customer"]] if text in value] == []


def test_runners_can_open_what_the_door_sealed(read, vault):
    opened = vault.open(read().message.customer.personal, PersonalDetails)
    assert opened.model_dump() == FORM["ship_to"]


def test_a_customer_is_one_person_in_all_orders_of_a_channel(read):
    assert read().message.customer.person_id == read(order="1002").message.customer.person_id
    assert read().message.customer.person_id != read(channel="shop").message.customer.person_id


@pytest.mark.parametrize(
    ("fields", "gaps"),
    [({"name": " "}, ("name",)), ({"street": "", "city": ""}, ("street",)), ({"postal_code": ""}, ())],
)
def test_empty_fields_of_an_address_are_named_without_opening_it(read, fields, gaps):
    assert read(**address(**fields)).message.address_gaps == gaps


def test_an_unknown_country_is_nowhere_and_judged_later(read):
    assert read(**address(country="ZZ")).message.destination is None


def test_an_order_of_an_erased_person_is_not_read(read, vault):
    vault.erase(read().message.customer.person_id)
    with pytest.raises(Erased):
        read()


@pytest.fixture
def cancellation(tools):
    def one(**fields):
        form = ChannelCancellation.model_validate({"channel": "web", "order": "1001", "request": "c-1", **fields})
        (command,) = commands(form, tools)
        return command

    return one


def test_a_cancellation_finds_its_order_by_the_channels_number(read, cancellation):
    command = cancellation(lines=(2, 1))
    assert isinstance(command.message, CancelOrder)
    assert command.message.order_id == read().message.order_id
    assert (command.message.request_id, command.message.line_ids, command.message.asked_by) == (
        "c-1",
        ("2", "1"),
        "web",
    )


def test_cancellations_are_told_apart_by_order_and_request(cancellation):
    causes = [
        cancellation(),
        cancellation(order="1"),
        cancellation(request="c-2"),
        cancellation(order="1001c", request="1"),
    ]
    assert len({command.cause_id for command in causes}) == 4
    assert cancellation() == cancellation()


@pytest.mark.parametrize(
    ("reason", "kept"),
    [("", ""), ("changed-mind", "changed-mind"), ("Call Ada on +44 20 7946 0000", "other"), ("x" * 41, "other")],
)
def test_a_reason_is_a_code_and_free_text_stays_outside(cancellation, reason, kept):
    assert cancellation(reason=reason).message.reason == kept


def test_a_form_of_another_door_is_unreadable(tools):
    form = StockAdjustment(adjustment="a", site="S", sku="MUG", change=1)
    with pytest.raises(Unreadable, match="kind: StockAdjustment"):
        commands(form, tools)


def test_the_form_of_these_tests_is_one_a_channel_may_send():
    ChannelOrder.model_validate_json(json.dumps(FORM), strict=True)

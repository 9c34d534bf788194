"""What people ask of an order at the console: it goes through intake's own door, and the page shows what came of it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from cauce.cli import forms, main
from cauce.runtime.doors.vault import Vault
from cauce.runtime.service import DoorTools
from cauce.runtime.settings import CHECKOUT
from schemas.changing import ChangeOrder, OrderRedirected, OrderSupplemented, RedirectOrder
from schemas.envelope import Envelope
from schemas.holding import HoldOrder, OrderHeld, OrderReleased, ReleaseHold
from schemas.holds import HeldStage, Hold, HoldKind
from schemas.orders import CancelOrder, Destination
from schemas.raw import FORMS, RawTopic
from schemas.topics import HOME
from services.intake.door import commands

NUMBER, ORDER = "WEB-536365", "ord0001abcdefghijklmnopq"
AT = datetime(2026, 3, 9, 9, tzinfo=UTC)
LONDON = {"country": "GB", "coordinates": {"latitude": 51.5, "longitude": -0.1}}


@pytest.fixture
def home(lives, tmp_path):
    """A deployment with one order, and what is told of it beside."""

    def told(*messages):
        (tmp_path / "default").mkdir(exist_ok=True)
        model = lives.Model(f"sqlite:///{tmp_path / 'default' / 'insight.sqlite'}")
        model.take([*lives.live(1), *(_fact(lives, number, one) for number, one in enumerate(messages, start=900))])
        model.engine.dispose()
        return tmp_path

    return told


def _fact(lives, number, message):
    at = AT + timedelta(minutes=number - 900)
    envelope = Envelope(str(number), message.type, "/cauce/intake/orders/0", ORDER, number, at, "1")
    return lives.Fact(HOME[type(message)], 0, number, envelope, message)


@pytest.fixture
def ask(home, monkeypatch, tmp_path):
    """What a command writes for the door, read by the door."""
    written = []

    async def stored(_servers, _prefix, outputs):
        written.extend(outputs)

    monkeypatch.setattr(forms, "recorded", lambda _: "servers")
    monkeypatch.setattr(forms, "present", lambda *_: None)
    monkeypatch.setattr(forms, "deliver", stored)
    where = Destination.model_validate(LONDON)
    tools = DoorTools(AT, b"secret", Vault(tmp_path / "vault").seal, lambda *_: where)

    def asked(*words):
        shown = CliRunner().invoke(main, ["order", *words], env={"CAUCE_HOME": str(home())})
        assert shown.exit_code == 0, shown.output
        (record,) = written
        assert (record.topic, record.key) == (RawTopic.CHANNEL_ORDERS, b"536365")
        form = FORMS[RawTopic.CHANNEL_ORDERS].validate_json(record.value)
        assert form.request in shown.output
        (command,) = commands(form, tools)
        return command.message

    return asked


def test_a_hold_says_its_scope_and_its_end(ask):
    message = ask("hold", NUMBER, "--kind", "manual", "--scope", "line", "--of", "2", "--until", "2026-04-01")
    assert isinstance(message, HoldOrder)
    assert (message.kind, message.line_ids, message.until) == (
        HoldKind.MANUAL,
        ("2",),
        datetime(2026, 4, 1, tzinfo=UTC),
    )


def test_a_hold_on_a_shipment_names_it_by_its_id(ask):
    message = ask("hold", NUMBER, "--kind", "manual", "--scope", "shipment", "--of", "1")
    assert message.shipment_ids == (f"{message.order_id}-1",)


def test_a_release_says_who(ask):
    message = ask("release", NUMBER, "--hold", "manual", "--role", "lead", "--name", "r-1")
    assert isinstance(message, ReleaseHold)
    assert (message.request_id, message.hold, message.role) == ("r-1", "manual", "lead")


def test_a_cancellation_may_be_of_some_lines(ask):
    message = ask("cancel", NUMBER, "--line", "2", "--reason", "changed-mind")
    assert isinstance(message, CancelOrder)
    assert (message.line_ids, message.reason) == (("2",), "changed-mind")


def test_a_change_says_quantities_goods_and_what_was_paid(ask):
    paid = ("--paid", "sandbox", "ch_9", "25.00")
    message = ask("change", NUMBER, "--line", "2=5", "--add", "MUG=2@12.50", *paid, "--name", "more")
    assert isinstance(message, ChangeOrder)
    assert [(one.line_id, one.quantity) for one in message.quantities] == [("2", 5)]
    assert [(one.sku, one.quantity, one.unit_price.amount) for one in message.added] == [("MUG", 2, 1250)]
    assert [(one.reference, one.amount.amount) for one in message.payments] == [("ch_9", 2500)]
    assert message.supplement == "536365+more"


def test_another_address_is_sealed_for_the_order_s_own_customer(ask, lives):
    to = ("--to", "Jane Miller", "--street", "4 Mill Lane", "--city", "Leeds", "--country", "GB")
    message = ask("redirect", NUMBER, "--address", *to, "--email", "jane@customers.example")
    assert isinstance(message, RedirectOrder)
    assert message.customer.person_id == lives.live(1)[0].message.customer.person_id
    assert b"Mill Lane" not in message.to_bytes()


@pytest.mark.parametrize(
    "words",
    [
        ("hold", NUMBER, "--kind", "manual", "--scope", "line"),
        ("hold", NUMBER, "--kind", "manual", "--of", "2"),
        ("hold", NUMBER, "--kind", "mood"),
        ("change", NUMBER, "--line", "two=5"),
        ("change", NUMBER, "--add", "MUG=2"),
        ("change", NUMBER, "--add", "MUG=2@0.001"),
        ("redirect", NUMBER),
        ("redirect", NUMBER, "--street", "4 Mill Lane"),
    ],
)
def test_what_cannot_be_asked_is_told_at_once(home, words):
    shown = CliRunner().invoke(main, ["order", *words], env={"CAUCE_HOME": str(home())})
    assert shown.exit_code == 2
    assert "Traceback" not in shown.output


def held(lives, **fields):
    customer = lives.live(1)[0].message.customer
    hold = Hold(hold_id="desk-5", kind=HoldKind.ADDRESS, stops=HeldStage.PACK, release_by=("service", "lead"), **fields)
    about = {"order_id": ORDER, "order_number": NUMBER, "request_id": "desk-5", "asked_by": "ana"}
    return OrderHeld(**about, hold=hold, customer=customer)


def shown(home, *words):
    return CliRunner().invoke(main, ["order", "show", NUMBER, *words], env={"CAUCE_HOME": str(home)}).output


def test_the_page_says_what_is_held_and_who_may_release_it(home, lives):
    page = " ".join(shown(home(held(lives))).split())
    assert "held address: the order is held, nothing of it is packed desk-5, released by service or lead" in page
    assert "ana holds the order: address" in page


def test_what_was_released_is_held_no_more(home, lives):
    before = held(lives)
    released = OrderReleased(
        order_id=ORDER,
        order_number=NUMBER,
        hold_id="desk-5",
        kind=HoldKind.ADDRESS,
        because="asked",
        released_by="lead",
        customer=before.customer,
    )
    page = shown(home(before, released))
    assert "nothing of it is packed" not in page
    assert "lead lets go" in page


@pytest.fixture
def golden_message():
    """A message as the golden record of its type holds it."""
    examples = CHECKOUT / "schemas" / "examples"
    return lambda kind, case: kind.read((examples / kind.type / f"{case}.json").read_bytes())


def test_a_redirected_order_shows_where_it_goes_now(home, golden_message):
    redirected = golden_message(OrderRedirected, "one-was-packed").model_copy(update={"order_id": ORDER, "version": 9})
    story = json.loads(shown(home(redirected), "--json"))
    assert (story["order"]["country"], story["order"]["ship_option"]) == ("GB", "express")
    assert story["order"]["version"] == 9


def test_the_timeline_names_the_order_beside_it(home, golden_message):
    more = golden_message(OrderSupplemented, "more-beside-it").model_copy(update={"order_id": ORDER})
    assert "an order beside it, 536365+desk-change-1" in " ".join(shown(home(more)).split())

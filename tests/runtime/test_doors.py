"""Doors: what goes on, what is set aside, and what outsiders cannot do."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from cauce.ids import outside_id
from cauce.runtime.clock import ClockHand, FileClock
from cauce.runtime.doors import door
from cauce.runtime.doors.gazetteer import Gazetteer
from cauce.runtime.doors.vault import Vault
from cauce.runtime.doors.vault_keys import VaultFailed
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.engine.parking import about
from cauce.runtime.engine.work import MAX_VALUE_BYTES, Undecided
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import DROP, RETRY, Record
from cauce.runtime.service import Command, DoorLane, Unreadable
from cauce.runtime.settings import Settings
from schemas.envelope import Envelope
from schemas.orders import CancelOrder, PersonalDetails
from schemas.raw import RawTopic
from schemas.stock import AdjustStock

ADA = PersonalDetails(name="Ada", country="GB")
NOON = datetime(2026, 3, 2, 12, 0, 0, 500, tzinfo=UTC)


def commands(form, tools):
    """A door function that can be made to fail in every way: the reason says how."""
    match form.reason:
        case "unreadable":
            raise Unreadable("reason: not one we know")
        case "bug":
            raise KeyError(form.order)
        case "erased":
            tools.seal("erased-person", ADA)
        case "sealed":
            tools.seal("ada", ADA)
        case "disk":
            raise VaultFailed("the disk is full")
        case "none":
            return ()
    reason = "x" * MAX_VALUE_BYTES if form.reason == "large" else f"{tools.now:%H:%M}"
    cause = outside_id(form.channel, form.kind, form.request)
    order = CancelOrder(order_id=form.order, request_id=form.request, reason=reason, asked_by=form.channel)
    return (Command(cause, order), Command(f"{cause}/2", order.model_copy(update={"request_id": "second"})))


def adjust(form, _tools):
    message = AdjustStock(pool=3, adjustment_id=form.adjustment, site=form.site, sku=form.sku, change=1, reason="")
    return (Command(outside_id(form.site, form.kind, form.adjustment), message),)


DECLARED = DoorLane(
    service="intake",
    inputs={RawTopic.CHANNEL_ORDERS: commands, RawTopic.STOCK_REPORTS: adjust},
    publishes=(CancelOrder, AdjustStock),
)


class World:
    """A door with a clock that the test sets; raw records in, outputs out."""

    def __init__(self, home):
        self.hand = ClockHand(home / "clock", NOON)
        self.settings = Settings(home=home, clock=str(home / "clock"), release="7")
        self.tenure = OfflineTenure(door.door_lane(DECLARED, self.settings), 1)
        self.offset = 40

    def send(self, value, *, topic="channel-orders", key=b"someone@example.org", headers=()):
        self.offset += 1
        return self.tenure.decide([Record(topic, 1, self.offset, key, value, list(headers))])

    def cancel(self, reason="", **headers):
        return self.send(raw(reason), **headers)


def raw(reason=""):
    return json.dumps(
        {"kind": "cancellation", "channel": "web", "order": "1001", "request": "c-1", "reason": reason}
    ).encode()


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.fixture
def set_aside(world):
    """The reason and the opened value of the one record that was set aside."""

    def one(outputs):
        (output,) = outputs
        assert (output.topic, output.key, output.partition) == ("intake-parked", None, 0)
        what = about(output.headers)
        assert (what.lane, what.topic, what.partition, what.offset) == (
            "intake-door",
            "channel-orders",
            1,
            world.offset,
        )
        vault = Vault(world.settings.home)
        value = None if output.value is None else vault.open_raw(output.value)
        vault.close()
        return what.reason, value

    return one


def test_commands_go_home_under_their_key_with_an_envelope(world):
    first, second = world.cancel()
    assert (first.topic, first.key, first.partition) == ("intake-commands", b"1001", None)
    assert Envelope.from_headers(first.headers) == Envelope(
        id=outside_id("web", "cancellation", "c-1"),
        type="order.cancel.v1",
        source="/cauce/intake/door/channel-orders/1",  # with the sequence: the raw record it came from
        subject="1001",
        sequence=41,
        at=NOON,
        release="7",
    )
    assert CancelOrder.read(second.value).request_id == "second"


def test_the_door_stamps_the_time_at_which_it_reads(world):
    world.cancel()
    world.hand.set(NOON + timedelta(hours=3))
    first, _ = world.cancel()
    assert Envelope.from_headers(first.headers).at == NOON + timedelta(hours=3)
    assert CancelOrder.read(first.value).reason == "15:00"


def test_a_pool_is_a_partition_and_not_hashed(world):
    (output,) = world.send(
        b'{"kind":"adjustment","adjustment":"a1","site":"S","sku":"MUG","change":1}', topic="stock-reports"
    )
    assert (output.topic, output.key, output.partition) == ("stock-commands", b"3", 3)


def test_headers_of_outsiders_go_no_further(world):
    plain = world.cancel()
    for name in (RETRY, DROP, "ce_id", "ce_time", "traceparent"):
        world.offset = 40
        assert world.cancel(headers=[(name, b"intake-door/channel-orders/1/0"), ("topic", b"x")]) == plain


def test_what_is_not_a_form_is_set_aside_sealed_with_its_reason(world, set_aside):
    outputs = world.send(b'{"kind":"cancellation","channel":"web","name":"Ada"}', headers=[("x-name", b"Ada")])
    assert b"Ada" not in outputs[0].value + b"".join(value for _, value in outputs[0].headers)
    reason, value = set_aside(outputs)
    assert reason == ("cancellation.order: missing; cancellation.request: missing; cancellation.name: extra_forbidden")
    assert value == b'{"kind":"cancellation","channel":"web","name":"Ada"}'


@pytest.mark.parametrize("value", [None, b""])
def test_nothing_at_all_is_set_aside(world, set_aside, value):
    assert set_aside(world.send(value))[1] == b""


def test_what_the_door_function_cannot_read_is_set_aside(world, set_aside):
    assert set_aside(world.cancel("unreadable")) == ("reason: not one we know", raw("unreadable"))


def test_a_form_may_ask_for_nothing(world):
    assert world.cancel("none") == []


def test_a_record_of_an_erased_person_is_set_aside_until_they_are_readmitted(world, set_aside):
    vault = Vault(world.settings.home)
    vault.erase("erased-person")
    reason, _ = set_aside(world.cancel("erased"))
    assert "readmit the person" in reason
    vault.readmit("erased-person")
    assert len(world.cancel("erased")) == 2
    vault.close()


def test_commands_too_large_for_a_topic_are_set_aside_together(world, set_aside):
    reason, _ = set_aside(world.cancel("large"))
    assert reason == f"order.cancel.v1 would have more than {MAX_VALUE_BYTES} bytes"


def test_a_record_too_large_to_seal_is_told_and_stays_in_its_raw_topic(world, set_aside):
    assert set_aside(world.send(b"x" * MAX_VALUE_BYTES)) == ("not JSON: line 1, column 1", None)
    assert set_aside(world.send(b"x" * (MAX_VALUE_BYTES - 16)))[1] == b"x" * (MAX_VALUE_BYTES - 16)


def test_a_fault_of_ours_sets_one_record_aside_and_quotes_nothing(world, set_aside, expected_errors):
    expected_errors.add("stumbled topic=channel-orders offset=41 by=KeyError at=.*test_doors.py")
    reason, _ = set_aside(world.cancel("bug"))
    assert reason == "our own fault: KeyError; report it, then send the record again"
    assert len(world.cancel()) == 2


def test_many_faults_of_ours_in_a_row_stop_the_worker_before_all_are_set_aside(world, expected_errors):
    expected_errors.add("stumbled")
    for _ in range(door.SURPRISES - 1):
        world.cancel("bug")
        world.cancel("unreadable")
    world.cancel()
    for _ in range(door.SURPRISES - 1):
        world.cancel("bug")
    with pytest.raises(Undecided, match="KeyError"):
        world.cancel("bug")


def test_outsiders_alone_never_stop_a_door(world):
    for _ in range(3 * door.SURPRISES):
        world.send(b"{")


def test_a_failure_of_the_world_sets_nothing_aside(world):
    with pytest.raises(VaultFailed):
        world.cancel("disk")


def test_declaring_a_door_touches_nothing(tmp_path):
    door.door_lane(DECLARED, Settings(home=tmp_path / "home", clock=str(tmp_path / "absent")))
    assert list(tmp_path.iterdir()) == []


def test_a_door_without_its_clock_stops_and_says_why(tmp_path):
    lane = door.door_lane(DECLARED, Settings(home=tmp_path, clock=str(tmp_path / "absent")))
    with pytest.raises(Undecided, match="Start what sets it first") as stopped:
        OfflineTenure(lane, 1).decide([Record("channel-orders", 1, 0, None, raw(), [])])
    assert isinstance(stopped.value.__cause__, Unavailable)


def test_a_desk_is_what_the_settings_say(tmp_path, world):
    desk = door.desk_of(world.settings)
    assert isinstance(desk.clock, FileClock)
    assert isinstance(desk.gazetteer, Gazetteer)
    assert desk.vault.secret == Vault(tmp_path).secret


def test_the_keys_of_new_people_are_on_disk_when_their_batch_is_decided(world):
    world.cancel("sealed")
    other = Vault(world.settings.home)
    assert other._people.find("ada")
    other.close()

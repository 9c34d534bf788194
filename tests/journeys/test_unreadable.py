"""Raw records that no door can read: set aside, sealed, and out of everybody's way."""

import pytest
from world.company import CANARIES, NEAREST
from world.outside import encoded
from world.travel import worked_on

from cauce.runtime.doors.vault import Vault
from cauce.runtime.engine.parking import about
from schemas.raw import RawTopic

pytestmark = pytest.mark.asyncio(loop_scope="session")

RUN = 8  # so many bytes in a row are no chance


async def test_what_no_door_can_read_is_set_aside_sealed_and_the_next_order_goes_on(world):
    dora = world.customer()
    order = await world.outside.paid(world.outside.order(dora, APRON=1))
    scribble = f"{dora.name}, {dora.address.street}, {dora.email}: one apron, please!".encode()
    form = order.model_dump(mode="json", exclude_none=True)
    del form["currency"]
    wrong = encoded(form | {"lines": [form["lines"][0] | {"quantity": "one"}]})
    await world.outside.receive("opening-aprons", APRON={NEAREST: 5})
    await world.outside.write(RawTopic.CHANNEL_ORDERS, order.order, scribble)
    await world.outside.write(RawTopic.CHANNEL_ORDERS, order.order, wrong)
    await world.outside.send(order)

    await worked_on(world, order)
    first, second = [seen.record for seen in world.facts.on("intake-parked")]
    assert about(first.headers).reason == "not JSON: line 1, column 1"
    assert about(second.headers).reason == "order.currency: missing; order.lines.0.quantity: int_type"
    assert_nothing_of_it_is_in_the_clear(scribble, first)
    assert_nothing_of_it_is_in_the_clear(wrong, second)
    vault = Vault(world.settings.home)
    assert [vault.open_raw(first.value), vault.open_raw(second.value)] == [scribble, wrong]
    vault.close()


def assert_nothing_of_it_is_in_the_clear(raw, record):
    reason = about(record.headers).reason.encode()
    content = [value for _, value in record.headers if value != reason]
    shown = b"\n".join([record.key or b"", record.value, *content])
    assert not [raw[at : at + RUN] for at in range(len(raw) - RUN) if raw[at : at + RUN] in shown]
    assert not any(canary in reason for canary in CANARIES)

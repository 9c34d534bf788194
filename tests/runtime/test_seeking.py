"""Where the consumer reads on after a rebalance, while a fetch from before it may still be under way."""

from types import SimpleNamespace

import pytest

from cauce.runtime.engine.seam import LaneConsumer

COMMITTED = 7


class Tenures:
    """One tenure, suspended until it is resumed."""

    def __init__(self, *, suspended=True):
        self.held = {("stock", 0): self}
        self.suspended = suspended

    def free(self):
        return {} if self.suspended else {("orders", 0): self}

    def positions(self, tenures):
        return dict.fromkeys(("orders",) if set(tenures) else (), COMMITTED)

    def resume(self):
        self.suspended = False


class Consumer(LaneConsumer):
    """Its fetches take five records as soon as they can; `late` of them began before the rebalance."""

    def __init__(self, tenures, late=0):
        self.app, self.position, self._late = SimpleNamespace(tenures=tenures), 0, late

    async def seek_wait(self, partitions):
        if "orders" in partitions:
            self.position = partitions["orders"]
        if self._late:
            self._late -= 1
            self.position += 5
            await self._rewind()  # what `_turn` does with them


@pytest.mark.parametrize("late", [0, 1, 2])
async def test_what_a_late_fetch_took_while_the_flow_was_resumed_is_read_again(late):
    consumer = Consumer(Tenures(), late)
    await consumer.perform_seek()
    assert consumer.position == COMMITTED
    assert not consumer.tenures.suspended


async def test_what_a_fetch_took_that_ends_after_the_flow_was_resumed_is_read_again():
    consumer = Consumer(Tenures(suspended=False))
    consumer.position += 5
    await consumer._rewind()
    assert consumer.position == COMMITTED

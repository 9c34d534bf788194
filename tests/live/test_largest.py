"""Records as large as a broker takes them: they are parked like any other, and nobody waits behind them."""

import pytest
from aiokafka import AIOKafkaProducer

from cauce.runtime.engine.parked import drop, waiting
from cauce.runtime.settings import Settings
from chaos.proofs import counting
from chaos.proofs.counted import INPUTS

MOST = 1_048_588  # message.max.bytes of a broker that was told nothing
BESIDE = 74  # what a batch and a record add to key and value, to two bytes; the lane adds a header of eight


@pytest.fixture
def settings(broker, prefix, tmp_path):
    return Settings(servers=broker, prefix=prefix, home=tmp_path / "home", partitions=4, pools=2)


POISON, SOUND = b"!", b"v"  # a sound one grows by what the lane adds, or its key is too long for a row


@pytest.mark.parametrize(
    ("key", "mark"),
    [(b"k", POISON), (b"k" * (MOST // 2), POISON), (b"k" * (MOST // 2), SOUND), (b"k" * (MOST - BESIDE - 1), SOUND)],
    ids=["poison", "poison of a large key", "of a large key", "of nothing but a key"],
)
async def test_a_record_as_large_as_any_is_parked_and_can_be_dropped(fleet, kafka, key, mark):
    await kafka.create(counting.LANES, **INPUTS, stock_out=4, mail_out=4)
    largest = mark + b"v" * (MOST - BESIDE - len(key) - 1)
    async with AIOKafkaProducer(bootstrap_servers=kafka.servers, max_request_size=2 * MOST) as producer:
        for name, value in ((key, largest), (b"another", b"1")):
            await producer.send_and_wait(kafka.settings.topic("orders"), value, key=name)
    worker = fleet.worker("w0", CAUCE_STORE="memory").start()
    assert await kafka.caught_up(counting.SERVICE, **INPUTS)
    parked, missing = await waiting(kafka.servers, kafka.settings.prefix, counting.SERVICE)
    assert [one.record.value for one in parked] == [largest]
    assert not missing
    await drop(kafka.servers, kafka.settings.prefix, parked, "too large")
    assert await kafka.caught_up(counting.SERVICE, **INPUTS)
    assert await waiting(kafka.servers, kafka.settings.prefix, counting.SERVICE) == ([], [])
    assert worker.stop() == 0

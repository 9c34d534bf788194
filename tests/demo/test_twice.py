"""Writing a record twice, on a real topic."""

from aiokafka import AIOKafkaProducer

from cauce.demo.twice import write_twice
from cauce.runtime.log_reader import read_to_end
from cauce.runtime.topics import TopicSpec, create_topics


async def test_the_last_record_stands_once_more_with_its_key_and_headers_and_its_place_is_told(settings):
    await create_topics(settings.servers, settings, [TopicSpec("captured", 1, {})])
    assert await write_twice(settings.servers, settings, "captured") is None
    async with AIOKafkaProducer(bootstrap_servers=settings.servers) as producer:
        for value in (b"first", b"last"):
            await producer.send_and_wait(settings.topic("captured"), value, key=b"key", headers=[("id", value)])
    assert await write_twice(settings.servers, settings, "captured") == "captured/0@2"
    records = [record async for record in read_to_end(settings.servers, settings, ["captured"])]
    assert [record.value for record in records] == [b"first", b"last", b"last"]
    assert (records[1].key, list(records[1].headers)) == (records[2].key, list(records[2].headers))

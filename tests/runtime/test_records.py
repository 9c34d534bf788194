"""Readers of a real broker."""

from cauce.runtime.records import reading


async def test_a_reader_that_is_asked_nothing_ends_quietly(broker):
    for _ in range(3):
        async with reading(broker):
            pass

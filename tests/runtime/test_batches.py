"""Packed record batches: to the byte what aiokafka's builder makes of the same records, and what its reader reads."""

from itertools import accumulate
from types import SimpleNamespace

import pytest
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from hypothesis import given
from hypothesis import strategies as st

from cauce.runtime.batches import packed_batches
from schemas.headers import PackedHeaders, wire_of

NOW = 1_772_442_000_123
TEXTS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=200)
CONTENTS = st.binary(max_size=200)
HEADERS = st.lists(st.tuples(TEXTS, CONTENTS), max_size=80)
ENTRIES = st.lists(st.tuples(st.none() | CONTENTS, st.none() | CONTENTS, HEADERS), min_size=1, max_size=90)


def shell(limit=1 << 20):
    return BatchBuilder(limit, 0, is_transactional=True)


def ours(entries, limit):
    producer = SimpleNamespace(create_batch=shell)
    return list(packed_batches(producer, entries, now=NOW, limit=limit))


def theirs(entries, limit):
    batches = [shell(limit)]
    for key, value, headers in entries:
        while batches[-1].append(key=key, value=value, timestamp=NOW, headers=headers) is None:
            batches.append(shell(limit))
    return batches


def built(batches):
    for number, batch in enumerate(batches):
        batch._set_producer_state(7, 3, number)
    return [(batch.record_count(), bytes(batch._build()), batch.size()) for batch in batches]


@given(ENTRIES)
def test_our_batches_are_those_of_aiokafka(entries):
    assert built(ours(entries, 1 << 20)) == built(theirs(entries, 1 << 20))


@given(ENTRIES, st.sampled_from([200, 1000]))
def test_a_batch_is_full_before_the_next_begins(entries, limit):
    batches = ours(entries, limit)
    counts = [batch.record_count() for batch in batches]
    for batch, before, count in zip(batches, accumulate(counts, initial=0), counts, strict=False):
        (alone,) = theirs(entries[before : before + count], 1 << 20)
        (and_next,) = theirs(entries[before : before + count + 1], 1 << 20)
        assert built([batch]) == built([alone])
        assert batch.size() <= limit or count == 1
        assert and_next.size() > limit or before + count == len(entries)
    assert sum(counts) == len(entries)


@pytest.mark.parametrize("size", [63, 64, 8191, 8192, 1 << 20])
def test_lengths_of_every_number_of_bytes_are_written(size):
    entries = [(b"k", b"v" * size, [("name", b"h" * size)])] * 2
    assert built(ours(entries, 1 << 20)) == built(theirs(entries, 1 << 20))


def test_a_record_is_numbered_within_its_batch_however_many_there_are():
    entries = [(b"%d" % number, b"", []) for number in range(10_000)]
    assert built(ours(entries, 1 << 20)) == built(theirs(entries, 1 << 20))


def test_a_batch_that_is_sent_again_has_the_bytes_it_had():
    (batch,) = ours([(b"k", b"v", [("name", b"h")])], 1 << 20)
    batch._set_producer_state(7, 3, 0)
    assert batch._build() is batch._build()


@given(HEADERS)
def test_packed_headers_read_as_the_pairs_they_were_made_of(headers):
    packed = PackedHeaders(wire_of(headers))
    assert packed == headers
    assert len(packed) == len(headers)
    assert repr(packed) == repr(headers)
    assert wire_of(packed) == wire_of(list(packed))


def test_a_packed_header_is_found_by_its_place():
    packed = PackedHeaders(wire_of([("a", b"1"), ("b", b"2")]))
    assert (packed[0], packed[-1], packed[1:]) == (("a", b"1"), ("b", b"2"), [("b", b"2")])
    assert packed != [("a", b"1")]


def test_packed_headers_are_read_by_aiokafka():
    headers = [("ce_type", b"stock.moved.v1"), ("ce_id", b"x" * 36)]
    (batch,) = ours([(b"k", b"v", PackedHeaders(wire_of(headers)))], 1 << 20)
    batch._set_producer_state(7, 3, 0)
    found = MemoryRecords(bytes(batch._build())).next_batch()
    assert found.validate_crc()
    assert found.is_transactional
    assert [(record.key, record.value, record.headers) for record in found] == [(b"k", b"v", headers)]

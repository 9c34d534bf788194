"""Keys land where every other Kafka client puts them."""

from aiokafka.partitioner import murmur2 as reference
from hypothesis import given
from hypothesis import strategies as st

from cauce.runtime.partitions import murmur2, partition_of


@given(st.binary(max_size=64))
def test_the_hash_is_that_of_the_default_partitioner(key):
    assert murmur2(key) == reference(key)


@given(st.binary(max_size=40), st.integers(1, 50))
def test_the_partition_is_that_of_the_default_partitioner(key, count):
    assert partition_of(key, count) == (reference(key) & 0x7FFFFFFF) % count

"""Kafka's default partitioner: the partition of a key, equal to every other client's."""

from functools import lru_cache
from struct import unpack_from

_SEED, _M, _MASK = 0x9747B28C, 0x5BD1E995, 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """MurmurHash2 as in `org.apache.kafka.common.utils.Utils.murmur2`, unsigned."""
    size = len(data)
    words = size >> 2
    h = _SEED ^ size
    for word in unpack_from(f"<{words}I", data):
        k = word * _M & _MASK
        h = h * _M & _MASK ^ (k ^ k >> 24) * _M & _MASK
    if rest := data[words << 2 :]:
        h = (h ^ int.from_bytes(rest, "little")) * _M & _MASK
    h = (h ^ h >> 13) * _M & _MASK
    return h ^ h >> 15


_cached = lru_cache(maxsize=1 << 16)(murmur2)


def partition_of(key: bytes, count: int) -> int:
    """The partition of `key` in a topic of `count` partitions."""
    return 0 if count == 1 else (_cached(key) & 0x7FFFFFFF) % count

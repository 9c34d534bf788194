"""The steps of the ledger: each move with the buckets that it is between."""

from typing import NamedTuple

from schemas.stock import Bucket, Move


class Step(NamedTuple):
    """A move and the buckets it is between."""

    move: Move
    source: Bucket
    target: Bucket


RECEIVE = Step(Move.RECEIVED, Bucket.OUTSIDE, Bucket.FREE)
FIND = Step(Move.ADJUSTED, Bucket.OUTSIDE, Bucket.FREE)
LOSE = Step(Move.ADJUSTED, Bucket.FREE, Bucket.OUTSIDE)
COUNT_FOUND = Step(Move.COUNTED, Bucket.OUTSIDE, Bucket.FREE)
COUNT_LOST = Step(Move.COUNTED, Bucket.FREE, Bucket.OUTSIDE)
SET_ASIDE = Step(Move.QUARANTINED, Bucket.FREE, Bucket.QUARANTINED)
CLEAR = Step(Move.CLEARED, Bucket.QUARANTINED, Bucket.FREE)
SEND = Step(Move.TRANSFERRED, Bucket.FREE, Bucket.OUTSIDE)
UNPACK = Step(Move.TRANSFERRED, Bucket.OUTSIDE, Bucket.FREE)
RESTOCK = Step(Move.RESTOCKED, Bucket.OUTSIDE, Bucket.FREE)
QUARANTINE = Step(Move.RESTOCKED, Bucket.OUTSIDE, Bucket.QUARANTINED)
WRITE_OFF = Step(Move.WRITTEN_OFF, Bucket.QUARANTINED, Bucket.OUTSIDE)
RESERVE = Step(Move.RESERVED, Bucket.FREE, Bucket.RESERVED)
PICK = Step(Move.PICKED, Bucket.RESERVED, Bucket.PICKED)
PACK = Step(Move.PACKED, Bucket.PICKED, Bucket.PACKED)
SHIP = Step(Move.SHIPPED, Bucket.PACKED, Bucket.OUTSIDE)
RELEASE_RESERVED = Step(Move.RELEASED, Bucket.RESERVED, Bucket.FREE)
RELEASE_PICKED = Step(Move.RELEASED, Bucket.PICKED, Bucket.FREE)

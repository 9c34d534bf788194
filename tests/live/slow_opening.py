"""The counting program on a disk so busy that each store takes a second to open."""

import asyncio
import sys

from faust.stores.rocksdb import Store

from cauce.runtime.engine.process import tune
from cauce.runtime.settings import Settings
from chaos.proofs import counting

OPENING_SECONDS = 1.0
_open = Store._try_open_db_for_partition


async def slowly(self, *given, **named):
    await asyncio.sleep(OPENING_SECONDS)
    return await _open(self, *given, **named)


if __name__ == "__main__":
    Store._try_open_db_for_partition = slowly
    tune()
    sys.exit(asyncio.run(counting.run(Settings())))

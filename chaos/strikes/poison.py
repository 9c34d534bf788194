"""Records that cannot be decided, to the doors and right into the lanes: each must end parked, and once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cauce.runtime.engine.parking import about, is_note
from cauce.runtime.lane import Lane
from cauce.runtime.log_reader import read_to_end
from cauce.runtime.settings import Settings
from chaos.board import Board
from chaos.poison import Poison as Record
from chaos.poison import corpus, for_doors, for_lanes
from chaos.schedule import Injection
from chaos.world.outbox import Outbox
from schemas.topics import BY_NAME, TopicKind

RECORDS_AN_INJECTION = 12
LIVING = 40  # of the latest orders, under whose keys poison comes
BY_ORDER = "order_id"


class Place(NamedTuple):
    """Where a record lies, without the deployment's prefix."""

    topic: str
    partition: int
    offset: int


class Poison:
    """Writes poison, and knows where it lies."""

    def __init__(self, seed: int, settings: Settings, lanes: Iterable[Lane], outbox: Outbox, board: Board) -> None:
        self._seed, self._settings, self._outbox, self._board = seed, settings, outbox, board
        self._texts = corpus(settings.data / "json" / "test_parsing")
        self.readers: dict[str, list[str]] = {}  # by topic, the lanes that must park what lies there
        for lane in lanes:
            for topic in lane.inputs:
                self.readers.setdefault(topic, []).append(lane.id)
        self.written: dict[Place, Record] = {}

    async def strike(self, injection: Injection) -> str:
        """See Striking."""
        records = self._records(injection)
        for record in records:
            await self._write(record)
        kinds = Counter(record.what for record in records)
        return f"{len(records)} records acknowledged: {', '.join(sorted(kinds))}"

    def _records(self, injection: Injection) -> Sequence[Record]:
        if injection.form == "raw":
            return for_doors(self._seed, injection.number, RECORDS_AN_INJECTION, self._texts)
        inputs = sorted(topic for topic in self.readers if BY_NAME[topic].kind is not TopicKind.RAW)
        living = [order.encode() for order in list(self._board.score.placed)[-LIVING:]]
        return for_lanes(self._seed, injection.number, RECORDS_AN_INJECTION, inputs, living)

    async def _write(self, record: Record) -> None:
        written = await self._outbox.write(record.topic, record.key, record.value, record.headers)
        self.written[Place(record.topic, written.partition, written.offset)] = record


class Counted(NamedTuple):
    """What became of the poison: how often lanes parked it, how often one that should have did not, or did it twice."""

    written: int
    parked: int
    missing: int
    twice: int


async def counted(poison: Poison, servers: str, settings: Settings, lanes: Iterable[Lane]) -> Counted:
    """Every record of poison, and every lane that reads its topic."""
    parked: Counter[tuple[str, Place]] = Counter()
    async for record in read_to_end(servers, settings, sorted({lane.parked for lane in lanes})):
        if is_note(record.headers):
            continue
        what = about(record.headers)
        parked[what.lane, Place(what.topic, what.partition, what.offset)] += 1
    wanted = [(lane, place) for place in poison.written for lane in poison.readers[place.topic]]
    times = [parked[one] for one in wanted]
    return Counted(
        written=len(poison.written),
        parked=sum(1 for many in times if many),
        missing=times.count(0),
        twice=sum(1 for many in times if many > 1),
    )

"""Commands, whose width is that of a pipe."""

from datetime import UTC, datetime

import pytest
from aiokafka import TopicPartition

from cauce.cli.keeper_desk import keeper_of
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.lane import Record
from cauce.runtime.reference.reference_files import published
from cauce.runtime.settings import Settings
from schemas.envelope import Envelope


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch):
    """A pipe's width, however the tests run: with many processes at once, pytest tells them a terminal's."""
    monkeypatch.delenv("COLUMNS", raising=False)


class Written:
    """A changelog record."""

    def __init__(self, key, value):
        self.key, self.value = key, value


class Keeper:
    """The keeper's lane without a broker, and a desk that reads what it would have written."""

    at = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def __init__(self, folder, desk, reference):
        self.settings = Settings(home=folder, prefix="t-")
        self.lane = keeper_of(self.settings)
        self.tenure, self.desk = OfflineTenure(self.lane, 0), desk(self.settings, self.lane)
        self.offset = 0
        for kind, items in reference.items():
            self.hears(*published(kind, items))

    def hears(self, *messages):
        work = self.tenure.unit()
        work.decide([self._record(message) for message in messages])
        assert not work.failures
        for name, rows in self.tenure.stage(work).items():
            place = TopicPartition(self.settings.topic(self.lane.changelogs[name]), 0)
            if place in self.desk.places:
                self.desk.take(place, [Written(key, value) for key, value in rows])
        self.tenure.keep(work, {})
        return work.out

    def _record(self, message):
        self.offset += 1
        headers = Envelope(
            id=f"e{self.offset}", type=message.type, source="/test", subject="s", sequence=0, at=self.at, release="1"
        ).to_headers()
        return Record("stock-commands", 0, self.offset, b"0", message.to_bytes(), headers)


@pytest.fixture
def keepers(tmp_path):
    """A keeper of some reference data, and a desk over what it writes."""

    def keeper(desk, reference):
        return Keeper(tmp_path, desk, reference)

    return keeper

"""A service's lanes as a Faust app, with the settings that are safe."""

import asyncio
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import faust
from aiokafka.producer import sender
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from cauce.runtime.engine.folder import claim
from cauce.runtime.engine.process import serve, tune
from cauce.runtime.engine.seam import LaneTableManager, LaneTransport
from cauce.runtime.engine.station import Station
from cauce.runtime.engine.stores import Shelf, shelf_of, tune_store
from cauce.runtime.engine.tenures import Tenures
from cauce.runtime.engine.watch import Watch
from cauce.runtime.faults import Unavailable
from cauce.runtime.lane import Lane, Misfit
from cauce.runtime.settings import Settings
from cauce.runtime.topics import partitions_of

# A transaction that starts while the markers of the last one are still being written is refused
# (CONCURRENT_TRANSACTIONS); aiokafka then sleeps 20 ms, which is most of a small batch's latency.
sender.BACKOFF_OVERRIDE = 0.002

_SMALL_STORE = {
    "block_cache_size": 32 << 20,
    "write_buffer_size": 16 << 20,
    "target_file_size_base": 16 << 20,
    "bloom_filter_size": 10,
}
_FETCH_BYTES = 4 << 20


class WorkerSettings(BaseSettings):
    """What one worker process may choose, beside its deployment's settings."""

    model_config = SettingsConfigDict(env_prefix="CAUCE_", frozen=True)

    instance: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9._-]+$",
        description="Name of this worker among its service's: static membership, and its folder of stores.",
    )
    store: Literal["rocksdb", "memory"] = Field(default="rocksdb", description="Where tables are kept locally.")
    trace: Path | None = Field(default=None, description="A file for the worker's events as JSON lines.")


class LaneApp(faust.App):
    """One service's lanes in one Faust app, consumer group and process."""

    def __init__(self, lanes: Iterable[Lane], *, settings: Settings, group: str, watch: Watch, **conf: Any) -> None:
        super().__init__(group, TableManager=LaneTableManager, **conf)
        lanes = _fitting(lanes)
        station = Station(
            servers=str(settings.servers),
            prefix=settings.prefix,
            group=group,
            partitions={lane.family: partitions_of(settings, lane.family) for lane in lanes},
            shelf=self.shelf,
            watch=watch,
        )
        self.tenures = Tenures(lanes, station)
        self.failure: BaseException | None = None
        for lane in self.tenures.lanes.values():
            self._declare(lane, station)

    def _declare(self, lane: Lane, station: Station) -> None:
        raw: dict[str, Any] = {"key_type": bytes, "value_type": bytes}
        for topic in lane.inputs:
            name = station.prefix + topic
            self.topics.add(self.topic(name, key_serializer="raw", value_serializer="raw", **raw))
        for name in lane.changelogs:
            count = station.partitions[lane.family]
            table = self.Table(f"{lane.name}-{name}", partitions=count, **raw)
            tune_store(table.data, **_SMALL_STORE)

    def shelf(self, lane: Lane, name: str, partition: int) -> Shelf:
        """The rows of one table and partition, in the store that Faust keeps for it."""
        return shelf_of(self.tables[f"{lane.name}-{name}"].data, partition)

    async def fail(self, exc: BaseException) -> None:
        """Stop the worker: its lanes cannot go on."""
        if self.failure is None:
            self.failure = exc
            self.tenures.station.watch.tell("failed", error=f"{type(exc).__name__}: {exc}")
        await self.crash(exc)

    def _new_transport(self) -> Any:
        return LaneTransport(self.conf.broker_consumer, self)

    async def on_stop(self) -> None:
        """The producers close before the consumer leaves the group."""
        await super().on_stop()
        await self.tenures.close()


def worker(settings: Settings, service: str, lanes: Iterable[Lane]) -> LaneApp:
    """The app of one worker of `service`; `settings.servers` are named. Claims the worker's folder of stores."""
    if not settings.servers:
        raise Unavailable("a worker needs the servers of its broker: set CAUCE_SERVERS, or use `cauce run`")
    own, group = WorkerSettings(), settings.topic(service)
    folder = claim(settings.home / "stores" / (settings.prefix.rstrip("-") or "default") / service, own.instance)
    return LaneApp(
        lanes,
        settings=settings,
        group=group,
        watch=Watch(own.trace),
        **_safe(settings.servers, folder),
        store=f"{own.store}://",
        consumer_group_instance_id=f"{group}-{own.instance}" if own.instance else None,
    )


def run_worker(settings: Settings, service: str, lanes: Iterable[Lane]) -> int:
    """Run one worker of a service in this process, and answer its exit code (see `serve`)."""
    tune()

    async def run() -> int:
        return await serve(worker(settings, service, lanes))

    return asyncio.run(run())


def _safe(servers: str, folder: Path) -> Mapping[str, Any]:
    return {
        "broker": [f"kafka://{server}" for server in servers.split(",")],
        "datadir": folder,
        "broker_session_timeout": 6.0,
        "broker_heartbeat_interval": 1.0,
        "consumer_auto_offset_reset": "earliest",
        "consumer_max_fetch_size": _FETCH_BYTES,
        "stream_wait_empty": True,
        "table_standby_replicas": 0,
        "topic_disable_leader": True,
        "topic_allow_declare": False,
        "web_enabled": False,
        "web_bind": "127.0.0.1",
        "web_port": 6066 + zlib.crc32(str(folder).encode()) % 20_000,  # only a name: the assignor compares URLs
        "worker_redirect_stdouts": False,
    }


def _fitting(lanes: Iterable[Lane]) -> tuple[Lane, ...]:
    """Raises Misfit where two lanes of an app share a name or an input: a group has one offset a topic partition."""
    lanes = tuple(lanes)
    names, inputs = [lane.name for lane in lanes], [topic for lane in lanes for topic in lane.inputs]
    if len(set(names)) < len(names) or len(set(inputs)) < len(inputs):
        raise Misfit(f"lanes {', '.join(names)} share a name or an input; run them as two services")
    return lanes

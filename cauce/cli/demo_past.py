"""Demos that were played: what each leaves behind, whether a prefix is taken, and forgetting them."""

import asyncio
import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from aiokafka.admin import AIOKafkaAdminClient

from cauce.cli.up import deployment_lanes
from cauce.runtime.broker import ladder
from cauce.runtime.settings import Settings
from cauce.runtime.topics import specs

ALL = "all"
_RUNNING = "running"  # the file that a demo holds locked while it plays


class Unplayable(click.ClickException):
    """Nothing was started: something that was asked for cannot be. The message says what, and what to do."""

    exit_code = 2


def home_of(home: Path, prefix: str) -> Path:
    """The folder of one demo: stores, keys, logs, mails, the read model."""
    return home / "demo" / prefix.rstrip("-")


async def existing_topics(settings: Settings) -> list[str]:
    """The topics of this deployment that are there, with their prefix."""
    wanted = {settings.topic(spec.name) for spec in specs(settings, deployment_lanes(settings))}
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.servers)
    await admin.start()
    try:
        return sorted(wanted.intersection(await admin.list_topics()))
    finally:
        await admin.close()


async def refuse_taken(settings: Settings, forget: str) -> None:
    """Raises Unplayable where another demo has this prefix: its records would be taken for ours."""
    if await existing_topics(settings):
        raise Unplayable(
            f"topics with the prefix {settings.prefix} are on {settings.servers} already: name another CAUCE_PREFIX, "
            f"or none for a new one, or remove them first: {forget} {settings.prefix}"
        )


@contextmanager
def playing(settings: Settings) -> Iterator[None]:
    """While a demo plays nobody can forget it."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / _RUNNING).open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unplayable(f"a demo with the prefix {settings.prefix} is being played") from None
        yield


def forget(asked: str) -> list[str]:
    """Remove the topics and files of the demo of a prefix, or of all demos of this home. A line for each."""
    given = Settings()
    past = sorted(folder.name for folder in (given.home / "demo").glob("*") if folder.is_dir())
    names = past if asked == ALL else [asked.rstrip("-")]
    if not names:
        return [f"no demo was played in {given.home}"]
    servers = ladder.found(given).servers
    return [asyncio.run(_forget(given, servers, name, known=name in past)) for name in names]


async def _forget(given: Settings, servers: str, name: str, *, known: bool) -> str:
    home = home_of(given.home, name)
    settings = given.model_copy(update={"servers": servers, "prefix": f"{name}-", "home": home})
    topics = await existing_topics(settings)
    if not known:
        kept = f"; its topics on {servers} are left as they are" if topics else ""
        raise Unplayable(f"{name}- is no demo of {given.home}{kept}")
    with playing(settings):
        if topics:
            await _delete(servers, topics)
        shutil.rmtree(home)
    return f"forgot {name}-: {len(topics)} topics and {home}"


async def _delete(servers: str, topics: list[str]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        await admin.delete_topics(topics)
    finally:
        await admin.close()

"""Demos that were played: what each leaves behind, whether a prefix is taken, and forgetting them."""

import asyncio
import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiokafka.errors import UnknownTopicOrPartitionError, for_code

from cauce.cli.demo_faults import Unplayable
from cauce.cli.demo_left import forgetting
from cauce.cli.up import deployment_lanes
from cauce.runtime.broker import ladder
from cauce.runtime.settings import Settings
from cauce.runtime.topics import administering, specs

ALL = "all"
_RUNNING = "running"  # the file that a demo holds locked while it plays


def home_of(home: Path, prefix: str) -> Path:
    """The folder of one demo: stores, keys, logs, mails, the read model."""
    return home / "demo" / prefix.removesuffix("-")


async def existing_topics(settings: Settings) -> list[str]:
    """The topics of this deployment that are there. By their names: one prefix may begin another."""
    wanted = {settings.topic(spec.name) for spec in specs(settings, deployment_lanes(settings))}
    async with administering(str(settings.servers)) as admin:
        return sorted(wanted.intersection(await admin.list_topics()))


async def refuse_taken(settings: Settings) -> None:
    """Raises Unplayable where another demo has this prefix: its records would be taken for ours."""
    what = f"topics on {settings.servers}" if await existing_topics(settings) else ""
    if not what and settings.home.is_dir():
        what = f"files in {settings.home}"
    if what:
        raise Unplayable(
            f"the prefix {settings.prefix} has {what} already: name another in CAUCE_PREFIX, or none for a new one"
            + (f", or remove that demo: `{forgetting(settings.prefix)}`" if settings.home.is_dir() else "")
        )


@contextmanager
def playing(settings: Settings) -> Iterator[None]:
    """While a demo plays nobody can forget it."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / _RUNNING).open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unplayable(f"a demo with the prefix {settings.prefix} is being played: end it first") from None
        yield


def forget(asked: str) -> Iterator[str]:
    """Remove the topics and files of the demo of a prefix, or of all demos of this home. A line for each."""
    given = Settings()
    past = sorted(folder.name for folder in (given.home / "demo").glob("*") if folder.is_dir())
    names = past if asked == ALL else [asked.removesuffix("-")]
    if strange := [name for name in names if name not in past]:
        raise Unplayable(f"{strange[0]}- is no demo of {given.home}; there {_listed(past)}")
    if not names:
        yield f"no demo was played in {given.home}"
        return
    servers = ladder.found(given).servers
    for name in names:
        home = home_of(given.home, name)
        settings = given.model_copy(update={"servers": servers, "prefix": f"{name}-", "home": home})
        yield asyncio.run(_forget(settings))


def _listed(past: list[str]) -> str:
    return f"{'is' if len(past) == 1 else 'are'} {', '.join(f'{name}-' for name in past)}" if past else "is none"


async def _forget(settings: Settings) -> str:
    with playing(settings):
        topics = await existing_topics(settings)
        if topics:
            await _delete(settings, topics)
        shutil.rmtree(settings.home)
    return f"forgot {settings.prefix}: {len(topics)} topics on {settings.servers}, and {settings.home}"


async def _delete(settings: Settings, topics: list[str]) -> None:
    async with administering(str(settings.servers)) as admin:
        answer = await admin.delete_topics(topics)
    for name, code, *_ in answer.topic_error_codes:
        if code not in (0, UnknownTopicOrPartitionError.errno):
            raise for_code(code)(f"cannot remove {name}")

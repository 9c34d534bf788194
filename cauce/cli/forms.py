"""What people ask at the console goes through a door as everybody's word: a form on a raw topic, with its own name."""

import asyncio
from uuid import uuid4

import click

from cauce.cli.plain import say
from cauce.cli.recorded import present, recorded
from cauce.runtime.lane import Output
from cauce.runtime.records import deliver
from cauce.runtime.settings import Settings
from schemas.foreign import Foreign
from schemas.raw import RawTopic

NAME = click.option("--name", default="", help="The request's own name; the same name twice is one request.")


def named(name: str, kind: str) -> str:
    """The name that was given, or a new one."""
    return name or f"{kind}-{uuid4().hex[:12]}"


def hand_in(form: Foreign, topic: RawTopic, key: str, done: str) -> None:
    """Write a form as its sender would, wait until it is stored, and say `done`. Raises Unavailable."""
    settings = Settings()
    servers = recorded(settings)
    present(settings, servers, [topic])
    value = form.model_dump_json(exclude_none=True).encode()
    asyncio.run(deliver(servers, settings.prefix, [Output(topic, key.encode(), value, [], None)]))
    if done:
        say(done)

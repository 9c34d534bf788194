"""What a demo leaves behind: lines to copy that look at it, and how to end and remove it."""

import shlex
import sys

from cauce.demo.processes import logs_of
from cauce.runtime.settings import Settings


def as_called() -> str:
    """How this command was called, so that other lines of it can be copied."""
    return f"{shlex.quote(sys.executable)} -m cauce" if sys.argv[0].endswith(".py") else shlex.quote(sys.argv[0])


def to_copy(settings: Settings) -> dict[str, str]:
    """What can be looked at, and how; each line says alone which deployment it means."""
    names = {"CAUCE_SERVERS": settings.servers, "CAUCE_PREFIX": settings.prefix, "CAUCE_HOME": settings.home}
    cauce = as_called()
    commands = {
        "the orders": f"{cauce} order list",
        "one order's whole life": f"{cauce} order show ORDER",
        "decide it all again": f"{cauce} replay",
        "take a payment twice, as a broken worker would": f"{shlex.quote(sys.executable)} -m cauce.demo.twice captured",
        "name the record that broke a law": f"{cauce} audit",
    }
    deployment = " ".join(f"{name}={shlex.quote(str(value))}" for name, value in names.items())
    return {what: f"{deployment} {command}" for what, command in commands.items()}


def left(settings: Settings) -> list[str]:
    """What goes on or stays after a demo, and the command that ends each."""
    broker = "named in CAUCE_SERVERS" if Settings().servers else f"goes on until `{as_called()} broker stop`"
    forget = f"{as_called()} demo --forget {settings.prefix}"
    return [
        f"Left: the broker at {settings.servers}, {broker};",
        f"  topics {settings.prefix}* and files in {settings.home}, until `{forget}`;",
        f"  logs in {logs_of(settings)}",
    ]

"""What a demo leaves behind: lines to copy that look at it, and how to end and remove it."""

import os
import shlex
import sys
from collections.abc import Mapping

from cauce.runtime.settings import Settings

OURS = ("CAUCE_SERVERS", "CAUCE_HOME")  # what says which broker is meant


def as_called() -> str:
    """How this command was called, so that other lines of it can be copied."""
    return f"{shlex.quote(sys.executable)} -m cauce" if sys.argv[0].endswith(".py") else shlex.quote(sys.argv[0])


def to_copy(settings: Settings, order: str = "ORDER") -> dict[str, str]:
    """What can be looked at, and how, in a shell that the first line has told which deployment is meant."""
    names = {"CAUCE_SERVERS": settings.servers, "CAUCE_PREFIX": settings.prefix, "CAUCE_HOME": settings.home}
    cauce = as_called()
    return {
        "first, which deployment is meant": f"export {_assigned(names)}".rstrip(),
        "the orders": f"{cauce} order list",
        "one order's whole life": f"{cauce} order show {shlex.quote(order)}",
        "decide it all again": f"{cauce} replay",
        "take a payment twice, as a broken worker would": f"{shlex.quote(sys.executable)} -m cauce.demo.twice captured",
        "name the record that broke a law": f"{cauce} audit",
    }


def left(settings: Settings) -> list[str]:
    """What goes on or stays after a demo, and the command that ends each, right in any shell."""
    cauce = f"{_given()}{as_called()}"
    end = "which CAUCE_SERVERS names, goes on" if "CAUCE_SERVERS" in os.environ else f"until `{cauce} broker stop`"
    return [
        f"Left: the broker at {settings.servers}, {end};",
        f"  topics {settings.prefix}* and files in {settings.home}, until `{cauce} demo --forget {settings.prefix}`;",
        f"  logs in {settings.logs}.",
    ]


def forgetting(prefix: str) -> str:
    """The line that removes the demo of this prefix."""
    return f"{_given()}{as_called()} demo --forget {prefix}"


def _given() -> str:
    """What the one who called had in the environment, which a line of its own must say again."""
    return _assigned({name: os.environ[name] for name in OURS if name in os.environ})


def _assigned(values: Mapping[str, object]) -> str:
    return "".join(f"{name}={shlex.quote(str(value))} " for name, value in values.items())

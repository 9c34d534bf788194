"""What commands print line by line. Outsiders wrote parts of it: nothing of theirs may steer a terminal.

A control character, a mark that turns the direction of writing and whatever else does not print is shown as Python
writes it in `ascii`. Tables and pages have the same from `screen`.
"""

import json
from collections.abc import Callable
from typing import Any
from unicodedata import category

import click


def harmless(text: str, *, keep: str = "") -> str:
    """`text` in one line that only shows signs; those of `keep` stay as they are."""
    if text.isprintable():
        return text
    return "".join(sign if _prints(sign) or sign in keep else ascii(sign)[1:-1] for sign in text)


def _prints(sign: str) -> bool:
    return sign.isprintable() or category(sign) == "Zs"  # a space is one, however wide


def say(*lines: object) -> None:
    """Print lines, each as one line."""
    for line in lines:
        click.echo(harmless(str(line)))


def say_content(content: str) -> None:
    """Print what has lines and tabs of its own."""
    say(*content.expandtabs(4).split("\n"))


def say_json(value: Any, *, indent: int | None = None, default: Callable[[Any], Any] | None = None) -> None:
    """Print JSON for people and programs: letters as they are, and what does not print by its number."""
    written = json.dumps(value, indent=indent, ensure_ascii=False, default=default)
    click.echo("".join(sign if _prints(sign) or sign == "\n" else json.dumps(sign)[1:-1] for sign in written))

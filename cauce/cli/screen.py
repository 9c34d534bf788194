"""The one way to a page: what outsiders wrote is never markup, and what of it does not print is shown (see `plain`).

No other module of the commands makes a text, a table or a console of its own: a test holds them to it.
"""

import os
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from cauce.cli.plain import harmless

QUIET = "bright_black"
PLAIN_WIDTH = 160  # where the output is no terminal: a pipe wraps nothing
Part = str | Text | tuple[str, str]  # a text, or one with its style


class Screen(Console):
    """A console on which a string is text and nothing else, and no segment of a page steers the terminal."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        if not (self.is_terminal or "width" in more or "COLUMNS" in os.environ):
            self.width = PLAIN_WIDTH

    def render_str(self, text: str, **look: Any) -> Text:
        """See Console; without markup, names of emoji and highlighting."""
        return super().render_str(
            harmless(text, keep="\n"), **look | {"markup": False, "emoji": False, "highlight": False}
        )

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """See Console. A text that was made without `text` is caught here."""
        for segment in super().render(renderable, options):
            said, style, control = segment
            yield segment if control or said.isprintable() else Segment(harmless(said, keep="\n"), style)


def text(value: object, style: str = "") -> Text:
    """A value as it is, in one line."""
    return Text(harmless(str(value)), style=style, overflow="fold")


def phrase(*parts: Part) -> Text:
    """Texts one after another, each in its style."""
    return Text("", overflow="fold").join(map(_text, parts))


def listed(parts: Iterable[Part], *, between: str = " · ") -> Text:
    """Those texts that say something, with a mark between them."""
    return Text(between, overflow="fold").join(part for part in map(_text, parts) if part)


def _text(part: Part) -> Text:
    if isinstance(part, Text):
        return part
    return text(part) if isinstance(part, str) else text(*part)


def section(title: str, content: RenderableType) -> RenderableType:
    """A titled part of a page."""
    return Group(Rule(text(title, "bold"), align="left", style=QUIET), Padding(content, (0, 0, 1, 1)))


def panel(title: Text, rows: Iterable[Text], *, subtitle: str) -> RenderableType:
    """Rows in a frame. The title must be short."""
    below = text(subtitle) if subtitle else None
    return Panel(Group(*rows), title=title, title_align="left", subtitle=below, subtitle_align="right", padding=(0, 1))


def grid(*names: str, right: Iterable[str] = (), whole: Iterable[str] = (), title: str = "") -> Table:
    """A table without lines. Cells that are too wide go on in the next line; those that stay `whole` are short."""
    table = Table(
        title=text(title, "bold") if title else None, title_justify="left", show_header=any(names), box=None,
        pad_edge=False, padding=(0, 2, 0, 0), header_style=QUIET,
    )  # fmt: skip
    for name in names:
        table.add_column(
            text(name), justify="right" if name in right else "left", no_wrap=name in whole, overflow="fold"
        )
    return table

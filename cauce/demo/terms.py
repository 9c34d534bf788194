"""How a play is asked for, shown and ended."""

from collections.abc import Callable
from typing import NamedTuple

from cauce.demo.scoreboard import Scoreboard


class Stalled(RuntimeError):
    """Something that was sent in never came to its end; the message says what is still open."""


class Ended(Exception):  # nothing is wrong
    """Somebody wants the play to end before it is over."""


class Moment(NamedTuple):
    """What there is to show now."""

    step: str
    sent: int
    seconds: float
    score: Scoreboard
    restarts: int


Show = Callable[[Moment], None]


class Options(NamedTuple):
    """How to play: `speed` in business seconds a second (None: as fast as it goes), kill each service once or not."""

    speed: float | None
    until_idle: bool
    kill_each: bool = False

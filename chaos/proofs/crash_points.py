"""A signal that a program sends itself when it has passed a point of its work so many times."""

import functools
import inspect
import os
import signal
from collections.abc import Callable
from typing import Any, NamedTuple


def _always(*_args: Any, **_given: Any) -> bool:
    return True


class Point(NamedTuple):
    """Before or after a function of a class or module; `which` says of a call's arguments whether it counts."""

    owner: Any
    name: str
    after: bool
    which: Callable[..., bool] = _always


def hit_at(point: Point, passing: int, number: signal.Signals) -> None:
    """At the `passing`th time, stop this process with signal `number`."""
    real, left = getattr(point.owner, point.name), passing

    def passed(*args: Any, **given: Any) -> None:
        nonlocal left
        left -= point.which(*args, **given)
        if not left:
            os.kill(os.getpid(), number)

    setattr(point.owner, point.name, _waiting(real, point, passed) if _waits(real) else _plain(real, point, passed))


def hit_by_name(points: dict[str, Point], place: str, number: signal.Signals) -> None:
    """As `hit_at`, of a place written `name:passing`."""
    name, _, passing = place.rpartition(":")
    hit_at(points[name], int(passing), number)


def _waits(real: Callable[..., Any]) -> bool:
    return inspect.iscoroutinefunction(real)


def _plain(real: Callable[..., Any], point: Point, passed: Callable[..., None]) -> Callable[..., Any]:
    @functools.wraps(real)
    def plain(*args: Any, **given: Any) -> Any:
        if not point.after:
            passed(*args, **given)
        answer = real(*args, **given)
        if point.after:
            passed(*args, **given)
        return answer

    return plain


def _waiting(real: Callable[..., Any], point: Point, passed: Callable[..., None]) -> Callable[..., Any]:
    @functools.wraps(real)
    async def waiting(*args: Any, **given: Any) -> Any:
        if not point.after:
            passed(*args, **given)
        answer = await real(*args, **given)
        if point.after:
            passed(*args, **given)
        return answer

    return waiting

"""A signal that a program of the live tests sends itself when it has passed a point of its work so many times."""

import functools
import inspect
import os


def hit_at(point, passing, number):
    """At the `passing`th time, before or after `point` = (owner, name of the function, after), with signal `number`."""
    owner, name, after = point
    real, left = getattr(owner, name), passing

    def passed():
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), number)

    @functools.wraps(real)
    def plain(*args, **given):
        answer = real(*args, **given)
        passed()
        return answer

    @functools.wraps(real)
    async def waiting(*args, **given):
        if not after:
            passed()
        answer = await real(*args, **given)
        if after:
            passed()
        return answer

    setattr(owner, name, waiting if inspect.iscoroutinefunction(real) else plain)

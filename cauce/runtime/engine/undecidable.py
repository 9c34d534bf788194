"""What cannot be decided: why, in words that an operator may read, and when it is too much."""

from typing import Literal, NamedTuple

from aiokafka.errors import KafkaError

from cauce.runtime.lane import Misfit, Record, Unprocessable

WORLD = (OSError, KafkaError, MemoryError, Misfit)  # never the record's fault: these stop the worker
_OURS = ("cauce", "schemas", "services")


class BreakerTripped(RuntimeError):
    """So many records in a row could not be decided that the fault is ours."""


class Undecided(RuntimeError):
    """A lane that does not park met a record it could not decide."""


def caused(error: Exception, by: Exception) -> Exception:
    """As `raise error from by` has it, for modules that are compiled: mypyc drops what follows `from`."""
    error.__cause__ = by
    return error


class Failure(NamedTuple):
    """What the operator is told once the batch has committed."""

    event: Literal["parked", "retry-failed"]
    record: Record
    reason: str
    error: Exception | None


def why(exc: Exception) -> str:
    """Our own words, and only the type of what others say, which could quote a payload."""
    if isinstance(exc, Unprocessable):
        return str(exc)
    kind = type(exc)
    return f"{kind.__name__}: {exc}" if kind.__module__.partition(".")[0] in _OURS else kind.__name__

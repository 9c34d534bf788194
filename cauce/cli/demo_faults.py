"""What stops a demo through no fault of its code: one line on standard error and exit code 2, never a trace."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from aiokafka.errors import KafkaError

from cauce.cli import Impossible
from cauce.runtime.faults import Unavailable
from cauce.runtime.supervisor import GaveUp
from cauce.runtime.topics import TopicMisfit

FORESEEN = (Unavailable, GaveUp, TopicMisfit, KafkaError, aiohttp.ClientError, OSError)


class Unplayable(Impossible):
    """It cannot be played, or not to its end. The message says what is wrong, and what to do."""


@contextmanager
def said_plainly(*foreseen: type[Exception], hint: str = "") -> Iterator[None]:
    """What the world lacks or breaks, and what else is foreseen, as Unplayable; `hint` says where to look."""
    try:
        yield
    except (*FORESEEN, *foreseen) as fault:
        said = " ".join(str(fault).split()) or type(fault).__name__
        raise Unplayable(f"{said}; {hint}" if hint else said) from None

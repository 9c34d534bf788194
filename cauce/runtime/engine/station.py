"""The worker's place in the world, as its tenures see it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cauce.runtime.engine.stores import Shelf
from cauce.runtime.engine.watch import Watch
from cauce.runtime.lane import Lane


@dataclass(frozen=True, slots=True)
class Station:
    """Where the broker is, what things are called there, and where rows are kept here."""

    servers: str
    prefix: str
    group: str
    partitions: Mapping[str, int]  # by family
    shelf: Callable[[Lane, str, int], Shelf]  # of a table and partition
    watch: Watch

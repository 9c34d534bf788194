"""What a run is told."""

from typing import NamedTuple

from chaos.schedule import Fault


class Options(NamedTuple):
    """`seconds` is how long faults strike, while `rate` orders a second come; `workers` are those of each service."""

    seed: int
    seconds: float
    faults: tuple[Fault, ...]
    workers: int = 2
    brokers: int = 1
    rate: float = 8.0

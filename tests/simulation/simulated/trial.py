"""One seed from its first step to its verdict."""

import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from traceback import format_exception
from typing import NamedTuple

from simulated import readmodel, tables, twins, verdicts
from simulated.simulation import Simulation
from simulated.steps import Steps


class Found(NamedTuple):
    """What is wrong with a seed, and what it did last."""

    seed: int
    steps: int
    faults: tuple[str, ...]
    trace: tuple[str, ...]
    happened: Counter
    records: int
    digest: str

    def __str__(self):
        command = f".venv/bin/python tests/simulation --seed {self.seed} --steps {self.steps}"
        return "\n".join([*self.trace, *(f"  {fault}" for fault in self.faults), f"again: {command}"])


def run(seed, steps):
    """Play a seed and judge it. Whatever is raised on the way is a fault of the seed."""
    with tempfile.TemporaryDirectory() as folder, closing(Simulation(seed, Path(folder))) as sim:
        try:
            _play(sim, steps)
            faults = _checked(tables.hungry, sim)
            sim.end()
            faults += [fault for check in CHECKS for fault in _checked(check, sim)]
        except Exception as raised:  # noqa: BLE001  # a worker that stops is what a simulation looks for
            faults = format_exception(raised)
        records = sum(map(len, sim.log.places.values()))
        return Found(seed, steps, tuple(faults), tuple(sim.trace), sim.happened, records, sim.log.digest())


def happenings(seed, steps):
    """Only what happens, and how often."""
    with tempfile.TemporaryDirectory() as folder, closing(Simulation(seed, Path(folder))) as sim:
        _play(sim, steps)
        return sim.happened


def _play(sim, steps):
    sim.open()
    todo = Steps(sim)
    for _ in range(steps):
        todo.take()
    sim.drain()


def _checked(check, sim):
    """What a check finds, or where it stumbles: it relies on laws that others check."""
    try:
        return list(check(sim))
    except Exception as raised:  # noqa: BLE001  # the other checks may say why
        return [f"{check.__name__}: {type(raised).__name__}: {raised}"]


def compared(sim):
    """The same world without faults has the same ends."""
    with tempfile.TemporaryDirectory() as folder, closing(Simulation(sim.seed, Path(folder), calm=True)) as calm:
        calm.open()
        calm.drain()
        calm.end()
        return list(twins.compared(sim, calm))


CHECKS = (
    *(verdicts.parked, verdicts.audited, verdicts.at_rest, verdicts.complete, verdicts.mails, verdicts.news),
    *(verdicts.refunds, verdicts.paths),
    *(tables.folds, tables.pools, tables.replays, tables.repeats),
    *(readmodel.read_models, compared),
)

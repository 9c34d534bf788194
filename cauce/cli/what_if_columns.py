"""The columns of a what-if: each pool decided under each set of givens, in as many processes as are asked for."""

import hashlib
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from functools import partial
from typing import Any, NamedTuple

from cauce.cli.explain import keeper_of
from cauce.cli.what_if_files import Given
from cauce.cli.what_if_terms import items_of, policy_of, price_of
from cauce.replay.columns import RECORDED, Column, Compared, Handling
from cauce.replay.outcome import OrderOutcome, Outcome
from cauce.replay.what_if import AS_RECORDED, Instead, decided_on, inputs_of
from cauce.replay.window import Window
from cauce.runtime.deciding import receive
from cauce.runtime.lane import Lane, Record
from cauce.runtime.settings import Settings
from schemas.policies import SourcingPolicy
from schemas.reference import Kind, Site
from schemas.stock import ReserveStock

TOLD_EVERY, LOOK_SECONDS = 500, 0.2
Tell = Callable[[int], None]  # so many inputs more were read


class Task(NamedTuple):
    """A pool to decide on for a column; `only` these orders count, where any are named."""

    column: str
    pool: int
    records: Sequence[Record]
    instead: Instead
    only: frozenset[str] | None


class Part(NamedTuple):
    """What a task came to; of a pool everything that its keeper was told of reference data counts at the end."""

    orders: dict[str, OrderOutcome]
    parked: int
    digest: bytes
    sites: tuple[Site, ...]
    policy: SourcingPolicy | None


def compared(
    settings: Settings, records: Sequence[Record], givens: Sequence[Given], window: Window,
    *, against: str = RECORDED, jobs: int = 1, tell: Callable[[str], None] = lambda _: None,
) -> Compared:  # fmt: skip
    """What was recorded and each of the givens, for the orders that were to be reserved in the window."""
    only = None if window.is_everything else frozenset(_orders(records, window))
    pools = _by_pool(records)
    wanted = [Given(RECORDED, AS_RECORDED), *givens]
    tasks = [Task(one.name, pool, of_pool, one.instead, only) for one in wanted for pool, of_pool in pools.items()]
    parts = _decided(settings, tasks, jobs, tell)
    by_column = [[part for task, part in zip(tasks, parts, strict=True) if task.column == one.name] for one in wanted]
    terms = [_handling(part.policy) for of_column in by_column for part in of_column[:1]]
    usual = next((one for one in terms if one), None)
    columns = [
        _column(one.name, of_column, own or usual)
        for one, of_column, own in zip(wanted, by_column, terms or [None] * len(wanted), strict=True)
    ]
    return Compared(tuple(columns), tuple(dict.fromkeys(what for one in givens for what in one.instead.names)), against)


def _by_pool(records: Iterable[Record]) -> dict[int, list[Record]]:
    pools: dict[int, list[Record]] = {}
    for record in records:
        pools.setdefault(record.partition, []).append(record)
    return pools


def _orders(records: Iterable[Record], window: Window) -> Iterator[str]:
    kind = ("ce_type", ReserveStock.type.encode())
    return (receive(one).message.order_id for one in records if kind in one.headers and window.covers(one))


def _column(name: str, parts: Sequence[Part], handling: Handling | None) -> Column:
    orders = {order_id: order for part in parts for order_id, order in part.orders.items()}
    sites = {site.id: site for part in parts for site in part.sites}
    digest = hashlib.sha256(b"".join(part.digest for part in parts)).hexdigest()[:16]
    parked = sum(part.parked for part in parts)
    return Column(name, orders, tuple(sites[one] for one in sorted(sites)), digest, parked, handling)


def _handling(policy: SourcingPolicy | None) -> Handling | None:
    by_site = {site: terms.handling for site, terms in policy.sites.items()} if policy else {}
    return Handling(policy.currency, by_site) if policy and any(by_site.values()) else None


def _decided(settings: Settings, tasks: Sequence[Task], jobs: int, tell: Callable[[str], None]) -> list[Part]:
    """All tasks, in their order; `tell` hears how far it is."""
    whole = sum(len(task.records) for task in tasks)
    if jobs == 1 or len(tasks) == 1:
        progress = _Progress(whole, tell)
        return [decide(settings, task, progress.more) for task in tasks]
    context = multiprocessing.get_context("spawn")  # a fork would copy the screen's thread in whatever state it is
    count = context.Value("q", 0)
    with ProcessPoolExecutor(jobs, context, _begin, (count,)) as processes:
        futures = [processes.submit(_decide_here, settings, task) for task in tasks]
        while wait(futures, timeout=LOOK_SECONDS).not_done:
            tell(_far(count.value, whole))
        return [future.result() for future in futures]


class _Progress:
    def __init__(self, whole: int, tell: Callable[[str], None]) -> None:
        self._count, self._whole, self._tell = 0, whole, tell

    def more(self, inputs: int) -> None:
        self._count += inputs
        self._tell(_far(self._count, self._whole))


def _far(count: int, whole: int) -> str:
    return f"deciding: {count:,} of {whole:,} inputs, {100 * count // max(whole, 1)} %"


_here: dict[str, Any] = {}  # of a process that decides


def _begin(count: Any) -> None:
    _here["count"] = count


def _decide_here(settings: Settings, task: Task) -> Part:
    return decide(settings, task, _told_the_parent)


def _told_the_parent(inputs: int) -> None:
    with _here["count"].get_lock():
        _here["count"].value += inputs


def decide(settings: Settings, task: Task, tell: Tell) -> Part:
    """A task from begin to end."""
    keeper: Lane = keeper_of(settings)
    inputs = list(inputs_of(task.records, task.pool, task.instead))
    outcome = Outcome(partial(price_of, items_of(inputs, Kind.RATES)))
    outcome.take(decided_on(keeper, task.pool, _counted(inputs, tell)), task.only)
    sites: tuple[Site, ...] = items_of(inputs, Kind.SITES)
    return Part(outcome.orders, outcome.parked, outcome.digest, sites, policy_of(inputs))


def _counted(inputs: Iterable[Record], tell: Tell) -> Iterator[Record]:
    for number, record in enumerate(inputs, start=1):
        yield record
        if number % TOLD_EVERY == 0:
            tell(TOLD_EVERY)

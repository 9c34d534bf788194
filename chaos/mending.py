"""The operator after the faults: drops what is poison, sends everything else in again, until nothing waits."""

from collections.abc import Iterable

from cauce.runtime.engine.parked import Missing, Parked, drop, retry, waiting
from cauce.runtime.settings import Settings
from chaos.strikes.poison import Place, Poison

BECAUSE = "poison of a chaos run"


async def mend(settings: Settings, services: Iterable[str], poison: Poison) -> int:
    """One round over all services; how many records waited. To be done while no lane has anything else to read."""
    servers, prefix = str(settings.servers), settings.prefix
    waited = 0
    for service in services:
        parked, missing = await waiting(servers, prefix, service)
        bad = [one for one in parked if _place(one) in poison.written]
        good = [one for one in parked if _place(one) not in poison.written]
        hopeless: list[Parked | Missing] = [*bad, *missing]
        await drop(servers, prefix, hopeless, BECAUSE)
        await retry(servers, prefix, good)
        waited += len(parked) + len(missing)
    return waited


def _place(parked: Parked) -> Place:
    return Place(parked.about.topic, parked.about.partition, parked.about.offset)

"""Everything a nemesis may strike with, put together for one run."""

from collections.abc import Sequence
from typing import NamedTuple

from cauce.runtime.settings import Settings
from chaos.cluster import Cluster
from chaos.deployment import LANED, OTHERS
from chaos.mending import mend
from chaos.nemesis import Nemesis, Striking
from chaos.options import Options
from chaos.proxies import Proxies
from chaos.run import Run
from chaos.schedule import Fault, Field, schedule, way_name
from chaos.strikes.broker import Broker
from chaos.strikes.clock import Clock, Hand
from chaos.strikes.kill import Kill
from chaos.strikes.network import Network
from chaos.strikes.poison import Poison
from chaos.strikes.rebalance import Rebalance
from chaos.strikes.stop import Stop


class Gear(NamedTuple):
    """What stands around the deployment and can be struck: brokers, the ways to them, the clock."""

    cluster: Cluster
    proxies: Proxies | None
    hand: Hand

    def servers(self, way: str) -> str:
        """The brokers, by the way that a worker takes."""
        return self.cluster.servers(way if self.proxies else None)


class Arms:
    """The nemesis of a run that is ready, and the operator who mends what poison left behind."""

    def __init__(self, options: Options, settings: Settings, run: Run, gear: Gear) -> None:
        self._settings = settings
        self.poison = Poison(options.seed, settings, run.lanes, run.outbox, run.board)
        field = Field(services=LANED, workers=options.workers, brokers=options.brokers, others=OTHERS)
        deployment, recovery = run.deployment, run.recovery
        strikes: dict[Fault, Striking] = {
            Fault.KILL: Kill(deployment, recovery),
            Fault.STOP: Stop(deployment, recovery),
            Fault.REBALANCE: Rebalance(deployment, recovery),
            Fault.BROKER: Broker(gear.cluster, recovery),
            Fault.POISON: self.poison,
            Fault.CLOCK: Clock(gear.hand),
        }
        if gear.proxies is not None:
            strikes[Fault.NETWORK] = Network(gear.proxies, gear.cluster, deployment, recovery)
        plan = schedule(options.seed, options.seconds, options.faults, field)
        self.nemesis = Nemesis(plan, strikes, run.show)

    async def mend(self) -> int:
        """See `mend`."""
        return await mend(self._settings, LANED, self.poison) if self.poison.written else 0


def ways(options: Options) -> Sequence[str]:
    """The ways to the brokers that a run needs: none where nobody cuts one."""
    return [way_name(number) for number in range(options.workers)] if Fault.NETWORK in options.faults else []

"""The way of half the workers to the brokers: late, narrow, broken, silent, deaf, or closed."""

import asyncio
import time

from cauce.runtime.broker.record import answers
from chaos.cluster import Cluster
from chaos.deployment import Deployment
from chaos.nemesis import NotStruck
from chaos.proxies import Proxies, Toxic
from chaos.recovery import Recovery
from chaos.schedule import Injection, way_name

BOTH = ("upstream", "downstream")
LATE_MS, NARROW_KILOBYTES = 300, 64
PROBE_SECONDS = 3.0
TOXICS: dict[str, Toxic] = {
    "latency": Toxic("latency", BOTH, {"latency": LATE_MS, "jitter": LATE_MS // 2}),
    "slow": Toxic("bandwidth", BOTH, {"rate": NARROW_KILOBYTES}),
    "reset": Toxic("reset_peer", BOTH, {"timeout": 0}),
    "silent": Toxic("timeout", BOTH, {"timeout": 0}),
    "deaf": Toxic("timeout", ("downstream",), {"timeout": 0}),  # what is asked arrives, and its answer never does
}
PASSABLE = ("latency", "slow")


class Network:
    """Those who only look on, and the workers of the other ways, notice nothing."""

    def __init__(self, proxies: Proxies, cluster: Cluster, deployment: Deployment, recovery: Recovery) -> None:
        self._proxies, self._cluster = proxies, cluster
        self._deployment, self._recovery = deployment, recovery

    async def strike(self, injection: Injection) -> str:
        """See Striking."""
        (way,) = injection.targets
        quick, began = await self._asked(way), time.monotonic()
        held = {place for name in self._names(way) for place in self._deployment.held(name)}
        try:
            await self._close(way, injection.form)
            if injection.form not in PASSABLE:
                await self._recovery.watch(injection.name, held, since=began)
            slow = await self._asked(way)
            await asyncio.sleep(max(0.0, began + injection.lasts_seconds - time.monotonic()))
        finally:
            await self._proxies.heal(way)
        return _proof(injection, quick, slow)

    async def _close(self, way: str, form: str) -> None:
        if form == "refused":
            await self._proxies.refuse(way)
        else:
            await self._proxies.poison(way, [TOXICS[form]])

    async def _asked(self, way: str) -> float | None:
        """How long a broker takes to answer who comes by this way; None where it does not."""
        began = time.monotonic()
        servers = self._cluster.servers(way)
        if await asyncio.to_thread(answers, servers, timeout_seconds=PROBE_SECONDS):
            return time.monotonic() - began
        return None

    def _names(self, way: str) -> list[str]:
        numbered = [(name, name.rpartition("-")[2]) for name in self._deployment.names]
        return [name for name, number in numbered if number.isdigit() and way_name(int(number)) == way]


def _proof(injection: Injection, quick: float | None, slow: float | None) -> str:
    if injection.form not in PASSABLE:
        if slow is not None:
            raise NotStruck(f"a broker answered by {injection.targets[0]} all the same")
        return f"no broker answered by this way, healed after {injection.lasts_seconds:.0f} s"
    if injection.form == "latency" and (quick is None or slow is None or slow < quick + LATE_MS / 1000):
        raise NotStruck("answers were as quick as before")
    took = f"{slow:.2f} s" if slow is not None else "longer than that"
    return f"an answer took {took}, healed after {injection.lasts_seconds:.0f} s"

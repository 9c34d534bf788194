"""Striking brokers: a second strike on one that is not back yet waits for it."""

import asyncio
import os
import signal

from chaos.nemesis import NotStruck
from chaos.schedule import Fault, Injection
from chaos.strikes.broker import Broker


class Node:
    pid = os.getpid()


class Slow:
    """Brokers that take their time to come back; what was asked of them, in order."""

    def __init__(self, *names):
        self.nodes = dict.fromkeys(names, Node())
        self.said = []
        self.dead = set()

    async def kill(self, name):
        if name in self.dead:
            raise NotStruck(f"{name} does not run")
        self.dead.add(name)
        self.said.append(f"kill {name}")
        return 2**30

    async def answers(self, name):
        return name not in self.dead

    async def begin(self, name):
        self.said.append(f"begin {name}")

    async def ready(self, name):
        for _ in range(5):
            await asyncio.sleep(0)
        self.dead.discard(name)
        self.said.append(f"ready {name}")

    def signal(self, name, number):
        self.said.append(f"{signal.Signals(number).name} {name}")


class Watched:
    places = frozenset()

    async def watch(self, what, places, *, since):
        pass


def kill(number, form, *names):
    return Injection(number, 5.0, Fault.BROKER, form, names, 0.0)


async def test_a_broker_that_is_not_back_yet_is_struck_again_only_when_it_answers():
    cluster = Slow("broker-1")
    strikes = Broker(cluster, Watched())
    proofs = await asyncio.gather(*(strikes.strike(kill(n, "kill", "broker-1")) for n in range(3)))
    assert len(proofs) == 3
    assert cluster.said == ["kill broker-1", "begin broker-1", "ready broker-1"] * 3


async def test_strikes_on_several_brokers_in_any_order_wait_for_each_other_and_end():
    cluster = Slow("broker-1", "broker-2")
    strikes = Broker(cluster, Watched())
    injections = [
        kill(0, "all", "broker-2", "broker-1"),
        kill(1, "kill", "broker-1"),
        kill(2, "all", "broker-1", "broker-2"),
    ]
    async with asyncio.timeout(5):
        await asyncio.gather(*map(strikes.strike, injections))
    assert cluster.said.count("ready broker-1") == 3


async def test_strikes_on_different_brokers_overlap():
    cluster = Slow("broker-1", "broker-2")
    strikes = Broker(cluster, Watched())
    await asyncio.gather(strikes.strike(kill(0, "kill", "broker-1")), strikes.strike(kill(1, "kill", "broker-2")))
    assert cluster.said.index("kill broker-2") < cluster.said.index("ready broker-1")

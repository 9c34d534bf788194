"""The whole deployment in one process, and one seed that decides everything that happens to it."""

import asyncio
from collections import Counter, deque
from random import Random

from simulated import weather
from simulated.fleet import Fleet
from simulated.mailserver import MailServer
from simulated.outside import Outside
from simulated.people import Letter, Network, actors
from simulated.poison import Poison, parked_by_lanes, retry
from simulated.provider import Provider
from simulated.scenario import LOTTED, VARIED, Writer
from simulated.shelves import supplies
from simulated.vault import MemoryVault
from simulated.virtual import OPENS_AT, Times
from simulated.worker import Surroundings

from cauce.runtime.clockwork import tell
from cauce.runtime.reference.publisher import _places, _send
from cauce.runtime.reference.reference_files import published
from cauce.runtime.settings import Settings
from services import NAMES

TRACE = 60
A_LONG_TIME = 60 * 24 * 3600.0  # every return that was not sent has expired by then
MOST_SWEEPS = 400


class Restless(AssertionError):
    """The deployment went on and on with nobody asking anything of it."""


class Simulation:
    """A deployment of a seed. `calm`: the same world without faults, and nobody is told of it."""

    def __init__(self, seed, folder, *, calm=False):
        inputs = Random(f"{seed}/inputs")
        drawn = weather.draw(inputs)
        self.seed, self.chance = seed, Random(f"{seed}/faults")
        self.weather = weather.Weather(drawn.orders, drawn.partitions, scarce=drawn.scarce) if calm else drawn
        self.trace, self.happened = deque(maxlen=TRACE), Counter()
        self.times = Times(folder / "clock")
        self.settings = Settings(
            prefix="",
            home=folder,
            clock=str(folder / "clock"),
            partitions=self.weather.partitions,
            pools=1,
            release="simulated",
        )
        self.outside, self.poison = Outside(), Poison()
        self.provider, self.mailserver = Provider(self.outside, self.times), MailServer(self.outside)
        surroundings = Surroundings(
            self.settings,
            vault=MemoryVault(),
            provider=self.provider,
            mailserver=self.mailserver,
            poison=self.poison,
            chance=self.chance,
            skew=self.weather.skew,
        )
        names = tuple(name for name in NAMES if name != "notify") if calm else NAMES
        self.fleet = Fleet(self.settings, surroundings, self.times, names=names)
        self.log = self.fleet.log
        kinds = {"varied": seed >= VARIED, "lotted": seed >= LOTTED}
        writer = Writer(inputs, self.provider.charge, scarce=self.weather.scarce, **kinds)
        self.scenario = writer.write(self.weather.orders)
        self.network = Network(self.log, self.times)
        self.actors = actors(self.scenario.plan, self.log)
        self.steps, self.noise = 0, []
        self.unsaid = deque(self.scenario.entries)
        self._tells_late = False

    def say(self, kind, what=""):
        """A line of the trace, and one more of its kind."""
        self.happened[kind] += 1
        self.trace.append(f"{self.steps:4d} {self.times.loop.seconds:9.0f}s {kind} {what}")

    def open(self):
        """Reference data is published and taken in before anything else happens."""
        for kind, items in self.scenario.plan.reference.items():
            self.publish(kind, items)
        self.sweep()
        if self.weather.warm:
            self.network.say(self.unsaid.popleft() for _ in range(len(self.unsaid) // 2))
        for _ in range(self.weather.warm):
            if not self.sweep():
                self.wait()

    async def send(self, topic, value=None, *, key=None, partition=None, headers=None):
        """A producer of the runtime's own programs, the publisher and the clock."""
        if self._tells_late:
            self.network.post(Letter(topic, key, value, tuple(headers), partition))
        else:
            self.log.append(topic, key, value, headers, partition=partition)
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def _write(self, coroutine, *, late):
        self._tells_late = late
        self.times.loop.run_until_complete(coroutine)
        self._tells_late = False

    def tick(self, *, late=False):
        """The clock tells the time to everybody, or is slow to do so."""
        self._write(tell(self, self.settings, self.times.now.replace(microsecond=0)), late=late)

    def publish(self, kind, items, *, late=False):
        """A version of reference data for everybody; some hear of it late."""
        for part in published(kind, items):
            self._write(_send(self, self.settings, _places(self.settings), part, self.times.now), late=late)

    # -- without faults

    def sweep(self):
        """Everything that can go on goes on; whether anything did."""
        moved = False
        for place in self.fleet.orphans():
            candidates = self.fleet.candidates(place)
            if candidates:
                self.fleet.assign(place, candidates[0])
        for worker, tenure in self.fleet.tenures():
            if not tenure.lost:
                moved |= self._sweep_tenure(worker, tenure)
        for call in list(self.outside.calls):
            self.outside.meet(call, "answered")
            moved = True
        self.times.loop.settle()
        for actor in self.actors:
            for place in actor.unseen():
                self.network.say(actor.see(place))
                moved = True
        moved |= self.network.arrive_all() > 0
        self.fleet.check()
        return moved

    def _sweep_tenure(self, worker, tenure):
        moved = False
        unread = tenure.unread()
        if tenure.under_way is None and unread:
            tenure.begin([record for place, start in unread for record in place[start:]])
            moved = True
        moved |= self._commit(worker, tenure)
        while not tenure.lost and tenure.is_asked:
            tenure.grant()
            moved |= self._commit(worker, tenure)
        self.times.loop.settle()
        return moved

    def _commit(self, worker, tenure):
        moved = False
        while tenure.under_way is not None:
            moved = True
            if self.fleet.mind(worker, tenure.commit):
                tenure.apply()
        return moved

    def drain(self):
        """No more faults: all that the world has to say is said, and everything comes to rest. Raises Restless."""
        self.poison.mend()
        self.network.say(self.unsaid)
        self.unsaid.clear()
        self.rest()

    def end(self):
        """Whoever waits for goods gets them, and all time that anybody has is over. Raises Restless."""
        self.network.say(supplies(lotted=self.seed >= LOTTED))
        self.rest()
        for _ in range(2):  # who hears of it only then has time of his own
            self.times.pass_by(A_LONG_TIME)
            self.tick()
            self.rest()

    def rest(self):
        """Until nothing moves or waits for an operator, and nothing is waited for that time brings. Raises Restless."""
        for _ in range(MOST_SWEEPS):
            if not self.sweep() and not self._retry() and not self.wait():
                return
        raise Restless(f"something still moves after {MOST_SWEEPS} sweeps")

    def _retry(self):
        """The operator sends everything that is parked in again, as long as somebody waits for it."""
        if not any(tenure.blocked for _, tenure in self.fleet.tenures()):
            return False
        for record in parked_by_lanes(self.log):
            retry(self.log, record)
        return True

    def close(self):
        """Nothing runs any more."""
        for worker in self.fleet.workers.values():
            worker.die()
        for call in self.outside.calls:
            call.caller.cancel()
        self.times.loop.settle()
        self.times.loop.close()

    def wait(self):
        """Let the time pass until something is due; whether anything will be."""
        at = self.network.next_at()
        due = min(self.times.loop.next_timer(), (at - OPENS_AT).total_seconds() if at else float("inf"))
        if due == float("inf"):
            return False
        self.times.pass_by(max(0.0, due - self.times.loop.seconds))
        self.tick()
        return True

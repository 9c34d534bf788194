"""All workers of all services, and who holds which partition of which lane: what a consumer group does, and kill -9."""

from itertools import count

from simulated.log import Fenced, Log
from simulated.worker import Worker

from cauce.runtime.topics import partitions_of
from services import NAMES, load

INSTANCES = ("a", "b")


class Fleet:
    """Two workers a service. A place (lane and partition) has one owner; a zombie believes that it still is one."""

    def __init__(self, settings, surroundings, times, *, names=NAMES):
        self.services = {name: load(name) for name in names if load(name).lanes}
        lanes = [lane for service in self.services.values() for lane in surroundings.lanes(service)]
        self.lanes = {lane.id: lane for lane in lanes}
        self.log = Log(settings, lanes)
        self._surroundings, self._times, self._numbers = surroundings, times, count(1)
        self.places = [(lane.id, n) for lane in lanes for n in range(partitions_of(settings, lane.family))]
        self.owners = {}  # worker by place
        self._disks = {}
        self.workers = {}
        for name in self.services:
            for instance in INSTANCES:
                self._start(name, instance)

    def _start(self, service, instance):
        lanes = self._surroundings.lanes(self.services[service])
        disk = self._disks.setdefault((service, instance), {})
        name = f"{service}-{instance}.{next(self._numbers)}"
        self.workers[service, instance] = Worker(name, lanes, disk, log=self.log, times=self._times)

    def wipe(self, worker):
        """Its local stores are gone."""
        for tables in self._disks.values():
            if tables is worker.disk:
                tables.clear()

    # -- the assignment

    def orphans(self):
        """Places that nobody works on."""
        return [place for place in self.places if place not in self.owners]

    def candidates(self, place):
        """The workers that may take a place: those that do not believe to have it."""
        service = self.lanes[place[0]].service
        workers = [self.workers[service, instance] for instance in INSTANCES]
        return [worker for worker in workers if place not in worker.tenures]

    def assign(self, place, worker):
        """A place goes to a worker; whoever had it is not asked, and becomes a zombie."""
        self.owners[place] = worker
        return worker.take(place)

    def release(self, place):
        """The owner gives a place up in good order."""
        worker = self.owners.pop(place)
        self.mind(worker, lambda: worker.release(place))

    def kill(self, worker):
        """Kill -9; a new process of the same name starts, and owns nothing yet."""
        worker.die()
        self.owners = {place: owner for place, owner in self.owners.items() if owner is not worker}
        (key,) = (key for key, one in self.workers.items() if one is worker)
        self._start(*key)

    # -- the work

    def tenures(self):
        """All tenures, those of zombies among them, each with its worker."""
        return [(worker, tenure) for worker in self.workers.values() for tenure in worker.tenures.values()]

    def mind(self, worker, act):
        """Whether `act` went well; a worker that learns that it was fenced ends."""
        try:
            act()
        except Fenced:
            self.kill(worker)
            return False
        return True

    def check(self):
        """Raise what ended a background task that should have gone on."""
        for _, tenure in self.tenures():
            task = tenure.background
            if task is not None and task.done():
                task.result()
                raise RuntimeError(f"{tenure}: its background ended")

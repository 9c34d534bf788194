"""A worker: one process of a service, its lanes freshly assembled, and the tenures it holds or believes to hold."""

from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta

from simulated.mailserver import Receiver
from simulated.scenario import ADDRESSES
from simulated.tenure import Tenure

from cauce.demo.builtin import postal_folder
from cauce.runtime.assembly import lanes_of
from cauce.runtime.clock import FileClock
from cauce.runtime.doors import door
from cauce.runtime.doors.gazetteer import Gazetteer
from cauce.runtime.lane import TenureLost
from cauce.runtime.runners.circuit import Patience
from cauce.runtime.runners.runner import runner_lane
from cauce.runtime.service import DoorLane, RunnerLane, Service
from services.notify.runner import Mailer
from services.notify.team_runner import Herald
from services.payments.providers.sandbox import SandboxPayments

GAZETTEER = Gazetteer(postal_folder())
GENTLE_END_SECONDS = 4  # more than a runner's last words


class Surroundings:
    """What lanes touch of the world, simulated."""

    def __init__(self, settings, *, vault, provider, mailserver, poison, chance, skew):
        self.settings, self._vault, self._provider, self._mailserver = settings, vault, provider, mailserver
        self._poison, self._chance, self._skew = poison, chance, skew
        self._patience = Patience(jitter=chance.uniform)

    def lanes(self, service):
        """The lanes of a service as a new process has them."""
        return [self._poison.over(self._lane(service, declared)) for declared in service.lanes]

    def _lane(self, service, declared):
        if isinstance(declared, DoorLane):
            clock = WrongClock(FileClock(self.settings.clock), self._chance.uniform(-self._skew, self._skew))
            desk = door.Desk(clock, self._vault, GAZETTEER)
            return door._lane(declared, door.Door(declared, self.settings.release, lambda: desk))
        if isinstance(declared, RunnerLane):
            name = service.name if declared.name == "runner" else declared.name.replace("-", "_")
            declared = replace(declared, connect=getattr(self, f"_connect_{name}"))
            return runner_lane(declared, self.settings, self._patience)
        (lane,) = lanes_of(Service(service.name, (declared,)), self.settings)
        return lane

    @asynccontextmanager
    async def _connect_payments(self, _settings):
        yield SandboxPayments(self._provider)

    @asynccontextmanager
    async def _connect_notify(self, settings):
        yield Mailer(self._mailserver, self._vault, settings.mail_from)

    @asynccontextmanager
    async def _connect_team_runner(self, settings):
        file = settings.home / "addresses.yaml"
        file.write_text(ADDRESSES, encoding="utf-8")
        session = Receiver(self._mailserver)
        yield Herald(self._mailserver, session, addresses=file, sender=settings.mail_from, secret="")


class WrongClock:
    """A clock of a machine whose time is some seconds off."""

    def __init__(self, clock, seconds):
        self._clock, self._off = clock, timedelta(seconds=seconds)

    def now(self):
        return self._clock.now() + self._off


class Worker:
    """A process. `disk` is what its predecessor of the same name left, by lane and partition."""

    def __init__(self, name, lanes, disk, *, log, times):
        self.name, self.disk = name, disk
        self.lanes = {lane.id: lane for lane in lanes}
        self.tenures = {}
        self._log, self._times = log, times

    def take(self, place):
        """Fence a lane's partition for this worker, and restore it."""
        lane_id, partition = place
        tenure = self.tenures[place] = Tenure(self.lanes[lane_id], partition, self._log, self.disk.get(place))
        self.disk[place] = tenure.shelves
        if tenure.lane.background is not None:
            tenure.background = self._times.loop.create_task(tenure.lane.background(tenure))
            self._times.loop.settle()
        return tenure

    def release(self, place):
        """Give a tenure up in good order: what is under way is finished, and the background says its last words."""
        tenure = self.tenures[place]
        _finish(tenure)
        if tenure.background is not None:
            self._times.loop.settle()
            tenure.background.cancel()
            self._hear_out(tenure)
        tenure.lose()
        del self.tenures[place]

    def _hear_out(self, tenure):
        for seconds in (0, GENTLE_END_SECONDS, 0, 0):
            self._times.pass_by(seconds)
            while tenure.is_asked:
                tenure.grant()
                _finish(tenure)
                self._times.loop.settle()
        with suppress(TenureLost):
            if not tenure.background.cancelled():
                tenure.background.result()

    def die(self):
        """Kill -9: nothing more is written, nobody is told; what was sent to the outside is on its way."""
        for tenure in self.tenures.values():
            tenure.lose()
        for _ in range(2):  # a runner that is canceled once says its last words
            for tenure in self.tenures.values():
                if tenure.background is not None:
                    tenure.background.cancel()
            self._times.loop.settle()
        self.tenures.clear()


def _finish(tenure):
    while tenure.under_way is not None:
        tenure.commit()
        tenure.apply()

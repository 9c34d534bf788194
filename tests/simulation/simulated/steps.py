"""One step of a simulation: what may happen next, and what happens."""

from simulated.faults import Faults
from simulated.poison import parked_by_lanes, retry

TENURE, WORLD, TIME = 8, 4, 0.2  # the weights of what the deployment does, of what the world does, and of a wait
AHEAD = 4  # of a batch decided while another commits


class Steps:
    """Chooses among all that can happen now. The same seed chooses the same."""

    def __init__(self, simulation):
        self._sim, self._chance, self._weather = simulation, simulation.chance, simulation.weather
        self._fleet, self._network, self._outside = simulation.fleet, simulation.network, simulation.outside
        self._faults = Faults(simulation)

    def take(self):
        """One step."""
        self._sim.steps += 1
        fault = self._faults.next()
        if fault is None:
            choices = self._choices()
            (act,) = self._chance.choices([act for act, _ in choices], [weight for _, weight in choices])
            act()
        else:
            fault()
        self._sim.times.pass_by(self._chance.choice((0.001, 0.05, 1.0)))
        self._fleet.check()

    def _choices(self):
        """Every step that makes sense now, with its weight; letting time pass always does."""
        found = [(self._pass_time, TIME)]
        for worker, tenure in self._fleet.tenures():
            if tenure.under_way is not None:
                found.append((lambda w=worker, t=tenure: self._commit(w, t), TENURE))
                if tenure.ahead is None and tenure.unread():
                    found.append((lambda w=worker, t=tenure: self._work(w, t), AHEAD))
                continue
            if tenure.is_asked:
                found.append((lambda w=worker, t=tenure: self._grant(w, t), TENURE))
            if tenure.unread():
                found.append((lambda w=worker, t=tenure: self._work(w, t), TENURE))
        orphans = [place for place in self._fleet.orphans() if self._fleet.candidates(place)]
        found += [(lambda p=place: self._assign(p), WORLD) for place in orphans]
        found += [(lambda c=call: self._meet(c), WORLD) for call in self._outside.calls]
        found += [(lambda a=actor: self._act(a), WORLD) for actor in self._sim.actors if actor.unseen()]
        if self._sim.unsaid:
            found.append((self._speak, WORLD))
        if self._sim.poison.lanes:
            found.append((self._mend, WORLD / 2))
        if self._network.due():
            found.append((self._arrive, 2 * WORLD))
        return found

    def _work(self, worker, tenure):
        """A batch of some of what lies ahead: the inputs in any interleaving, each in its own order."""
        queues = [place[start:] for place, start in tenure.unread()]
        size = self._chance.randrange(1, self._weather.batch + 1)
        batch = []
        while len(batch) < size and queues:
            queue = self._chance.choice(queues)
            batch.append(queue.pop(0))
            queues = [queue for queue in queues if queue]
        work = tenure.begin(batch)
        self._sim.say("read", f"{tenure}: {len(batch)}, {len(work.out)} out")
        if tenure.under_way is not None and not self._faults.happens(self._weather.later):
            self._commit(worker, tenure)

    def _grant(self, worker, tenure):
        tenure.grant()
        if tenure.under_way is not None and not self._faults.happens(self._weather.later):
            self._commit(worker, tenure)

    def _commit(self, worker, tenure):
        """Commit and apply; sometimes the worker is killed between the two."""
        if not self._fleet.mind(worker, tenure.commit):
            self._sim.say("fenced", f"{tenure}, {worker.name} ends")
        elif self._faults.happens(self._weather.torn * self._weather.kill):
            self._sim.say("torn", f"{tenure} committed, {worker.name} is killed before its store follows")
            self._faults.kill(worker)
        else:
            tenure.apply()
            self._sim.times.loop.settle()
            self._sim.say("committed", tenure)

    def _assign(self, place):
        worker = self._chance.choice(self._fleet.candidates(place))
        self._sim.say("assigned", f"{self._fleet.assign(place, worker)} to {worker.name}")

    def _meet(self, call):
        fate = self._chance.choice(call.fates) if self._faults.happens(self._weather.trouble) else "answered"
        self._sim.say(f"{call.what.split()[0]} {fate}", call.what)
        self._outside.meet(call, fate)
        self._sim.times.loop.settle()

    def _act(self, actor):
        place = self._chance.choice(actor.unseen())
        said = actor.see(place, self._chance.randrange(1, 9))
        self._network.say(said)
        if self._faults.happens(self._weather.forget):
            actor.forget(place, self._chance.randrange(1, 9))
        self._sim.say("said", f"{len(said)} by the {actor.name}")

    def _speak(self):
        count = self._chance.randrange(1, 4)
        self._network.say(self._sim.unsaid.popleft() for _ in range(min(count, len(self._sim.unsaid))))

    def _arrive(self):
        for _ in range(self._chance.randrange(1, 7)):
            due = self._network.due()
            if due:
                self._network.arrive(self._chance.choice(due), stays=self._faults.happens(self._weather.twice))

    def _pass_time(self):
        """A minute, or up to what somebody waits for; and the clock tells it, or forgets to."""
        sim, at = self._sim, self._network.next_at()
        seconds = (at - sim.times.now).total_seconds() if at else 60.0
        self._faults.jump(seconds)

    def _mend(self):
        """A release that decides everything; and the operator tries his luck with something parked."""
        self._sim.poison.mend()
        parked = parked_by_lanes(self._sim.log)
        if parked:
            self._sim.say("retried")
            retry(self._sim.log, self._chance.choice(parked))

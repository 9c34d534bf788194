"""What goes wrong in a step, each as often as the weather of the seed has it."""

from simulated import noise
from simulated.people import Letter
from simulated.scenario import REFERENCE

from schemas.reference import Kind

JUMPS = (60.0, 900.0, 4 * 3600.0, 26 * 3600.0)
NETWORK_SECONDS = 300.0  # what is on its way to a provider arrives within this time, or never
VERSIONS = (
    (Kind.RATES, REFERENCE[Kind.RATES]),
    (Kind.RATES, [rate.model_copy(update={"transit_days": 3}) for rate in REFERENCE[Kind.RATES]]),
    (Kind.PRODUCTS, REFERENCE[Kind.PRODUCTS]),
    (Kind.PRODUCTS, [product.model_copy(update={"weight_grams": 7}) for product in REFERENCE[Kind.PRODUCTS]]),
)


class Faults:
    """The faults of a simulation. The same seed has the same."""

    def __init__(self, simulation):
        self._sim, self._chance, self._weather = simulation, simulation.chance, simulation.weather
        self._fleet = simulation.fleet
        shares = self._weather
        self._acts = (
            (shares.kill, self._kill_some),
            (shares.zombie, self._make_zombie),
            (shares.move, self._move),
            (shares.noise, self._make_noise),
            (shares.poison, self._poison),
            (shares.news, self._republish),
            (shares.jump, lambda: self.jump(self._chance.choice(JUMPS))),
        )

    def happens(self, share):
        """Whether something that has this share of chances happens now."""
        return share > 0 and self._chance.random() < share

    def next(self):
        """The fault of this step; None in most."""
        return next((act for share, act in self._acts if self.happens(share)), None)

    def kill(self, worker):
        """Kill -9, sometimes with the loss of its local stores."""
        if self.happens(self._weather.wipe):
            self._sim.say("wiped", worker.name)
            self._fleet.wipe(worker)
        self._fleet.kill(worker)

    def jump(self, seconds):
        """Before a long time passes, what is on its way to a provider arrives, or gets lost."""
        if seconds > NETWORK_SECONDS:
            for call in list(self._sim.outside.calls):
                self._sim.outside.meet(call, self._chance.choice(("answered", "lost")))
        self._sim.say("time", f"{seconds:.0f} s")
        self._sim.times.pass_by(seconds)
        self._sim.tick(late=self.happens(self._weather.later))

    def _kill_some(self):
        worker = self._chance.choice(list(self._fleet.workers.values()))
        self._sim.say("killed", worker.name)
        self.kill(worker)

    def _owned(self):
        return [place for place in self._fleet.places if place in self._fleet.owners]

    def _make_zombie(self):
        places = [place for place in self._owned() if self._fleet.candidates(place)]
        if places:
            place = self._chance.choice(places)
            worker = self._chance.choice(self._fleet.candidates(place))
            self._sim.say("zombie", f"{self._fleet.owners[place].name}, {self._fleet.assign(place, worker)} goes on")

    def _move(self):
        if places := self._owned():
            place = self._chance.choice(places)
            self._sim.say("moved", f"{place[0]}/{place[1]} from {self._fleet.owners[place].name}")
            self._fleet.release(place)

    def _make_noise(self):
        made = noise.make(self._chance, self._sim.log, self._sim.times.now)
        if made:
            topic, key, value = made
            self._sim.say("noise", f"{topic}: {value[:60]!r}")
            self._sim.network.post(Letter(topic, key, value))
            self._sim.noise.append(value)

    def _republish(self):
        """Another version of what things weigh or carriers cost; it may be one that was there before."""
        kind, items = self._chance.choice(VERSIONS)
        self._sim.say("published", kind)
        self._sim.publish(kind, items, late=self.happens(self._weather.later))

    def _poison(self):
        """A lane stumbles over a record that is ahead of it, until its code is mended."""
        tenures = [tenure for _, tenure in self._fleet.tenures() if tenure.lane.parks and tenure.unread()]
        if tenures:
            tenure = self._chance.choice(tenures)
            place, start = self._chance.choice(tenure.unread())
            record = place[self._chance.randrange(start, len(place))]
            self._sim.say("poison", f"{tenure}: {record.topic}@{record.offset}")
            self._sim.poison.add(tenure.lane, record)

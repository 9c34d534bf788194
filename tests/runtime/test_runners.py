"""Runners over tables in memory: which effects are performed, when, how often, and what is recorded."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest

from cauce.ids import event_id
from cauce.money import Money
from cauce.runtime.clock import ClockHand
from cauce.runtime.engine.offline import OfflineTenure
from cauce.runtime.engine.work import UnitOfWork
from cauce.runtime.lane import Record, TenureLost
from cauce.runtime.runners.circuit import Patience
from cauce.runtime.runners.errands import ERRANDS, REQUESTS
from cauce.runtime.runners.runner import runner_lane
from cauce.runtime.service import Answer, ProviderDown, RunnerLane
from cauce.runtime.settings import Settings
from schemas.effects import EffectAnswered, EffectOutcome
from schemas.envelope import Envelope
from schemas.payments import RefundPayment

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DONE = Answer(EffectOutcome.DONE, provider_reference="re_1")
EAGER = Patience(first_seconds=0.002, longest_seconds=0.01, trip_after=1000)


def effect(number, order="order-a"):
    """A record of the effects topic."""
    message = RefundPayment(
        order_id=order,
        refund_id=f"refund-{number}",
        payment_id="pay-1",
        provider="sandbox",
        provider_reference="ch_1",
        amount=Money(amount=100 + number, currency="GBP"),
    )
    envelope = Envelope(f"effect-{number}", message.type, "/cauce/payments/payments/0", order, number, NOON, "1")
    return Record("payments-effects", 0, number, order.encode(), message.to_bytes(), envelope.to_headers())


class MemoryTenure:
    """A tenure of the runner's lane whose transactions are those of an offline one."""

    partition = 0

    def __init__(self, lane):
        self.lane, self.offline, self.changed = lane, OfflineTenure(lane, 0), asyncio.Event()
        self.out, self.transactions, self.lost = [], 0, False
        self.committed = asyncio.Event()

    def receive(self, *records):
        self.out += self.offline.decide(records)
        self.changed.set()

    def scan(self, table, start, stop, limit=None):
        return list(self.offline.rows[table.name].scan(start, stop))[:limit]

    async def transact(self, decide):
        await asyncio.sleep(0)
        if self.lost:
            raise TenureLost("another worker holds it")
        work = UnitOfWork(self.lane, 0, self.offline.rows, self.offline.standing)
        decide(work)
        for name, changes in work.changes().items():
            rows = self.offline.rows[name]
            rows.stage(changes)
            rows.keep(offset=0, now=0)
        self.out += work.out
        self.transactions += 1
        self.changed.set()
        self.committed.set()

    @property
    def answers(self):
        return [EffectAnswered.read(output.value) for output in self.out if output.topic == "payments-results"]

    async def answered(self, count):
        async with asyncio.timeout(10):
            while len(self.answers) < count:
                self.committed.clear()
                await self.committed.wait()


class Provider:
    """Plays a script for each effect: an Answer, an exception, or an event to wait for; then it says yes."""

    def __init__(self, **scripts):
        self.scripts = {name.replace("_", "-"): list(script) for name, script in scripts.items()}
        self.calls, self.running, self.most_at_once = [], 0, 0
        self.called, self.opened, self.settings = asyncio.Event(), 0, None

    @asynccontextmanager
    async def connect(self, settings):
        self.opened += 1
        self.settings = settings
        yield self
        self.opened -= 1

    async def perform(self, _effect, effect_id, attempt):
        self.calls.append((effect_id, attempt))
        self.called.set()
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        try:
            return await self._play(effect_id)
        finally:
            self.running -= 1

    async def _play(self, effect_id):
        await asyncio.sleep(0)
        script = self.scripts.get(effect_id)
        turn = script.pop(0) if script else DONE
        if isinstance(turn, asyncio.Event):
            await turn.wait()
            return DONE
        if isinstance(turn, Exception):
            raise turn
        return turn


class Bench:
    """A runner, its provider, and tenures over one set of tables."""

    def __init__(self, tmp_path):
        self.hand = ClockHand(tmp_path / "clock", NOON)
        self.settings = Settings(clock=str(tmp_path / "clock"), release="7")
        self.tasks = []

    def lane(self, provider, *, concurrency=8, patience=EAGER):
        declared = RunnerLane(
            "payments", "payments-effects", "payments-results", provider.connect, concurrency=concurrency
        )
        return runner_lane(declared, self.settings, patience)

    def tenure(self, provider, **given):
        return MemoryTenure(self.lane(provider, **given))

    def start(self, tenure):
        self.tasks.append(asyncio.ensure_future(tenure.lane.background(tenure)))
        return self.tasks[-1]

    async def stop(self):
        for task in self.tasks:
            task.cancel()
            with suppress(asyncio.CancelledError, TenureLost):
                await task


@pytest.fixture
async def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    await bench.stop()


async def test_an_effect_is_performed_with_its_id_and_answered_once(bench):
    provider = Provider()
    tenure = bench.tenure(provider)
    bench.start(tenure)
    tenure.receive(effect(1))
    await tenure.answered(1)
    assert provider.calls == [("effect-1", 1)]
    assert tenure.answers == [
        EffectAnswered(
            subject="order-a",
            effect_id="effect-1",
            effect="payment.refund.v1",
            reference="refund-1/pay-1/1",
            outcome=EffectOutcome.DONE,
            provider_reference="re_1",
            attempts=1,
        )
    ]


async def test_the_answer_says_whose_word_it_is_and_why(bench):
    tenure = bench.tenure(Provider())
    bench.start(tenure)
    tenure.receive(effect(1), effect(2), effect(3, order="order-b"))
    await tenure.answered(3)
    envelopes = {Envelope.from_headers(output.headers).cause_id: output for output in tenure.out}
    first = Envelope.from_headers(envelopes["effect-1"].headers)
    assert first == Envelope(
        id=event_id("effect-1", "payments", "effect.answered.v1", ""),
        type="effect.answered.v1",
        source="/cauce/payments/runner",
        subject="order-a",
        sequence=first.sequence,
        at=NOON,
        release="7",
        cause_id="effect-1",
    )
    sequences = [(e.subject, e.sequence) for e in (Envelope.from_headers(output.headers) for output in tenure.out)]
    assert sorted(sequences) == [("order-a", 1), ("order-a", 2), ("order-b", 1)]
    assert {output.key for output in tenure.out} == {b"order-a", b"order-b"}


async def test_a_request_that_comes_again_is_not_performed_again(bench):
    provider = Provider()
    tenure = bench.tenure(provider)
    bench.start(tenure)
    tenure.receive(effect(1), effect(1))
    await tenure.answered(1)
    tenure.receive(effect(1), effect(2))
    await tenure.answered(2)
    assert Counter(provider.calls) == {("effect-1", 1): 1, ("effect-2", 1): 1}


async def test_the_attempt_is_committed_before_the_call(bench):
    seen = []

    class Watching(Provider):
        async def perform(self, *given):
            seen.extend(errand.attempts for _, errand in tenure.scan(ERRANDS, b"", b"\xff"))
            return await super().perform(*given)

    tenure = bench.tenure(Watching())
    bench.start(tenure)
    tenure.receive(effect(1))
    await tenure.answered(1)
    assert seen == [1]


async def test_an_answered_errand_leaves_no_row_but_that_it_is_known(bench):
    tenure = bench.tenure(Provider(effect_1=[Answer(EffectOutcome.DECLINED, detail="amount_too_large")]))
    bench.start(tenure)
    tenure.receive(effect(1))
    await tenure.answered(1)
    assert tenure.scan(ERRANDS, b"", b"\xff") == []
    assert tenure.scan(REQUESTS, b"", b"\xff") == [(b"effect-1", "known")]
    assert tenure.answers[0].outcome is EffectOutcome.DECLINED
    assert tenure.answers[0].detail == "amount_too_large"


def test_an_effect_noted_by_an_earlier_release_stays_known():
    assert [REQUESTS.decode(row) for row in (b"waits", b"declined", REQUESTS.encode("known"))] == ["known"] * 3


async def test_after_a_crash_between_yes_and_record_the_same_key_is_repeated_and_counted(bench):
    provider = Provider()
    first = bench.tenure(provider)
    task = bench.start(first)
    calls_before_crash = asyncio.Event()
    provider.scripts["effect-1"] = [calls_before_crash]
    first.receive(effect(1))
    await provider.called.wait()
    first.lost = True  # a crash: whatever the provider says now is not recorded
    calls_before_crash.set()
    with pytest.raises(TenureLost):
        await task
    second = MemoryTenure(bench.lane(provider))
    second.offline.shelves.update(first.offline.shelves)
    second.offline.restart()
    bench.start(second)
    await second.answered(1)
    assert provider.calls == [("effect-1", 1), ("effect-1", 2)]
    assert (second.answers[0].attempts, second.answers[0].repeats) == (2, 1)


@pytest.mark.parametrize(("may_have_acted", "repeats"), [(True, 2), (False, 0)])
async def test_attempts_are_made_until_there_is_an_answer_and_repeats_are_those_that_may_have_acted(
    bench, may_have_acted, repeats
):
    down = [ProviderDown("no answer", may_have_acted=may_have_acted) for _ in range(2)]
    tenure = bench.tenure(Provider(effect_1=down))
    bench.start(tenure)
    tenure.receive(effect(1))
    await tenure.answered(1)
    assert (tenure.answers[0].attempts, tenure.answers[0].repeats) == (3, repeats)


async def test_a_slow_call_holds_up_no_other(bench):
    slow = asyncio.Event()
    tenure = bench.tenure(Provider(effect_1=[slow]), concurrency=2)
    bench.start(tenure)
    tenure.receive(*(effect(number) for number in range(1, 41)))
    await tenure.answered(39)
    assert "effect-1" not in {answer.effect_id for answer in tenure.answers}
    slow.set()
    await tenure.answered(40)


async def test_a_call_that_waits_for_its_next_attempt_holds_up_no_other(bench):
    provider = Provider(effect_1=[ProviderDown("busy", retry_after_seconds=0.2)])
    tenure = bench.tenure(provider, concurrency=1)
    bench.start(tenure)
    tenure.receive(*(effect(number) for number in range(1, 21)))
    await tenure.answered(20)
    assert tenure.answers[-1].effect_id == "effect-1"


async def test_a_provider_that_asks_for_patience_is_left_alone_that_long(bench):
    tenure = bench.tenure(Provider(effect_1=[ProviderDown("429", retry_after_seconds=0.15)]))
    bench.start(tenure)
    started = asyncio.get_running_loop().time()
    tenure.receive(effect(1))
    await tenure.answered(1)
    assert asyncio.get_running_loop().time() - started >= 0.15


async def test_calls_at_once_are_bounded(bench):
    provider = Provider()
    tenure = bench.tenure(provider, concurrency=3)
    bench.start(tenure)
    tenure.receive(*(effect(number) for number in range(60)))
    await tenure.answered(60)
    assert provider.most_at_once == 3


async def test_attempts_and_answers_that_are_ready_share_a_transaction(bench):
    tenure = bench.tenure(Provider(), concurrency=20)
    bench.start(tenure)
    tenure.receive(*(effect(number) for number in range(100)))
    await tenure.answered(100)
    assert tenure.transactions < 30


async def test_while_the_provider_is_down_it_is_probed_and_not_flooded(bench):
    class Down(Provider):
        down = True

        async def _play(self, effect_id):
            if self.down:
                raise ProviderDown("503")
            return await super()._play(effect_id)

    provider = Down()
    patience = Patience(first_seconds=0.02, longest_seconds=0.02, trip_after=5, jitter=lambda _low, high: high)
    tenure = bench.tenure(provider, concurrency=4, patience=patience)
    bench.start(tenure)
    tenure.receive(*(effect(number) for number in range(100)))
    await asyncio.sleep(0.2)  # the time that is measured: at most a probe each 20 ms, after the calls that tripped it
    assert 5 < len(provider.calls) <= 8 + 10
    provider.down = False
    await tenure.answered(100)


async def test_tenures_of_a_worker_share_one_connection_and_its_circuit(bench):
    provider = Provider(effect_1=[ProviderDown("503")])
    patience = Patience(first_seconds=30, trip_after=1)
    lane = bench.lane(provider, patience=patience)
    one, other = MemoryTenure(lane), MemoryTenure(lane)
    tripped = lane.handler.__self__._circuit.moved
    one.receive(effect(1))
    bench.start(one)
    await tripped.wait()
    other.receive(effect(2))
    bench.start(other)
    await asyncio.sleep(0.05)  # long enough for a call that must not come
    assert provider.calls == [("effect-1", 1)]
    assert (provider.opened, provider.settings) == (1, bench.settings)
    await bench.stop()
    assert provider.opened == 0


async def test_an_effect_that_the_client_trips_over_stops_no_other(bench, expected_errors):
    expected_errors.add("client failed effect=effect-1 error=KeyError")
    tenure = bench.tenure(Provider(effect_1=[KeyError("charge")]))
    bench.start(tenure)
    tenure.receive(effect(1), effect(2))
    await tenure.answered(2)


class Forgetful(Provider):
    """Forgets keys after an hour, and remembers what it did."""

    key_life_seconds = 3600.0

    def __init__(self, done, **scripts):
        super().__init__(**scripts)
        self.done, self.lookups = done, []

    async def look_up(self, _effect, effect_id):
        self.lookups.append(effect_id)
        return self.done


@pytest.mark.parametrize(("done", "performed"), [(DONE, 1), (None, 2)])
async def test_an_effect_older_than_the_key_life_is_looked_up_before_it_is_repeated(bench, done, performed):
    provider = Forgetful(done, effect_1=[ProviderDown("timeout", retry_after_seconds=0.05)])
    tenure = bench.tenure(provider)
    bench.start(tenure)
    tenure.receive(effect(1))
    await provider.called.wait()
    bench.hand.set(NOON + timedelta(hours=2))
    await tenure.answered(1)
    assert provider.lookups == ["effect-1"]
    assert len(provider.calls) == performed


async def test_a_key_that_grows_old_while_an_attempt_waits_for_its_turn_is_not_trusted(bench):
    provider = Forgetful(DONE, effect_1=[ProviderDown("timeout")])
    tenure = bench.tenure(provider)
    transact = tenure.transact

    async def slowly(decide):
        if provider.calls:
            bench.hand.set(NOON + timedelta(hours=2))
        await transact(decide)

    tenure.transact = slowly
    bench.start(tenure)
    tenure.receive(effect(1))
    await tenure.answered(1)
    assert provider.lookups == ["effect-1"]
    assert len(provider.calls) == 1


async def test_within_the_key_life_the_key_is_enough(bench):
    provider = Forgetful(DONE, effect_1=[ProviderDown("timeout")])
    tenure = bench.tenure(provider)
    bench.start(tenure)
    tenure.receive(effect(1))
    await tenure.answered(1)
    assert provider.lookups == []


async def test_given_up_in_good_order_it_hears_the_calls_under_way_out(bench):
    slow = asyncio.Event()
    provider = Provider(effect_1=[slow])
    tenure = bench.tenure(provider)
    task = bench.start(tenure)
    tenure.receive(effect(1), effect(2))
    await tenure.answered(1)
    task.cancel()
    await asyncio.sleep(0)
    slow.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(tenure.answers) == 2


async def test_given_up_between_an_attempt_and_its_call_it_takes_the_attempt_back(bench):
    provider = Provider()
    tenure = bench.tenure(provider)
    transact = tenure.transact

    async def canceled_while_committing(decide):
        tenure.transact = transact
        await transact(decide)
        raise asyncio.CancelledError

    tenure.transact = canceled_while_committing
    tenure.receive(effect(1))
    with pytest.raises(asyncio.CancelledError):
        await bench.start(tenure)
    assert [errand.attempts for _, errand in tenure.scan(ERRANDS, b"", b"\xff")] == [0]
    assert provider.calls == []


async def test_a_tenure_that_was_lost_calls_nobody(bench):
    provider = Provider()
    tenure = bench.tenure(provider)
    tenure.lost = True
    tenure.receive(effect(1))
    with pytest.raises(TenureLost):
        await bench.start(tenure)
    assert provider.calls == []


async def test_what_waited_in_the_table_is_performed_when_the_tenure_begins(bench):
    tenure = bench.tenure(Provider())
    tenure.receive(*(effect(number) for number in range(25)))
    bench.start(tenure)
    await tenure.answered(25)


def test_a_request_that_cannot_be_read_is_parked(bench):
    tenure = bench.tenure(Provider())
    tenure.receive(effect(1)._replace(value=b'{"order_id": 1}'))
    assert [output.topic for output in tenure.out] == ["payments-parked"]
    assert tenure.scan(ERRANDS, b"", b"\xff") == []

"""The simulation finds what it is there for: each of these bugs, planted, breaks some seed soon."""

from dataclasses import replace

from simulated.log import Log
from simulated.trial import run
from simulated.worker import Worker

from cauce.runtime.runners.errands import Errand
from schemas.stock import ReleaseStock
from services.allocation import worker
from services.allocation.domain import keeper
from services.allocation.domain.ruling import Timed
from services.payments.providers.sandbox import SandboxPayments

SOON, STEPS = 40, 300


def found(what):
    """Whether a seed is soon broken in this way; it can be played again."""
    for seed in range(SOON):
        told = run(seed, STEPS)
        if any(what in fault for fault in told.faults):
            assert f"again: .venv/bin/python tests/simulation --seed {seed} --steps {STEPS}" in str(told)
            return True
    return False


def test_a_crash_that_keeps_outputs_without_their_rows_is_found(monkeypatch):
    die = Worker.die

    def torn(worker):
        for tenure in worker.tenures.values():
            for output in tenure.under_way.work.out if tenure.under_way else ():
                worker._log.append(output.topic, output.key, output.value, output.headers, partition=output.partition)
        die(worker)

    monkeypatch.setattr(Worker, "die", torn)
    assert found("law 4")


def test_a_zombie_that_nobody_fences_is_found(monkeypatch):
    commit = Log.commit

    def unfenced(log, _epoch, work, encoded):
        return commit(log, log._epochs[work.lane.id, work.partition], work, encoded)

    monkeypatch.setattr(Log, "commit", unfenced)
    assert found("law 4")


def test_a_runner_with_another_key_for_each_attempt_is_found(monkeypatch):
    perform = SandboxPayments.perform

    async def anew(client, effect, effect_id, attempt):
        return await perform(client, effect, f"{effect_id}-{attempt}", attempt)

    monkeypatch.setattr(SandboxPayments, "perform", anew)
    assert found("never asked for")


def test_an_attempt_that_is_not_remembered_is_found(monkeypatch):
    tried = Errand.tried
    monkeypatch.setattr(Errand, "tried", lambda errand, at, **_: tried(errand, at, maybe_done=False))
    assert found("repeats known")


def test_a_keeper_that_forgets_a_release_which_came_too_early_is_found(monkeypatch):
    def forgetful(stock, command):
        asked = command.command if isinstance(command, Timed) else command
        early = isinstance(asked, ReleaseStock) and not stock.order(asked.order_id).reserved
        return () if early else keeper.decide_timed(stock, command)

    lanes = [replace(lane, decide=forgetful) if lane.name == "keeper" else lane for lane in worker.SERVICE.lanes]
    monkeypatch.setattr(worker, "SERVICE", replace(worker.SERVICE, lanes=tuple(lanes)))
    assert found("law 8")

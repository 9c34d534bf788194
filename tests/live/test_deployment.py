"""The vault a deployment began with, on a real broker: who has another is told what to copy, and starts nothing."""

import asyncio
import os
import shutil
import subprocess
import sys

import pytest

from cauce.runtime.deployment import require_vault
from cauce.runtime.faults import Unavailable
from cauce.runtime.topics import DEPLOYMENT, TopicSpec, create_topics, specs
from services import load

pytestmark = pytest.mark.live

INTAKE, NOTIFY, INSIGHT = (load(name) for name in ("intake", "notify", "insight"))


@pytest.fixture
async def deployment(settings):
    await create_topics(settings.servers, settings, [spec for spec in specs(settings) if spec.name == DEPLOYMENT])
    return settings.model_copy(update={"home": settings.home / "first"})


def elsewhere(deployment):
    """The same deployment from a fresh home."""
    return deployment.model_copy(update={"home": deployment.home.with_name("second")})


async def test_workers_of_the_home_it_began_with_start_again_and_again(deployment):
    for service in (INTAKE, NOTIFY, INTAKE):
        await require_vault(deployment, service)


async def test_a_fresh_home_is_refused_and_gets_no_secret_of_its_own(deployment):
    await require_vault(deployment, INTAKE)
    fresh = elsewhere(deployment)

    for service in (INTAKE, NOTIFY):
        with pytest.raises(Unavailable, match=f"The vault {fresh.home}/vault has no secret.*copy the whole folder"):
            await require_vault(fresh, service)
    assert not fresh.home.exists()


async def test_a_vault_of_another_deployment_is_refused(deployment, settings):
    await require_vault(deployment, INTAKE)
    other = elsewhere(deployment).model_copy(update={"prefix": f"{settings.prefix}other-"})
    await create_topics(settings.servers, other, [TopicSpec(DEPLOYMENT, 1, {})])
    await require_vault(other, INTAKE)

    with pytest.raises(Unavailable, match="is of another deployment"):
        await require_vault(elsewhere(deployment), INTAKE)


async def test_a_copy_of_the_vault_lets_a_worker_start_elsewhere(deployment):
    await require_vault(deployment, INTAKE)
    copy = elsewhere(deployment)
    shutil.copytree(deployment.home / "vault", copy.home / "vault")

    await require_vault(copy, INTAKE)


async def test_of_two_that_begin_at_once_with_different_vaults_one_is_refused(deployment):
    both = (require_vault(deployment, INTAKE), require_vault(elsewhere(deployment), INTAKE))
    outcomes = await asyncio.gather(*both, return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Unavailable"]


async def test_who_opens_and_takes_nothing_needs_no_vault(deployment):
    await require_vault(deployment, INTAKE)

    await require_vault(elsewhere(deployment), INSIGHT)


async def test_a_deployment_without_the_topic_says_how_to_create_it(settings):
    with pytest.raises(Unavailable, match="`cauce topics`"):
        await require_vault(settings, INTAKE)


async def test_a_worker_started_from_a_fresh_home_ends_with_the_words_of_what_to_copy(deployment):
    await require_vault(deployment, INTAKE)
    fresh = elsewhere(deployment)
    own = {"CAUCE_SERVERS": fresh.servers, "CAUCE_PREFIX": fresh.prefix, "CAUCE_HOME": str(fresh.home)}
    command = [sys.executable, "-m", "cauce", "run", "intake"]
    ended = await asyncio.to_thread(
        subprocess.run, command, env={**os.environ, **own}, capture_output=True, text=True, timeout=60, check=False
    )

    assert ended.returncode == 2
    assert f"to {fresh.home}/vault" in ended.stderr
    assert "Traceback" not in ended.stderr

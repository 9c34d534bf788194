"""One deployment, one secret: who takes or opens what outsiders send must have the vault that it began with.

Order ids come from the secret, so that a door with another one would take every order again, and open no seal. The
first worker writes the fingerprint of its secret; later ones compare. The first record counts: two that start at once
with different vaults read the same one back.
"""

import logging

import orjson
from aiokafka import AIOKafkaProducer, TopicPartition

from cauce.runtime.doors.vault import Vault, fingerprint_in
from cauce.runtime.faults import Unavailable
from cauce.runtime.records import reading, stored_records
from cauce.runtime.service import DoorLane, RunnerLane, Service
from cauce.runtime.settings import Settings
from cauce.runtime.topics import DEPLOYMENT

log = logging.getLogger("cauce.deployment")

_KEY = b"vault"


async def require_vault(settings: Settings, service: Service) -> None:
    """Return where the service's worker may start; Unavailable says which folder to copy.

    A deployment that has a fingerprint makes no secret: a fresh home stays empty.
    """
    if not any(isinstance(lane, DoorLane | RunnerLane) for lane in service.lanes):
        return
    wanted = await _written(settings) or await _begin(settings)
    if fingerprint_in(settings.home) != wanted:
        raise Unavailable(_refusal(settings))


async def vault_of(settings: Settings) -> Vault:
    """The vault that the deployment began with, to open what it sealed. Raises Unavailable where the home has another.

    None is made: a home without a vault stays so.
    """
    wanted = await _written(settings)
    if not wanted or fingerprint_in(settings.home) != wanted:
        raise Unavailable(f"{_misfit(settings)} It opens nothing that was sealed there: {_remedy(settings)}")
    return Vault(settings.home)


async def _begin(settings: Settings) -> str:
    """Write the fingerprint of this home's vault, made now if there is none, and answer the one that counts."""
    vault = Vault(settings.home)
    vault.close()
    value = orjson.dumps({"fingerprint": vault.fingerprint})
    producer = AIOKafkaProducer(bootstrap_servers=settings.servers, enable_idempotence=True, acks="all")
    await producer.start()
    try:
        await producer.send_and_wait(settings.topic(DEPLOYMENT), value, key=_KEY, partition=0)
    finally:
        await producer.stop()
    log.info("the deployment begins with the vault in %s", settings.home / "vault")
    return await _written(settings)


async def _written(settings: Settings) -> str:
    """The fingerprint that counts; empty where nobody wrote one."""
    place = TopicPartition(settings.topic(DEPLOYMENT), 0)
    async with reading(str(settings.servers)) as reader:
        if place.topic not in await reader.topics():
            raise Unavailable(f"No topic {place.topic}. Create it with `cauce topics`, then start again.")
        reader.assign([place])
        written = [record.value async for record in stored_records(reader, place)]
    return str(orjson.loads(written[0])["fingerprint"]) if written else ""


def _refusal(settings: Settings) -> str:
    return (
        f"{_misfit(settings)} With a secret of its own this worker would take orders again under other ids, and could "
        f"open nothing that was sealed. Stop, and {_remedy(settings)} For a deployment of its own, choose another "
        "CAUCE_PREFIX."
    )


def _misfit(settings: Settings) -> str:
    found = "is of another deployment" if fingerprint_in(settings.home) else "has no secret"
    name = settings.prefix.rstrip("-") or "without a prefix"
    return f"The vault {settings.home / 'vault'} {found}: the deployment {name} began with another."


def _remedy(settings: Settings) -> str:
    return (
        "copy the whole folder `vault` of the CAUCE_HOME where the deployment's workers run, or its backup, to "
        f"{settings.home / 'vault'}; or set CAUCE_HOME to that home."
    )

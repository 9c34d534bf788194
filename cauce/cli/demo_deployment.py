"""Where a demo is played: in a deployment of its own, or in one that runs elsewhere."""

import secrets
from datetime import UTC, datetime

import aiohttp

from cauce.cli.demo_faults import Unplayable
from cauce.cli.demo_past import existing_topics, home_of
from cauce.demo.waiting import provider_answers
from cauce.runtime.broker import ladder
from cauce.runtime.broker.record import LOOPBACK, free_port
from cauce.runtime.settings import Settings


def own() -> Settings:
    """A deployment of its own for each demo, so that one never meets the topics of another."""
    given = Settings()
    prefix = given.prefix or f"demo-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}-"
    home = home_of(given.home, prefix)
    return given.model_copy(
        update={
            "servers": ladder.obtain(given).servers,
            "prefix": prefix,
            "home": home,
            "clock": str(home / "clock"),
            "payments_url": f"http://{LOOPBACK}:{free_port()}",
        }
    )


def attached() -> Settings:
    """The deployment of the environment, where a broker answers."""
    given = Settings()
    return given.model_copy(update={"servers": ladder.found(given).servers})


async def find_deployment(settings: Settings) -> None:
    """Raises Unplayable where nothing runs that one could play into."""
    if not await existing_topics(settings):
        where = f"{settings.servers} with the prefix {settings.prefix!r}"
        raise Unplayable(f"no deployment is on {where}: start it with `cauce up`, or correct CAUCE_PREFIX")
    async with aiohttp.ClientSession() as client:
        if not await provider_answers(client, settings.payments_url):
            raise Unplayable(
                f"no payment provider answers at {settings.payments_url}: start `cauce sandbox payments`, and name "
                "its address in CAUCE_PAYMENTS_URL, here and for the services"
            )

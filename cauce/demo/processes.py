"""The processes of a demo: the deployment's own, and the world around it."""

import sys

from cauce.runtime.settings import Settings
from cauce.runtime.supervisor import Program


def with_actors(programs: list[Program], settings: Settings) -> list[Program]:
    """The programs of a deployment, and a payment provider, a crew and carriers; none where it is elsewhere."""
    if not programs:
        return []
    env, port = programs[0].env, settings.payments_url.rpartition(":")[2]
    cauce = (sys.executable, "-m", "cauce")
    return [
        *programs,
        Program("sandbox", (*cauce, "sandbox", "payments", "--port", port), env),
        Program("crew", (*cauce, "world", "crew"), env),
        Program("carrier", (*cauce, "world", "carrier"), env),
    ]

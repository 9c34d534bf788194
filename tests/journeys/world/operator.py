"""The operator at a terminal: `cauce` as a process of its own."""

import asyncio
import json
import os
import sys


class Operator:
    """Runs commands against the deployment."""

    def __init__(self, settings):
        self._env = {
            **os.environ,
            "CAUCE_SERVERS": settings.servers,
            "CAUCE_PREFIX": settings.prefix,
            "CAUCE_HOME": str(settings.home),
            "CAUCE_PARTITIONS": str(settings.partitions),
        }

    async def run(self, *arguments):
        """What a command printed; a failure that shows its errors."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cauce", *map(str, arguments)),
            env=self._env,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return out.decode()

    async def parked(self, service):
        """The rows of `cauce parked list`."""
        return [json.loads(row) for row in (await self.run("parked", "list", service, "--json")).splitlines()]

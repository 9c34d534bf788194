"""Toxiproxy (Shopify, Go) between the workers of a way and every broker: https://github.com/Shopify/toxiproxy."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp

from cauce.runtime.broker.programs import found, run
from cauce.runtime.broker.record import LOOPBACK, free_port
from cauce.runtime.faults import Unavailable
from chaos.cluster import Cluster, leash

VERSION = "v2.12.0"
MODULE = f"github.com/Shopify/toxiproxy/v2/cmd/server@{VERSION}"
BUILD_SECONDS, START_SECONDS = 600, 15


class Toxic(NamedTuple):
    """What is wrong with a connection, in the words of Toxiproxy: `stream` is upstream, downstream or both."""

    kind: str
    streams: tuple[str, ...]
    attributes: Mapping[str, int]


class Proxies:
    """The proxies of all ways; made by `proxying`."""

    def __init__(self, client: aiohttp.ClientSession, cluster: Cluster) -> None:
        self._client, self._cluster = client, cluster

    async def poison(self, way: str, toxics: Iterable[Toxic]) -> None:
        """Every connection of the way suffers these, until `heal`."""
        for toxic in toxics:
            for stream in toxic.streams:
                form = {"type": toxic.kind, "stream": stream, "attributes": dict(toxic.attributes)}
                for name in self._of(way):
                    await self._add(name, {"name": f"{toxic.kind}-{stream}", **form})

    async def _add(self, name: str, toxic: Mapping[str, Any]) -> None:
        """Whether or not one of the name is there, of another strike or of a request whose answer was lost."""
        there = (await self._ask("GET", f"/proxies/{name}"))["toxics"]
        one = f"/{toxic['name']}" if any(known["name"] == toxic["name"] for known in there) else ""
        await self._ask("POST", f"/proxies/{name}/toxics{one}", toxic)

    async def refuse(self, way: str) -> None:
        """The way is closed: connections break, and new ones are refused, until `heal`."""
        for name in self._of(way):
            await self._ask("POST", f"/proxies/{name}", {"enabled": False})

    async def heal(self, way: str) -> None:
        """The way is open, and nothing is wrong with it."""
        for name in self._of(way):
            for toxic in (await self._ask("GET", f"/proxies/{name}"))["toxics"]:
                await self._ask("DELETE", f"/proxies/{name}/toxics/{toxic['name']}")
            await self._ask("POST", f"/proxies/{name}", {"enabled": True})

    async def open(self) -> None:
        """Make every proxy, once the server answers."""
        await self._answers()
        for node in self._cluster.nodes.values():
            for way, (inner, outer) in node.ways.items():
                form = {"listen": f"{LOOPBACK}:{outer}", "upstream": f"{LOOPBACK}:{inner}", "enabled": True}
                await self._ask("POST", "/proxies", {"name": f"{way}-{node.name}", **form})

    def _of(self, way: str) -> list[str]:
        return [f"{way}-{name}" for name in self._cluster.nodes]

    async def _answers(self) -> None:
        async with asyncio.timeout(START_SECONDS):
            while True:
                try:
                    await self._ask("GET", "/version")
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.05)
                else:
                    return

    async def _ask(self, method: str, path: str, form: Mapping[str, Any] | None = None) -> Any:
        async with self._client.request(method, path, json=form) as answer:
            text = await answer.text()
            if not answer.ok:
                raise Unavailable(f"toxiproxy refused {method} {path}: {text}")
            return await answer.json() if text.startswith("{") else text


@asynccontextmanager
async def proxying(home: Path, cluster: Cluster) -> AsyncIterator[Proxies]:
    """Proxies for the ways of a cluster, open for as long as this lasts. `home` keeps the program."""
    program, port = await asyncio.to_thread(_program, home), free_port()
    arguments = (str(program), "-host", LOOPBACK, "-port", str(port))
    quiet = asyncio.subprocess.DEVNULL  # it writes a line a connection; what it refuses it says in its answers
    process = await asyncio.create_subprocess_exec(*leash(), *arguments, stdout=quiet, stderr=quiet)
    try:
        async with aiohttp.ClientSession(f"http://{LOOPBACK}:{port}") as client:
            proxies = Proxies(client, cluster)
            await proxies.open()
            yield proxies
    finally:
        process.kill()
        await process.wait()


def _program(home: Path) -> Path:
    """The server: on the path, built before, or built now with Go. Raises Unavailable."""
    folder = home / "toxiproxy" / VERSION
    known = found("toxiproxy-server") or (folder / "server")
    if known.exists():
        return known
    go = found("go")
    if not go:
        raise Unavailable("Faults of the network need toxiproxy-server on the path, or Go to build it: see go.dev/dl.")
    run(go, "install", MODULE, environment={"GOBIN": str(folder)}, timeout_seconds=BUILD_SECONDS)
    return known

"""`cauce sandbox payments`: a payment provider on this machine, for demos and tests."""

import asyncio
import signal
from pathlib import Path

import click

from cauce.cli.plain import say
from cauce.runtime.settings import Settings
from cauce.sandbox.payments import PaymentSandbox, serving
from cauce.sandbox.place import ledger_of


@click.group()
def command() -> None:
    """Providers to try things with.

    Each keeps a ledger of what it did.
    """


@command.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="0 takes a free one.")
@click.option(
    "--ledger",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File of what was charged and refunded; read at the start, never shortened. The deployment's own in the home.",
)
def payments(*, port: int, ledger: Path | None) -> None:
    """Take charges and refunds over HTTP on the loopback until interrupted."""
    ledger = ledger or ledger_of(Settings())
    asyncio.run(_serve(PaymentSandbox(ledger), port=port, ledger=ledger))


async def _serve(sandbox: PaymentSandbox, *, port: int, ledger: Path) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with serving(sandbox, port) as url:
        say(f"{url}  payments, ledger {ledger}")
        await told.wait()

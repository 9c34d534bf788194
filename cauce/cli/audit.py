"""`cauce audit`: check the laws over everything the deployment has recorded."""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from cauce.audit.auditor import Verdict
from cauce.audit.reading import audit, read_ledger
from cauce.audit.states import ABOUT, State
from cauce.cli.recorded import recorded
from cauce.runtime.settings import Settings


@click.command()
@click.option("--ledger", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The provider's ledger.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(ledger: Path | None, *, as_json: bool) -> None:
    """Check the laws over everything recorded.

    Reads every record of every topic and names the first that breaks a law, then counts what waits, and for whom. Run
    it when the work is drained: facts that are still on their way would be missed. Exit code 1 when a law is broken.
    """
    settings = Settings()
    console = Console(stderr=True)
    servers = recorded(settings)
    provider = read_ledger(ledger) if ledger else None
    with console.status("reading") as status:
        verdict = asyncio.run(
            audit(servers, settings, provider=provider, progress=lambda count: status.update(f"{count:,} records"))
        )
    _print(verdict, as_json=as_json)
    sys.exit(1 if verdict.violations else 0)


def _print(verdict: Verdict, *, as_json: bool) -> None:
    if as_json:
        found = [violation._asdict() for violation in verdict.violations]
        click.echo(json.dumps({"records": verdict.records, "violations": found, "waiting": verdict.waiting}))
        return
    console = Console()
    console.print(_violations(verdict) if verdict.violations else _lawful(verdict))
    if verdict.waiting:
        console.print(_waiting(verdict.waiting))


def _lawful(verdict: Verdict) -> str:
    waits = "" if verdict.waiting else ", nothing waits"
    return f"[bold green]{verdict.records:,} records read, no law broken{waits}"


def _violations(verdict: Verdict) -> Table:
    table = Table(title=f"{len(verdict.violations)} violations in {verdict.records:,} records", title_justify="left")
    for column in ("law", "first record", "subject", "what is wrong"):
        table.add_column(column, overflow="fold")
    for broken in verdict.violations:
        table.add_row(str(broken.law), broken.place, broken.subject, broken.detail)
    return table


def _waiting(waiting: Mapping[State, int]) -> Table:
    table = Table(title="What waits, and for whom", title_justify="left")
    for column in ("state", "count", "waits for", "what is counted"):
        table.add_column(column, justify="right" if column == "count" else "left", overflow="fold")
    for state, count in waiting.items():
        table.add_row(state.value, f"{count:,}", ABOUT[state].owner, ABOUT[state].what)
    return table

"""`cauce audit`: check the laws over everything the deployment has recorded."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import click

from cauce.audit.auditor import Verdict
from cauce.audit.ledgers import LedgerLine
from cauce.audit.reading import audit, read_ledger
from cauce.audit.shown import Shown
from cauce.cli.audit_page import page
from cauce.cli.plain import say_json
from cauce.cli.read_model import read_model
from cauce.cli.recorded import recorded
from cauce.cli.screen import Screen
from cauce.runtime.faults import Unavailable
from cauce.runtime.settings import Settings
from cauce.sandbox.place import ledger_of


class Others(NamedTuple):
    """What the topics are compared with, where it is there, and in words what is not."""

    provider: Mapping[str, LedgerLine] | None
    shown: Shown | None
    notes: list[str]


@click.command()
@click.option(
    "--ledger",
    type=click.Path(path_type=Path),
    help="The provider's ledger. Without it, the one that `cauce sandbox payments` keeps for this deployment.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(ledger: Path | None, *, as_json: bool) -> None:
    """Check the laws over everything recorded.

    Reads every record of every topic and names the first that breaks a law, then counts what waits, and for whom. Run
    it when the work is drained: facts that are still on their way would be missed. Exit code 1 when a law is broken.

    The provider's ledger and the read model are compared with the topics, where they are there; the read model as far
    as it has read.
    """
    settings = Settings()
    servers = recorded(settings)
    others = _others(settings, ledger)
    with Screen(stderr=True).status("reading") as status:
        verdict = asyncio.run(
            audit(
                servers,
                settings,
                provider=others.provider,
                shown=others.shown,
                progress=lambda count: status.update(f"{count:,} records"),
            )
        )
    _print(verdict, others, as_json=as_json)
    sys.exit(1 if verdict.violations else 0)


def _others(settings: Settings, named: Path | None) -> Others:
    notes = []
    ledger = named or ledger_of(settings)
    provider = read_ledger(ledger) if named or ledger.exists() else None
    if provider is None:
        notes.append(f"No provider's ledger was compared: there is none at {ledger}; name it with --ledger.")
    try:
        shown = read_model(settings)
    except Unavailable as absent:
        shown = None
        notes.append(f"The read model was not compared: {absent}.")
    return Others(provider, shown, notes)


def _print(verdict: Verdict, others: Others, *, as_json: bool) -> None:
    if not as_json:
        Screen().print(page(verdict, notes=others.notes))
        return
    say_json(
        {
            "records": verdict.records,
            "violations": [violation._asdict() for violation in verdict.violations],
            "waiting": verdict.waiting,
            "compared": {"ledger": others.provider is not None, "read_model": others.shown is not None},
            "read_model_behind": verdict.behind,
        }
    )

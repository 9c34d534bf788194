"""`cauce reference publish`: what decisions look things up in, from a folder of files to every lane."""

import asyncio
from pathlib import Path

import click

from cauce.runtime.broker import ladder
from cauce.runtime.clock import clock_of
from cauce.runtime.faults import Unavailable
from cauce.runtime.reference.publisher import publish_reference
from cauce.runtime.reference.reference_files import BrokenFile, read_folder
from cauce.runtime.settings import Settings


@click.group()
def command() -> None:
    """Publish sites, products, rates and policy.

    They are versions that every decision names.
    """


@command.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Read and check the files, publish nothing.")
def publish(folder: Path, *, check: bool) -> None:
    """Publish sites.csv, products.csv, rates.csv and policy.yaml of FOLDER, those that are there."""
    try:
        items = read_folder(folder)
    except BrokenFile as broken:
        raise Unavailable(str(broken)) from None
    for kind, of_kind in items.items():
        click.echo(f"{kind:10} {len(of_kind):6} items")
    if check:
        return
    settings = Settings()
    servers = ladder.obtain(settings).servers
    versions = asyncio.run(publish_reference(servers, settings, items, at=clock_of(settings).now()))
    for kind, version in versions.items():
        click.echo(f"{kind:10} version {version}")

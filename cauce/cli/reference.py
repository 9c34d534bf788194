"""`cauce reference publish`: what decisions look things up in, from a folder of files to every lane."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from cauce.runtime.broker import ladder
from cauce.runtime.clock import clock_of
from cauce.runtime.reference.flaws import BrokenFile
from cauce.runtime.reference.publisher import TOPICS, publish_reference
from cauce.runtime.reference.reference_files import FILES, published, read_folder
from cauce.runtime.settings import Settings
from schemas.base import Part
from schemas.reference import Kind


class Unpublishable(click.ClickException):
    """The files cannot be published as they are."""

    exit_code = 2


@click.group()
def command() -> None:
    """Publish sites, goods, kits, substitutes, rates and policy.

    They are versions that every decision names.
    """


@command.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Read and check the files, publish nothing.")
def publish(folder: Path, *, check: bool) -> None:
    """Publish the files of FOLDER that are there: sites.csv, products.csv, kits.csv, substitutes.csv, rates.csv,
    policy.yaml, holds.yaml, promises.yaml, and of stock stocking.csv, safety.csv, lots.csv and buying.csv.

    All of them are checked first. Exit code 2 when something is wrong in any: nothing is published then.
    """
    try:
        items = read_folder(folder)
    except BrokenFile as broken:
        raise Unpublishable(listed(broken)) from None
    settings = Settings()
    if check:
        versions = {kind: published(kind, of_kind)[0].version for kind, of_kind in items.items()}
    else:
        servers = ladder.obtain(settings).servers
        versions = asyncio.run(publish_reference(servers, settings, items, at=clock_of(settings).now()))
    _tell(items, versions, "not published, only checked" if check else f"on {_topics(settings)}")


def listed(broken: BrokenFile) -> str:
    """One flaw is a line; several have a line each."""
    if len(broken.flaws) == 1:
        return f"{broken}. Nothing was published."
    return "\n  ".join(["nothing was published:", *map(str, broken.flaws)])


def _topics(settings: Settings) -> str:
    return " and ".join(settings.topic(topic) for topic in TOPICS)


def _tell(items: Mapping[Kind, Sequence[Part]], versions: Mapping[Kind, str], where: str) -> None:
    for kind, version in versions.items():
        click.echo(f"{kind:12} {len(items[kind]):6} items  version {version}  {where}")
    if absent := [name for kind, name in FILES.items() if kind not in items]:
        click.echo(f"not there, so as published before: {', '.join(absent)}")

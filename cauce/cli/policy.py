"""`cauce policy`: publish sourcing policies, say which one decides, and look at them."""

import asyncio
from pathlib import Path

import click
import yaml

from cauce.cli.plain import say, say_content
from cauce.cli.policy_catalog import Catalog, read_catalog
from cauce.cli.reference import Unpublishable, listed
from cauce.runtime.broker import ladder
from cauce.runtime.clock import clock_of
from cauce.runtime.reference.flaws import BrokenFile, bounded
from cauce.runtime.reference.mappings import read_mapping
from cauce.runtime.reference.publisher import activate_reference, publish_reference
from cauce.runtime.reference.reference_files import published
from cauce.runtime.settings import Settings
from schemas.policies import SourcingPolicy
from schemas.reference import Kind, ReferenceActivated

_UNSAID = {"id"}  # of no interest to people: a policy has a name


@click.group()
def command() -> None:
    """Publish sourcing policies and choose the one that decides.

    A policy says which site sends which order: docs/policy.md.
    """


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Read and check the file, publish nothing.")
def publish(file: Path, *, check: bool) -> None:
    """Publish the policy in FILE; it decides nothing until it is activated.

    Exit code 2 when something is wrong with the file, with a line for each flaw.
    """
    policy = _read(file)
    version = published(Kind.SOURCING, [policy])[0].version
    if not check:
        settings = Settings()
        servers = ladder.obtain(settings).servers
        items = {Kind.SOURCING: [policy]}
        asyncio.run(publish_reference(servers, settings, items, at=clock_of(settings).now()))
    next_step = "not published, only checked" if check else f"now: cauce policy activate {policy.name}@{version}"
    say(f"{policy.name}@{version}  {len(policy.rules)} rules  {next_step}")


def _read(file: Path) -> SourcingPolicy:
    try:
        (policy,) = read_mapping(file, SourcingPolicy)
    except BrokenFile as broken:
        raise Unpublishable(listed(BrokenFile(bounded(broken.flaws)))) from None
    return SourcingPolicy.model_validate(policy)


@command.command()
@click.argument("policy", metavar="NAME@VERSION")
@click.option("--pool", type=click.IntRange(min=0), help="This pool alone; every pool else.")
def activate(policy: str, pool: int | None) -> None:
    """Let a published policy decide, from this record on.

    Of the version its first digits will do, and where there is one version alone, its name.
    """
    settings = Settings()
    if pool is not None and pool >= settings.pools:
        raise click.BadParameter(f"there are {settings.pools} pools, counted from 0", param_hint="--pool")
    servers = ladder.obtain(settings).servers
    catalog = asyncio.run(read_catalog(servers, settings))
    version, at = catalog.find(policy), clock_of(settings).now()
    name = catalog.policies[version].name
    records = [
        ReferenceActivated(kind=Kind.SOURCING, pool=number, label=name, version=version, activated_at=at)
        for number in (range(settings.pools) if pool is None else (pool,))
    ]
    asyncio.run(activate_reference(servers, settings, records, at=at))
    where = "every pool" if pool is None else f"pool {pool}"
    say(f"{name}@{version} decides for {where} from now on")


@command.command("list")
def list_policies() -> None:
    """List what is published, and what decides for which pool."""
    settings = Settings()
    catalog = asyncio.run(read_catalog(ladder.obtain(settings).servers, settings))
    for version, policy in catalog.policies.items():
        rules = ", ".join(rule.name for rule in policy.rules)
        say(f"{policy.name}@{version}  {_pools(catalog, version):12}  rules: {rules}")
    if idle := [str(pool) for pool in range(settings.pools) if pool not in catalog.active]:
        say(f"no policy is active in pool {', '.join(idle)}: the nearest site that has all sends all")


def _pools(catalog: Catalog, version: str) -> str:
    pools = [str(pool) for pool, active in sorted(catalog.active.items()) if active == version]
    return f"pool {', '.join(pools)}" if pools else "not active"


@command.command()
@click.argument("policy", metavar="NAME[@VERSION]")
def show(policy: str) -> None:
    """Print a published policy as a file that could be published."""
    settings = Settings()
    catalog = asyncio.run(read_catalog(ladder.obtain(settings).servers, settings))
    found = catalog.policies[catalog.find(policy)]
    body = found.model_dump(mode="json", exclude_defaults=True, exclude=_UNSAID)
    say_content(yaml.safe_dump(body, sort_keys=False, allow_unicode=True).rstrip("\n"))

"""The sourcing policies that were published, and which of them each pool decides by, as `reference` tells."""

from dataclasses import dataclass, field

import click

from cauce.runtime.deciding import receive
from cauce.runtime.lane import is_control
from cauce.runtime.log_reader import read_to_end
from cauce.runtime.settings import Settings
from schemas.policies import SourcingPolicy
from schemas.reference import Kind, ReferenceActivated, ReferencePublished


class NoSuchPolicy(click.ClickException):
    """The name or version is not published, or names several."""

    exit_code = 2


@dataclass
class Catalog:
    """Policies by version, in the order they were published, and the version that is active by pool."""

    policies: dict[str, SourcingPolicy] = field(default_factory=dict)
    active: dict[int, str] = field(default_factory=dict)

    def take(self, message: object) -> None:
        """Take note of a record of `reference`."""
        if isinstance(message, ReferencePublished) and message.kind is Kind.SOURCING:
            for item in message.items:
                self.policies.setdefault(message.version, SourcingPolicy.model_validate(item))
        elif isinstance(message, ReferenceActivated) and message.kind is Kind.SOURCING:
            self.active[message.pool] = message.version

    def find(self, wanted: str) -> str:
        """The version that NAME or NAME@VERSION names; of a version its first digits will do. Raises NoSuchPolicy."""
        name, _, start = wanted.partition("@")
        of_name = [version for version, policy in self.policies.items() if policy.name == name]
        found = [version for version in of_name if version.startswith(start)]
        if len(found) == 1:
            return found[0]
        if not of_name:
            known = ", ".join(sorted({policy.name for policy in self.policies.values()})) or "none"
            raise NoSuchPolicy(f"no policy {name} is published (there is {known}): `cauce policy publish FILE`.")
        versions = ", ".join(f"{name}@{version}" for version in found or of_name)
        raise NoSuchPolicy(f"{wanted} names {len(found) or 'no'} version{'s' if len(found) > 1 else ''}: {versions}.")


async def read_catalog(servers: str, settings: Settings) -> Catalog:
    """What is on `reference` now. Every partition has the same records."""
    catalog = Catalog()
    async for record in read_to_end(servers, settings, ["reference"]):
        if not is_control(record.headers):
            catalog.take(receive(record).message)
    return catalog

"""Where teams and suppliers are reached: a file of the deployment's, for addresses and webhooks are never in the log.

It is read for each notice, so that what was mended counts for the next attempt.
"""

import re
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from cauce.runtime.service import ProviderDown
from cauce.runtime.settings import Settings

_MAILBOX = re.compile(r"[^@\s<>,;:/]+@[^@\s<>,;:/]+\.[^@\s<>,;:/]+")
_WEBHOOK = re.compile(r"https?://[^\s/@]+(/\S*)?")


class NotListed(LookupError):
    """The file has no address of this team or supplier."""


def _reachable(address: str) -> str:
    if not (_MAILBOX.fullmatch(address) or _WEBHOOK.fullmatch(address)):
        raise ValueError("expected a mailbox (buyers@shop.example) or a webhook (https://...)")
    return address


Address = Annotated[str, AfterValidator(_reachable)]


class _Addresses(BaseModel):
    """By the names of `addressees.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    teams: dict[str, Address] = Field(default_factory=dict)
    suppliers: dict[str, Address] = Field(default_factory=dict)


def file_of(settings: Settings) -> Path:
    """The file that the settings name, else `addresses.yaml` of the home."""
    return settings.addresses or settings.home / "addresses.yaml"


def address_of(file: Path, addressee: str) -> str:
    """Where `team:NAME` or `supplier:NAME` is reached. Raises NotListed, or ProviderDown for a file that is broken."""
    role, _, name = addressee.partition(":")
    listed = _read(file)
    found = (listed.teams if role == "team" else listed.suppliers).get(name)
    if found is None:
        raise NotListed(f"no address of {role} {name}: write it into {file.name} (docs/stock.md, Who is told)")
    return found


def _read(file: Path) -> _Addresses:
    try:
        return _Addresses.model_validate(yaml.safe_load(file.read_text("utf-8")) or {})
    except FileNotFoundError:
        return _Addresses()
    except ValidationError as wrong:
        places = ", ".join(".".join(map(str, error["loc"])) for error in wrong.errors())
        raise ProviderDown(f"{file.name} is not as docs/stock.md has it, at {places}", may_have_acted=False) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        raise ProviderDown(f"{file.name} cannot be read: {type(fault).__name__}", may_have_acted=False) from None

"""Where a deployment's sandbox writes, so that whoever audits it finds the same file."""

from pathlib import Path

from cauce.runtime.settings import Settings


def ledger_of(settings: Settings) -> Path:
    """The ledger file of the payment provider, one for each deployment of a home."""
    return settings.home / "provider" / f"{settings.prefix.rstrip('-') or 'default'}.jsonl"

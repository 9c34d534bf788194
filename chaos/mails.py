"""The mail folder beside what we say we sent: nothing missing, and no repeat that nobody owned up to."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from schemas.notices import CustomerNotified


def compared(files: Iterable[Path], notified: Mapping[str, CustomerNotified]) -> dict[str, int]:
    """By kind, how many: `missing`, `unknown`, and `repeated` beyond the repeats that were counted."""
    came = Counter(_message(path) for path in files)
    told = {_local(message_id): notice.repeats for message_id, notice in notified.items()}
    found = {
        "missing": sum(1 for message in told if not came[message]),
        "unknown": sum(1 for message in came if message not in told),
        "repeated": sum(max(0, times - 1 - told[message]) for message, times in came.items() if message in told),
    }
    return {what: count for what, count in found.items() if count}


def _message(path: Path) -> str:
    """`<id>.eml`, and `<id>.repeat-N.eml` for one that came again."""
    return path.name.removesuffix(".eml").partition(".repeat-")[0]


def _local(message_id: str) -> str:
    return message_id.strip("<>").partition("@")[0]

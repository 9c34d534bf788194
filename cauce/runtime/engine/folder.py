"""Each worker on a machine has a folder of its own for its stores, and gets the same one again after a restart."""

import fcntl
import os
from pathlib import Path

from cauce.runtime.faults import Unavailable

_MOST = 100  # workers of one service on one machine


def claim(root: Path, name: str | None = None) -> Path:
    """A folder under `root` that no other process uses: `name`, or the first free of `unnamed-0`, `unnamed-1`, …

    The claim is a lock that the kernel drops when the process ends, however it ends.
    """
    for candidate in [name] if name else [f"unnamed-{number}" for number in range(_MOST)]:
        folder = root / candidate
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            return folder
    raise Unavailable(
        f"{root / (name or 'unnamed-*')}: in use by another worker; stop it, or name this one differently"
    )

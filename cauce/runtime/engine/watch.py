"""What a worker says about its lanes: one log line for what an operator would want to know, and events for machines."""

import json
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

log = logging.getLogger("cauce.lane")

Observer = Callable[[str, dict[str, Any]], None]

_LEVELS = {
    "acquired": logging.INFO,
    "first-commit": logging.INFO,
    "stopped": logging.INFO,
    "offsets-from-state": logging.WARNING,
    "inputs-expired": logging.WARNING,
    "store-rebuilt": logging.WARNING,
    "parked": logging.WARNING,
    "retry-failed": logging.WARNING,
    "commit-late": logging.WARNING,
    "lost": logging.WARNING,
    "failed": logging.ERROR,
}


class Watch:
    """Tells observers, the log, and a file of JSON lines if one is named. Fields carry ids and numbers, no payload."""

    def __init__(self, trace: Path | None = None) -> None:
        self.observers: list[Observer] = []
        self._file = os.open(trace, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600) if trace else None

    def tell(self, event: str, /, **fields: Any) -> None:
        """`commit` is told to observers alone: it comes with each batch."""
        for observer in self.observers:
            observer(event, fields)
        level = _LEVELS.get(event)
        if level is None:
            return
        log.log(level, "%s %s", event, " ".join(f"{name}={value}" for name, value in fields.items()))
        if self._file is not None:
            line = json.dumps({"t": time.time(), "pid": os.getpid(), "event": event, **fields}, default=str)
            os.write(self._file, line.encode() + b"\n")

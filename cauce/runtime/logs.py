"""How processes log: one line a record, to standard error, with the fields operators grep for."""

import logging
import sys
import time
from dataclasses import dataclass

_FORMAT = "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s"

_FIRST_SECONDS, _LONGEST_SECONDS = 10.0, 600.0


@dataclass(slots=True)
class _Line:
    """A line that comes again and again: when it last came, when it may be shown again, what was held back since."""

    came: float
    due: float
    pause: float = _FIRST_SECONDS
    held: int = 0


class Patience(logging.Filter):
    """Shows a repeated line of a library at growing intervals, with how many like it were held back.

    Lines are alike when they differ only in what is put into them. One that stayed away as long as its interval is new.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._lines: dict[tuple[str, int, str], _Line] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is shown; others than the library's always are."""
        if not super().filter(record):
            return True
        now = time.monotonic()
        line = self._lines.setdefault((record.name, record.levelno, str(record.msg)), _Line(came=now, due=now))
        if now - line.came > line.pause:
            line.pause = _FIRST_SECONDS
        line.came = now
        if now < line.due:
            line.held += 1
            return False
        if line.held:
            record.msg, record.args = f"{record.getMessage()} ({line.held} more like it before)", ()
        line.due, line.held = now + line.pause, 0
        line.pause = min(2 * line.pause, _LONGEST_SECONDS)
        return True


def log_to_stderr(*, verbose: bool = False) -> None:
    """Our own loggers at INFO (DEBUG when verbose), everybody else's at WARNING: a library's debug prints payloads."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = logging.Formatter(_FORMAT, datefmt="%Y-%m-%dT%H:%M:%S")
    handler.setFormatter(formatter)
    handler.addFilter(Patience("aiokafka"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("cauce").setLevel(logging.DEBUG if verbose else logging.INFO)
    logging.getLogger("cauce.runtime").setLevel(logging.WARNING)  # Faust's words about its own services
    logging.getLogger("aiokafka").setLevel(logging.ERROR)  # its warnings are of what it tries again


def quiet_kafka() -> None:
    """For commands that make topics: a new one has no leader for a moment, an error to aiokafka, which tries again."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)

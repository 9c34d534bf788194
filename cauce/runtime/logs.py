"""How processes log: one line a record, to standard error, with the fields operators grep for."""

import logging
import sys

_FORMAT = "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s"


def log_to_stderr(*, verbose: bool = False) -> None:
    """Our own loggers at INFO (DEBUG when verbose), everybody else's at WARNING: a library's debug prints payloads."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = logging.Formatter(_FORMAT, datefmt="%Y-%m-%dT%H:%M:%S")
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("cauce").setLevel(logging.DEBUG if verbose else logging.INFO)
    logging.getLogger("cauce.runtime").setLevel(logging.WARNING)  # Faust's words about its own services
    logging.getLogger("aiokafka").setLevel(logging.ERROR)  # its warnings are of what it tries again


def quiet_kafka() -> None:
    """For commands that make topics: a new one has no leader for a moment, an error to aiokafka, which tries again."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)

"""A child that ends with its parent: it watches a pipe from it, whose end is the parent's, however that ended.

The parent holds the other end of the child's standard input and never writes; the kernel closes it with the parent.
"""

import os
import signal
import threading
import time

VARIABLE = "CAUCE_TETHERED"  # set by a parent that holds our standard input; by hand it would stop at the first word
STOP_SECONDS = 15  # a worker needs 1-2 s to leave; then it is killed

_STDIN = 0


def hold() -> None:
    """Watch, if a parent asked for it: with its end, stop as on SIGTERM. Our own children are not asked."""
    if os.environ.pop(VARIABLE, None):
        threading.Thread(target=_watch, name="tether", daemon=True).start()


def _watch() -> None:
    while _is_held():
        pass
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
    time.sleep(STOP_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


def _is_held() -> bool:
    try:
        return bool(os.read(_STDIN, 1024))
    except OSError:
        return False

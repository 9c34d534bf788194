"""Says that a broker does not answer, at the beginning and then at growing intervals, and that it does again."""

import logging
import time
from collections.abc import Callable
from threading import Thread

log = logging.getLogger("cauce.broker")

LOOK_SECONDS = 2.0
FIRST_SECONDS, LONGEST_SECONDS = 5.0, 300.0  # a broker that is only busy answers sooner
ADVICE = "start it again (`cauce broker start`, where Cauce started it); work goes on by itself when it answers"


def report_outages(servers: str, asks: Callable[[str], bool], advice: Callable[[], str] = lambda: ADVICE) -> "Outage":
    """Look after the broker, in a thread of its own, for as long as this process lives."""
    outage = Outage(servers, advice)
    Thread(target=_watch, args=(outage, asks), name="outages", daemon=True).start()
    return outage


class Outage:
    """What there is to say of the brokers at `servers`; `advice` is what to do while they are silent."""

    def __init__(self, servers: str, advice: Callable[[], str]) -> None:
        self.servers, self._advice = servers, advice
        self._since: float | None = None
        self._due = FIRST_SECONDS

    @property
    def lasts(self) -> bool:
        """Whether nobody answered when last asked."""
        return self._since is not None

    def saw(self, *, answer: bool, at: float) -> None:
        """Whether one of them answered when it was asked, at that second of a clock that never steps."""
        if answer:
            self._end(at)
            return
        self._since = at if self._since is None else self._since
        silent = at - self._since
        if silent >= self._due:
            log.error("broker at %s does not answer since %d s: %s", self.servers, silent, self._advice())
            self._due = silent + min(silent, LONGEST_SECONDS)

    def _end(self, at: float) -> None:
        if self._since is not None and self._due > FIRST_SECONDS:
            log.info("broker at %s answers again after %d s, work goes on", self.servers, at - self._since)
        self._since, self._due = None, FIRST_SECONDS


def _watch(outage: Outage, asks: Callable[[str], bool]) -> None:
    while True:
        asked = time.monotonic()
        outage.saw(answer=asks(outage.servers), at=asked)
        time.sleep(LOOK_SECONDS)

"""What is said while a broker does not answer: at the beginning, then ever more seldom, and when it is back."""

import logging

import pytest

from cauce.runtime import logs
from cauce.runtime.broker.outage import Outage
from cauce.runtime.logs import Patience

SERVERS = "127.0.0.1:9092"


@pytest.fixture
def outage(expected_errors):
    expected_errors.add("does not answer")
    return Outage(SERVERS, lambda: "do this")


def said(caplog):
    return [record.getMessage() for record in caplog.records]


def test_a_broker_that_is_silent_is_named_at_growing_intervals_with_what_to_do(outage, caplog):
    for second in range(0, 2000, 2):
        outage.saw(answer=False, at=float(second))
    since = [int(line.split("since ")[1].split()[0]) for line in said(caplog)]
    assert since == [6, 12, 24, 48, 96, 192, 384, 684, 984, 1284, 1584, 1884]
    assert said(caplog)[0] == f"broker at {SERVERS} does not answer since 6 s: do this"


def test_its_return_is_said_once_and_the_next_outage_begins_anew(outage, caplog):
    caplog.set_level(logging.INFO)
    for second, answer in enumerate([True, *[False] * 7, True, True, *[False] * 7]):
        outage.saw(answer=answer, at=float(second))
    assert said(caplog) == [
        f"broker at {SERVERS} does not answer since 5 s: do this",
        f"broker at {SERVERS} answers again after 7 s, work goes on",
        f"broker at {SERVERS} does not answer since 5 s: do this",
    ]


def test_an_outage_lasts_from_the_first_silence_to_the_first_answer(outage):
    assert not outage.lasts
    outage.saw(answer=False, at=0.0)
    assert outage.lasts
    outage.saw(answer=True, at=1.0)
    assert not outage.lasts


def test_a_broker_that_is_only_busy_for_a_moment_is_not_talked_about(outage, caplog):
    caplog.set_level(logging.INFO)
    for second in range(100):
        outage.saw(answer=second % 5 == 0, at=float(second))
    assert said(caplog) == []


class Clock:
    now = 0.0

    def monotonic(self):
        return self.now


@pytest.fixture
def shown(monkeypatch):
    """What of lines at these seconds is shown."""
    clock, patience = Clock(), Patience("aiokafka")
    monkeypatch.setattr(logs, "time", clock)

    def shown(seconds, *arguments, name="aiokafka.client", message="Unable connect to node with id %s"):
        found = []
        for clock.now in seconds:
            record = logging.LogRecord(name, logging.ERROR, "", 0, message, arguments or (1,), None)
            if patience.filter(record):
                found.append((clock.now, record.getMessage()))
        return found

    return shown


def test_a_line_that_a_library_repeats_is_shown_ever_more_seldom_with_how_many_were_not(shown):
    found = shown(range(2000))
    assert [second for second, _ in found] == [0, 10, 30, 70, 150, 310, 630, 1230, 1830]
    assert found[0][1] == "Unable connect to node with id 1"
    assert found[2][1] == "Unable connect to node with id 1 (19 more like it before)"


def test_a_line_of_another_kind_is_shown_at_once_and_of_our_own_always(shown):
    assert len(shown(range(5))) == 1
    assert len(shown(range(5), message="Heartbeat failed: %s")) == 1
    assert len(shown(range(5), name="cauce.lane")) == 5


def test_a_line_that_stayed_away_is_shown_again_at_once(shown):
    shown(range(100))
    assert [second for second, _ in shown([1000, 1001])] == [1000]
    assert [second for second, _ in shown([1009, 1011])] == [1011]

"""When a run counts, and what it counts."""

from pathlib import Path

import pytest

from chaos.judgment import why_invalid
from chaos.mails import compared
from chaos.recovery import percentiles
from chaos.report import exit_code
from chaos.run import Course
from chaos.schedule import Fault
from schemas.notices import CustomerNotified, NoticeKind

BUSY = Course(unfinished={"orders not delivered": 3}, open={}, drained_seconds=4.0)
IDLE = Course(unfinished={}, open={}, drained_seconds=0.1)
ALL_WELL = {"violations": 0, "lost": 0, "duplicated": 0, "read_model": {}, "drained_seconds": 4.0, "valid": True}


def test_a_run_with_two_proven_faults_and_work_left_counts():
    assert why_invalid(BUSY, {Fault.KILL: 1, Fault.STOP: 1}, {"tried": 10, "failed": 5}) == ""


@pytest.mark.parametrize(
    ("course", "injected", "requests", "reason"),
    [
        (BUSY, {Fault.KILL: 1}, {"tried": 10, "failed": 0}, "1 faults were proven"),
        (BUSY, {}, {"tried": 10, "failed": 0}, "0 faults were proven"),
        (IDLE, {Fault.KILL: 2}, {"tried": 10, "failed": 0}, "nothing was unfinished"),
        (BUSY, {Fault.KILL: 2}, {"tried": 10, "failed": 6}, "only 4 of 10 requests"),
    ],
)
def test_a_run_that_proves_nothing_says_why(course, injected, requests, reason):
    assert reason in why_invalid(course, injected, requests)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ({}, 0),
        ({"valid": False}, 2),
        ({"violations": 1}, 1),
        ({"lost": 1}, 1),
        ({"duplicated": 1, "valid": False}, 1),
        ({"read_model": {"orders": 2}}, 1),
        ({"drained_seconds": None}, 1),
    ],
)
def test_what_is_wrong_weighs_more_than_what_proves_nothing(found, code):
    assert exit_code(ALL_WELL | found) == code


def test_percentiles_are_of_the_nearest_rank():
    assert percentiles([float(second) for second in range(1, 101)]) == {"p50": 50, "p95": 95, "max": 100, "count": 100}
    assert percentiles([3.0]) == {"p50": 3, "p95": 3, "max": 3, "count": 1}
    assert percentiles([])["count"] == 0


def notice(name, repeats):
    return CustomerNotified(
        person_id="p",
        kind=NoticeKind.SHIPPED,
        reference=name,
        order_id="o",
        message_id=f"<{name}@notices.cauce.invalid>",
        repeats=repeats,
    )


def files(*names):
    return [Path(name) for name in names]


def test_a_mail_that_came_again_is_excused_by_the_repeats_that_were_counted():
    told = {"<a@x>": notice("a", repeats=1), "<b@x>": notice("b", repeats=0)}
    assert compared(files("a.eml", "a.repeat-1.eml", "b.eml"), told) == {}
    assert compared(files("a.eml", "b.eml", "b.repeat-1.eml"), told) == {"repeated": 1}


def test_a_mail_that_never_came_and_one_that_nobody_sent_are_found():
    told = {"<a@x>": notice("a", repeats=0)}
    assert compared(files("c.eml"), told) == {"missing": 1, "unknown": 1}

"""What a run proved, after its end: the audit, the provider, the mailbox and the read model beside each other."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cauce.audit.auditor import Verdict
from chaos.board import Board
from chaos.run import Course
from chaos.schedule import Fault
from chaos.strikes.poison import Counted

LEAST_INJECTIONS = 2
LEAST_SUCCESS = 0.5


class Findings(NamedTuple):
    """Everything that a verdict is made of."""

    course: Course
    verdict: Verdict
    board: Board
    injected: Mapping[Fault, int]
    requests: Mapping[str, int]
    mails: Mapping[str, int]
    poison: Counted
    read_model: Mapping[str, int]
    oversold: int


def why_invalid(course: Course, injected: Mapping[Fault, int], requests: Mapping[str, int]) -> str:
    """Why a run proves nothing; empty where it does: the rule of Restate's and Kafka's own chaos tests."""
    proven, tried, failed = sum(injected.values()), requests["tried"], requests["failed"]
    if proven < LEAST_INJECTIONS:
        return f"{proven} faults were proven to have struck, {LEAST_INJECTIONS} are the least"
    if not course.unfinished:
        return "nothing was unfinished when the last fault ended"
    if tried - failed < LEAST_SUCCESS * tried:
        return f"only {tried - failed} of {tried} requests succeeded"
    return ""


def lost(findings: Findings) -> int:
    """What was acknowledged and came to no end, poison that no lane set aside, mails that were said to be sent."""
    return sum(findings.course.open.values()) + findings.poison.missing + findings.mails.get("missing", 0)


def duplicated(findings: Findings) -> int:
    """What happened more often than it may: facts, units sold twice, mails beyond the repeats that were counted."""
    mails = findings.mails.get("repeated", 0) + findings.mails.get("unknown", 0)
    return sum(findings.board.twice().values()) + findings.oversold + findings.poison.twice + mails


def oversold(board: Board, contended: Iterable[str]) -> int:
    """Units that went to somebody, of goods of which there was one, beyond that one."""
    return sum(max(0, board.gone[sku] - 1) for sku in contended)

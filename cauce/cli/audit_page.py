"""An audit on the terminal: what is broken, what was compared, and what waits, for whom."""

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding

from cauce.audit.auditor import Verdict
from cauce.audit.record import Violation
from cauce.audit.states import ABOUT, State
from cauce.cli.screen import QUIET, grid, listed, phrase, text
from services.insight.domain.sentences import counted


def page(verdict: Verdict, *, notes: Sequence[str]) -> RenderableType:
    """The verdict, and `notes` of what could not be looked at."""
    parts = [_violations(verdict) if verdict.violations else _lawful(verdict)]
    if verdict.behind:
        left = counted(verdict.behind, "fact")
        parts.append(text(f"The read model is {left} behind; it was compared as far as it has read.", "yellow"))
    parts += [text(note, QUIET) for note in notes]
    if verdict.waiting:
        parts.append(_waiting(verdict.waiting))
    return Group(*parts)


def _lawful(verdict: Verdict) -> RenderableType:
    waits = "" if verdict.waiting else ", nothing waits"
    return text(f"{verdict.records:,} records read, no law broken{waits}", "bold green")


def _violations(verdict: Verdict) -> RenderableType:
    title = f"{counted(len(verdict.violations), 'violation')} in {verdict.records:,} records"
    return Group(text(title, "bold red"), *(_violation(broken) for broken in verdict.violations))


def _violation(broken: Violation) -> RenderableType:
    heading = listed([(f"law {broken.law}", "bold"), broken.place, broken.subject])
    return Group(heading, Padding(phrase((broken.detail, "red")), (0, 0, 0, 2)))


def _waiting(waiting: Mapping[State, int]) -> RenderableType:
    columns = ("count", "state", "waits for", "what is counted")
    table = grid(*columns, right=("count",), whole=columns[:3], title="What waits, and for whom")
    for state, count in waiting.items():
        about = ABOUT[state]
        table.add_row(text(f"{count:,}", "bold"), text(state.value), text(about.owner), text(about.what))
    return Padding(table, (1, 0, 0, 0))

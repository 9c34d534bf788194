"""A run's findings as one JSON object and as the table that ends it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chaos.judgment import Findings, duplicated, lost, why_invalid
from chaos.nemesis import Struck
from chaos.options import Options
from chaos.recovery import percentiles
from chaos.run import Run

OF_ONE = ("kill one", "kill again", "kill wiped")  # worker, whose work others or it itself must take up
_SHOWN = 20  # violations


def report(run: Run, findings: Findings, options: Options) -> dict[str, Any]:
    """One object: whether it counts, what was asked of the run, what was struck, what came of it."""
    reason = why_invalid(findings.course, findings.injected, findings.requests)
    seconds = run.recovery.seconds
    return {
        "valid": not reason,
        "reason": reason,
        **options._asdict(),
        "injected": {fault.value: count for fault, count in findings.injected.items()},
        "orders": len(run.load.sent),
        "lost": lost(findings),
        "duplicated": duplicated(findings),
        "violations": len(findings.verdict.violations),
        "recovery_seconds": percentiles([second for what in OF_ONE for second in seconds.get(what, ())]),
        "recovery_by_form": {what: percentiles(of_form) for what, of_form in sorted(seconds.items())},
        "places": {"quiet": run.recovery.quiet, "struck_again": run.recovery.struck_again},
        "drained_seconds": findings.course.drained_seconds,
        "unfinished": findings.course.unfinished,
        "open": findings.course.open,
        "became": _became(run),
        "contended": {"rounds": len(run.load.contended), "oversold": findings.oversold},
        "twice": findings.board.twice(),
        "mails": dict(findings.mails),
        "read_model": dict(findings.read_model),
        "poison": findings.poison._asdict(),
        "requests": dict(findings.requests),
        "restarts": run.restarts,
        "records": findings.verdict.records,
        "waiting": {state.value: count for state, count in findings.verdict.waiting.items()},
        "first_violations": [broken._asdict() for broken in findings.verdict.violations[:_SHOWN]],
        "struck": [_struck(one) for one in run.armed.nemesis.struck],
    }


def exit_code(found: Mapping[str, Any]) -> int:
    """1 where something is wrong, 2 where nothing is proven, else 0."""
    wrong = any(found[what] for what in ("violations", "lost", "duplicated", "read_model"))
    if wrong or found["drained_seconds"] is None:
        return 1
    return 0 if found["valid"] else 2


def _became(run: Run) -> dict[str, int]:
    score = run.board.score
    return {
        "placed": len(score.placed),
        "refused": len(score.refused),
        "delivered": score.delivered_orders(),
        "canceled": score.canceled_orders(),
        "backordered": len(score.backordered),
        "returns": len(run.actors.returns_asked),
        "refunds": sum(state == "paid" for state in score.refunds.values()),
        "notices": score.notices["sent"],
        "cancellations": run.load.cancellations,
    }


def _struck(one: Struck) -> dict[str, Any]:
    injection = one.injection
    return {
        "at": injection.at_seconds,
        "fault": injection.fault.value,
        "form": injection.form,
        "targets": list(injection.targets),
        "lasts": injection.lasts_seconds,
        "ended": one.ended_seconds,
        "proven": one.proven,
        "why_not": one.why,
    }


def shown(found: Mapping[str, Any]) -> Group:
    """The table, then the verdict in one line."""
    table = Table(title="What the faults did", title_justify="left", show_header=False, box=SIMPLE_HEAD)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for what, value in _rows(found):
        table.add_row(what, value)
    return Group(table, *_verdict(found))


def _rows(found: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    became, requests = found["became"], found["requests"]
    rows = [
        ("faults struck", _counted(found["injected"]) or "none"),
        ("orders sent", f"{found['orders']:,}: {_counted({k: v for k, v in became.items() if k in _OF_ORDERS})}"),
        ("beside them", _counted({k: v for k, v in became.items() if k not in _OF_ORDERS})),
        ("last units", f"{found['contended']['rounds']:,} rounds, {found['contended']['oversold']:,} oversold"),
        ("poison", _counted(found["poison"]) or "none"),
        ("requests", f"{requests.get('tried', 0):,} tried, {requests.get('failed', 0):,} failed and were tried again"),
        ("processes", f"{found['restarts']:,} started again"),
        *((f"back after {what}", _seconds(of)) for what, of in found["recovery_by_form"].items()),
        ("settled", f"{found['drained_seconds']} s after the last fault" if found["drained_seconds"] else "never"),
    ]
    return [*rows, *((f"still open: {what}", f"{count:,}") for what, count in found["open"].items())]


_OF_ORDERS = ("placed", "refused", "delivered", "canceled", "backordered")


def _seconds(of: Mapping[str, float | None]) -> str:
    if not of["count"]:
        return "no partition had work to wait for"
    return f"p50 {of['p50']} s, p95 {of['p95']} s, at most {of['max']} s, over {of['count']} partitions"


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in Counter(counts).items() if count)


def _verdict(found: Mapping[str, Any]) -> list[RenderableType]:
    wrong = {what: found[what] for what in ("lost", "duplicated", "violations") if found[what]}
    if found["read_model"]:
        wrong["rows of the read model unlike those built anew"] = sum(found["read_model"].values())
    lines: list[RenderableType] = []
    if wrong:
        lines.append(Text(f"{_counted(wrong)} in {found['records']:,} records", style="bold red"))
        lines += [
            Text(f"  law {broken['law']}  {broken['place']}  {broken['subject']}  {broken['detail']}")
            for broken in found["first_violations"]
        ]
    elif found["drained_seconds"] is not None:
        said = f"nothing lost, nothing twice, no law broken in {found['records']:,} records"
        lines.append(Text(said, style="bold green"))
    if not found["valid"]:
        lines.append(Text(f"the run proves nothing: {found['reason']}", style="bold yellow"))
    return lines

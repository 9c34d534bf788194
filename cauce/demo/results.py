"""What became of every order, line, unit and cent: as one JSON object and as a table."""

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from cauce.audit.auditor import Verdict
from cauce.demo.customers import Customers
from cauce.demo.plan import Plan
from cauce.demo.play import Play
from cauce.demo.scoreboard import Scoreboard
from cauce.money import Money
from schemas.raw import StockAdjustment

_SHOWN = 20  # violations; `cauce audit` names all
_FIRST = {
    "orders": "received",
    "lines": "input",
    "units": "ordered",
    "returns": "requested",
    "notifications": "sent",
}  # what stands first in a row of the table


def results(play: Play, verdict: Verdict, seconds: float) -> dict[str, Any]:
    """One object; money in minor units, invoices counted once each, kills and restarts by the worker's name."""
    plan, score, customers = play.plan, play.score, play.customers
    return {
        "orders": _orders(plan, score),
        "lines": dict(plan.lines),
        "units": dict(score.units_table()),
        "returns": _returns(plan, score, customers),
        "money": _money(score),
        "notifications": {"sent": score.notices["sent"], "repeated": score.notices["repeated"]},
        "killed": dict(play.killed),
        "restarts": {name: count for name, count in play.supervisor.restarts.items() if count},
        "audit": {"violations": len(verdict.violations), "records": verdict.records, "first": _first(verdict)},
        "seconds": round(seconds, 1),
    }


def _orders(plan: Plan, score: Scoreboard) -> dict[str, int]:
    adjustments = {
        entry.form.adjustment.partition("-")[0] for entry in plan.entries if isinstance(entry.form, StockAdjustment)
    }
    return {
        "received": len(plan.orders) + len(adjustments),
        "placed": len(score.placed),
        "refused": len(score.refused),
        "adjustments": len(adjustments),
        "shipped": score.shipped_orders(),
        "delivered": score.delivered_orders(),
        "backordered": len(score.backordered),
        "canceled": score.canceled_orders(),
    }


def _returns(plan: Plan, score: Scoreboard, customers: Customers) -> dict[str, int]:
    by_invoice: dict[str, list[str]] = {}
    for planned in (one for of_order in plan.returns.values() for one in of_order):
        by_invoice.setdefault(planned.invoice, []).append(planned.request.request)
    requested = {invoice for invoice, requests in by_invoice.items() if score.requested.intersection(requests)}
    paid = score.refunded_requests()
    return {
        "requested": len(requested),
        "refunded": sum(1 for invoice in requested if paid.intersection(by_invoice[invoice])),
        "refused": len(by_invoice) - len(requested),
        "simulated": len(customers.simulated),
    }


def _money(score: Scoreboard) -> dict[str, int]:
    captured, refunded = score.money["captured"], score.money["refunded"]
    return {"captured": captured, "refunded": refunded, "retained": captured - refunded}


def shown(found: Mapping[str, Any], verdict: Verdict, currency: str) -> Group:
    """The table that ends a demo: a row a kind, what came in first, what became of it after."""
    table = Table(title="What became of everything", title_justify="left", show_header=False, box=SIMPLE_HEAD)
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column()
    for what, first in _FIRST.items():
        counts = dict(found[what])
        table.add_row(what, f"{counts.pop(first, 0):,} {_words(first)}", _listed(counts))
    money = {name: Money(amount=amount, currency=currency) for name, amount in found["money"].items()}
    table.add_row(
        "money", f"{money['captured']} captured", f"{money['refunded']} refunded, {money['retained']} retained"
    )
    if found["killed"]:
        killed, again = (sum(found[what].values()) for what in ("killed", "restarts"))
        table.add_row("workers", f"{killed:,} killed", f"{again:,} started again")
    return Group(
        table, Text(f"{found['seconds']:,} seconds from the first process to the last notice"), *_audit(verdict)
    )


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {_words(name)}" for name, count in counts.items() if count)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _audit(verdict: Verdict) -> list[Text]:
    if not verdict.violations:
        return [Text(f"audit: {verdict.records:,} records read, no law broken", style="bold green")]
    first = [Text(f"audit: {len(verdict.violations)} violations in {verdict.records:,} records", style="bold red")]
    return first + [
        Text(f"  law {broken.law}  {broken.place}  {broken.subject}  {broken.detail}")
        for broken in verdict.violations[:_SHOWN]
    ]


def _first(verdict: Verdict) -> list[dict[str, Any]]:
    return [broken._asdict() for broken in verdict.violations[:_SHOWN]]

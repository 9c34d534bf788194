"""What became of every order, line, unit and cent: as one object and as a table."""

from collections.abc import Mapping

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from cauce.audit.auditor import Verdict
from cauce.demo.accounting import Account, Sums, account
from cauce.demo.channel import amount_of
from cauce.demo.figures import Audit, Broken, Lines, Notifications, Orders, Result, Returns, Units
from cauce.demo.figures import Money as MoneyFigures
from cauce.demo.inputs import Adjusted
from cauce.demo.play import Play
from cauce.demo.scoreboard import Scoreboard
from cauce.money import Money

_SHOWN = 20  # violations, and what is unaccounted for
_FIRST = {
    "orders": "received",
    "lines": "input",
    "units": "ordered",
    "returns": "requested",
    "notifications": "sent",
}  # what stands first in a row of the table


def results(play: Play, verdict: Verdict, seconds: float) -> Result:
    """Money in minor units, invoices counted once each, kills and restarts by the worker's name."""
    plan, score = play.plan, play.score
    sums = Sums({order.order: amount_of(order) for order in plan.orders}, play.channel.charged, play.channel.given_back)
    found = account(plan.lines, score.tally, sums, settled=play.settled and play.arriving)
    return Result(
        orders=_orders(play),
        lines=Lines.model_validate({**_zeros(Lines), **found.lines, "input": len(plan.lines)}),
        units=Units.model_validate({**_zeros(Units), **found.units, **score.units_table()}),
        returns=_returns(play),
        money=_money(play, found),
        notifications=_notifications(score),
        audit=_audit(verdict),
        settled=play.settled,
        unaccounted=tuple(found.wrong[:_SHOWN]),
        refused_because=dict(score.tally.because.most_common()),
        killed=dict(play.killer.killed),
        restarts={name: count for name, count in play.supervisor.restarts.items() if count},
        seconds=round(seconds, 1),
    )


def _zeros(figures: type[Lines | Units]) -> dict[str, int]:
    return dict.fromkeys(figures.model_fields, 0)


def _orders(play: Play) -> Orders:
    plan, score = play.plan, play.score
    names = {order.order for order in plan.orders}
    decided = score.tally.placed.keys() | score.tally.refused.keys()
    adjusting = {line.asked.adjustment.rpartition("-")[0] for line in plan.lines if isinstance(line.asked, Adjusted)}
    return Orders(
        received=len(plan.invoices),
        placed=len(score.placed),
        refused=len(score.refused),
        adjustments=len(adjusting - names),
        open=len(names - decided),
        shipped=score.shipped_orders(),
        delivered=score.delivered_orders(),
        backordered=len(score.backordered),
        canceled=score.canceled_orders(),
    )


def _returns(play: Play) -> Returns:
    score, by_invoice = play.score, play.plan.return_requests
    requested = {invoice for invoice, requests in by_invoice.items() if score.requested.intersection(requests)}
    refused = {invoice for invoice, requests in by_invoice.items() if score.return_refusals.issuperset(requests)}
    paid = score.refunded_requests()
    return Returns(
        requested=len(requested),
        refunded=sum(1 for invoice in requested if paid.intersection(by_invoice[invoice])),
        refused=len(refused),
        simulated=len(play.customers.simulated),
    )


def _money(play: Play, found: Account) -> MoneyFigures:
    money, channel = play.score.money, play.channel
    captured, refunded = money["captured"], money["refunded"]
    return MoneyFigures(
        captured=captured,
        refunded=refunded,
        retained=captured - refunded,
        refused=sum(amount for order, amount in channel.charged.items() if order in play.score.refused),
        given_back=sum(channel.given_back.values()),
        unaccounted=found.money,
    )


def _notifications(score: Scoreboard) -> Notifications:
    return Notifications.model_validate({name: score.notices[name] for name in Notifications.model_fields})


def _audit(verdict: Verdict) -> Audit:
    first = tuple(Broken.model_validate(broken._asdict()) for broken in verdict.violations[:_SHOWN])
    return Audit(violations=len(verdict.violations), records=verdict.records, first=first)


def shown(found: Result, currency: str) -> Group:
    """The table that ends a demo: a row a kind, what came in first, what became of it after."""
    table = Table(title="What became of everything", title_justify="left", show_header=False, box=SIMPLE_HEAD)
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column()
    for what, first in _FIRST.items():
        counts = dict(getattr(found, what))
        table.add_row(what, f"{counts.pop(first):,} {_words(first)}", _listed(counts))
    money = {name: Money(amount=amount, currency=currency) for name, amount in found.money}
    rest = ", ".join(f"{money[name]} {_words(name)}" for name in money if name != "captured" and money[name].amount)
    table.add_row("money", f"{money['captured']} captured", rest)
    if found.refused_because:
        table.add_row("refused because", "", _listed(found.refused_because))
    if found.killed:
        killed, again = sum(found.killed.values()), sum(found.restarts.values())
        table.add_row("workers", f"{killed:,} killed", f"{again:,} started again")
    return Group(table, Text(f"{found.seconds:,} seconds from the first process to the last notice"), *judged(found))


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {_words(name)}" for name, count in counts.items() if count)


def _words(name: str) -> str:
    return name.replace("_", " ")


def judged(found: Result) -> list[Text]:
    """What is not as it should be, and what the audit says."""
    said = []
    if not found.settled:
        said.append(Text("ended before everything was settled", style="yellow"))
    if found.unaccounted:
        said.append(Text("not everything is accounted for:", style="bold red"))
        said += [Text(f"  {what}") for what in found.unaccounted]
    if not found.audit.violations:
        return [*said, Text(f"audit: {found.audit.records:,} records read, no law broken", style="bold green")]
    verdict = f"audit: {found.audit.violations} violations in {found.audit.records:,} records"
    said.append(Text(verdict, style="bold red"))
    broken = [Text(f"  law {one.law}  {one.place}  {one.subject}  {one.detail}") for one in found.audit.first]
    return [*said, *broken]

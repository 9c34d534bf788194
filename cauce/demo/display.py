"""The demo as it runs: one bar a stage of the pipeline, drawn anew several times a second."""

from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from cauce.demo.plan import Plan
from cauce.demo.terms import Moment


class Display:
    """Draws moments on a terminal; on anything else it prints a line whenever the step changes."""

    def __init__(self, plan: Plan, console: Console) -> None:
        self._plan, self._console = plan, console
        self._live = Live(console=console, refresh_per_second=4, transient=True) if console.is_terminal else None
        self._step = ""

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def show(self, moment: Moment) -> None:
        """Draw this moment."""
        if self._live:
            self._live.update(self._drawn(moment))
        elif moment.step != self._step:
            self._step = moment.step
            self._console.print(f"{moment.seconds:6.1f} s  {moment.step}")

    def _drawn(self, moment: Moment) -> Group:
        score, orders = moment.score, len(self._plan.orders)
        ordered = score.units["ordered"] - score.units["canceled"]
        table = Table(box=None, show_header=False, padding=(0, 1))
        for _ in range(3):
            table.add_column()
        _bar(table, "orders sent", moment.sent, len(self._plan.entries))
        _bar(table, "orders decided", len(score.placed) + len(score.refused), orders)
        _bar(table, "units promised", score.units["allocated"], score.units["ordered"])
        _bar(table, "units packed", score.units["packed"], ordered)
        _bar(table, "units shipped", score.units["shipped"], ordered)
        _bar(table, "units delivered", score.units["delivered"], ordered)
        _bar(table, "customers told", score.notices["sent"] + score.notices["superseded"], score.notices["told"])
        rest = (
            f"{len(score.backordered)} orders waited for stock   {len(score.requested)} returns authorized   "
            f"{sum(state == 'paid' for state in score.refunds.values())} refunds paid"
        )
        restarts = Text(f"   {moment.restarts} workers restarted", style="yellow") if moment.restarts else Text()
        heading = Text.assemble((f"{moment.seconds:5.1f} s  ", "bold"), moment.step, restarts)
        return Group(heading, Text(), table, Text(), Text(rest, style="dim"))


def _bar(table: Table, what: str, done: int, of: int) -> None:
    table.add_row(what, ProgressBar(total=max(of, 1), completed=min(done, of), width=40), f"{done:,} / {of:,}")

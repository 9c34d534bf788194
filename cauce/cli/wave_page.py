"""The page of a wave that was only tried."""

from rich.console import Group, RenderableType
from rich.table import Table

from cauce.cli.screen import phrase, text
from cauce.cli.wave_desk import Trial, Tried, Units


def page(trial: Trial) -> RenderableType:
    """Each order in the order listed, what it would get in turn and together, and both sums."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("order", "waits for", "in turn", "together"):
        table.add_column(name, justify="right" if name == "waits for" else "left")
    for one in trial.orders:
        look = "green" if _sum(one.together) > _sum(one.in_turn) else "red" * (_sum(one.together) < _sum(one.in_turn))
        table.add_row(
            text(one.order_number), text(one.waits), text(_said(one.in_turn)), text(_said(one.together), look)
        )
    parts: list[RenderableType] = [table, text(""), _sums(trial)]
    if trial.reason:
        parts.append(text(trial.reason))
    if trial.passed_over:
        parts.append(text(f"waiting for nothing, and passed over: {', '.join(trial.passed_over)}"))
    return Group(*parts)


def _sums(trial: Trial) -> RenderableType:
    in_turn, together = (_whole(trial.orders, how) for how in ("in_turn", "together"))
    return phrase("in turn: ", in_turn, "; together: ", together, "; nothing was asked of anybody")


def _whole(orders: tuple[Tried, ...], how: str) -> str:
    units = [_sum(getattr(one, how)) for one in orders]
    whole = sum(got == one.waits for got, one in zip(units, orders, strict=True))
    return f"{whole} of {len(orders)} orders whole, {sum(units)} units"


def _sum(units: Units) -> int:
    return sum(units.values())


def _said(units: Units) -> str:
    return ", ".join(f"{count} from {site}" for site, count in units.items()) or "-"

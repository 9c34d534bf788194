"""The page of a wave that was only tried."""

from rich.console import Group, RenderableType

from cauce.cli.screen import grid, phrase, text
from cauce.cli.wave_desk import Trial, Tried, Units


def page(trial: Trial) -> RenderableType:
    """Each order as it was listed, what it would get in turn and together, and both sums."""
    table = grid("order", "waits for", "in turn", "together", right=("waits for",), whole=("order",))
    for one in trial.orders:
        table.add_row(
            text(one.order_number), text(one.waits), text(_said(one.in_turn)), text(_said(one.together), _look(one))
        )
    parts: list[RenderableType] = [table, text(""), _sums(trial)]
    if trial.reason:
        parts.append(text(trial.reason))
    if trial.passed_over:
        parts.append(text(f"waiting for nothing, and passed over: {', '.join(trial.passed_over)}"))
    return Group(*parts)


def _look(one: Tried) -> str:
    difference = _sum(one.together) - _sum(one.in_turn)
    return "green" if difference > 0 else "red" * (difference < 0)


def _sums(trial: Trial) -> RenderableType:
    in_turn, together = (_whole(trial.orders, how) for how in ("in_turn", "together"))
    return phrase("in turn: ", in_turn, "; together: ", together, "; nothing was asked")


def _whole(orders: tuple[Tried, ...], how: str) -> str:
    units = [_sum(getattr(one, how)) for one in orders]
    whole = sum(got == one.waits for got, one in zip(units, orders, strict=True))
    return f"{whole} of {len(orders)} orders whole, {sum(units)} units"


def _sum(units: Units) -> int:
    return sum(units.values())


def _said(units: Units) -> str:
    return ", ".join(f"{count} from {site}" for site, count in units.items()) or "-"

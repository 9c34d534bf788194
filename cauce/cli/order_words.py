"""How the terminal shows states, money, places and days."""

from datetime import date, datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from cauce.money import Money
from services.insight.domain.standing import OrderState, Stage, Tally
from services.insight.reading import Fields

QUIET = "bright_black"
TIMES = "\N{MULTIPLICATION SIGN}"
_RIGHT = ("amount", "after", "ordered", "lines", "units", "waiting", *Tally._fields)
_WRAPPED = ("what", "description")
_STYLES = {
    OrderState.DELIVERED: "bold green",
    OrderState.SHIPPED: "bold green",
    OrderState.PART_SHIPPED: "bold cyan",
    OrderState.PACKED: "bold cyan",
    OrderState.PICKING: "bold cyan",
    OrderState.ALLOCATED: "bold blue",
    OrderState.BACKORDERED: "bold yellow",
    OrderState.RETURNED: "bold magenta",
    OrderState.CANCELED: "bold red",
    OrderState.REFUSED: "bold red",
}


def section(title: str, content: RenderableType) -> RenderableType:
    """A titled part of a page."""
    return Group(Rule(Text(title, style="bold"), align="left", style=QUIET), Padding(content, (0, 0, 1, 1)))


def grid(*names: str) -> Table:
    """A table without lines; numbers stand to the right."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=QUIET)
    for name in names:
        table.add_column(name, justify="right" if name in _RIGHT else "left", no_wrap=name not in _WRAPPED)
    return table


def state(name: str | None) -> Text:
    """An order's state in its color."""
    known = OrderState(name or OrderState.UNKNOWN)
    return Text(known.replace("_", " "), style=_STYLES.get(known, "bold"))


def stage(name: str | None) -> Text:
    """A parcel's stage in its color."""
    styles = {Stage.DELIVERED: "green", Stage.SHIPPED: "green", Stage.STOPPED: "red"}
    known = Stage(name or Stage.RESERVED)
    return Text(known.value, style=styles.get(known, "cyan"))


def goods(parcel: Fields) -> str:
    """What a parcel or a return holds."""
    return ", ".join(f"{line['quantity']} {TIMES} {line['sku']}" for line in parcel["lines"])


def last(shipment_id: str) -> str:
    """The number at the end of a parcel's id."""
    return shipment_id.rpartition("-")[2]


def amount(units: int | None, currency: str | None) -> str:
    """Money of a row; nothing where there is none."""
    return "" if units is None or currency is None else str(Money(amount=units, currency=currency))


def kilometers(meters: int | None) -> str:
    """Whole kilometers of a row's meters."""
    return "" if meters is None else f"{meters / 1000:,.0f}"


def moment(at: datetime | None) -> str:
    """A day and time, in UTC."""
    return "" if at is None else f"{at:%a %d %b %Y %H:%M}"


def day(on: date | None) -> str:
    """A day."""
    return "" if on is None else f"{on:%a %d %b}"

"""How the terminal shows states, money, places and days."""

from datetime import date, datetime

from rich.text import Text

from cauce.cli.screen import text
from cauce.money import Money
from services.insight.domain.standing import OrderState, Stage
from services.insight.reading import Fields

TIMES = "\N{MULTIPLICATION SIGN}"
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
_NAME_LENGTH = 40


def name(order: Fields) -> str:
    """The order's number, or its id where no fact has said a number; of a very long one, its beginning."""
    said = str(order["order_number"] or order["order_id"])
    return said if len(said) <= _NAME_LENGTH else f"{said[:_NAME_LENGTH]}\N{HORIZONTAL ELLIPSIS}"


def state(name: str | None) -> Text:
    """An order's state in its color."""
    known = OrderState(name or OrderState.UNKNOWN)
    return text(known.replace("_", " "), _STYLES.get(known, "bold"))


def stage(name: str | None) -> Text:
    """A parcel's stage in its color."""
    styles = {Stage.DELIVERED: "green", Stage.SHIPPED: "green", Stage.STOPPED: "red"}
    known = Stage(name or Stage.RESERVED)
    return text(known.value, styles.get(known, "cyan"))


def goods(parcel: Fields) -> str:
    """What a parcel or a return holds."""
    return ", ".join(f"{line['quantity']} {TIMES} {line['sku']}{_instead(line)}" for line in parcel["lines"])


def _instead(line: Fields) -> str:
    return f" (instead of {line['instead_of']})" if line.get("instead_of") else ""


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

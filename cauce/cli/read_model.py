"""The read model as the auditor compares it; insight knows its rows, and the auditor no service."""

from collections import defaultdict
from collections.abc import Mapping

from cauce.audit.record import Place
from cauce.audit.shown import STAGES, Shown, ShownOrder, Units
from cauce.runtime.settings import Settings
from services.insight.held import Held, held
from services.insight.reading import Fields, reading

_BUCKETS = ("on_hand", "free", "reserved", "picked", "packed", "quarantined")


def read_model(settings: Settings) -> Shown:
    """What the read model of the settings shows now. Raises Unavailable where there is none, or it does not answer."""
    with reading(settings) as connection:
        return shown_of(held(connection))


def shown_of(rows: Held) -> Shown:
    """The rows, by what they are about."""
    lines: dict[str, dict[str, Units]] = defaultdict(dict)
    for line in rows.lines:
        lines[line["order_id"]][line["line_id"]] = _units(line, STAGES)
    return Shown(
        read={(row["topic"], row["partition"]): row["next_offset"] for row in rows.offsets},
        unread={Place(row["topic"], row["partition"], row["offset"]): row["reason"] for row in rows.unread},
        orders={row["order_id"]: _order(row, lines.get(row["order_id"], {})) for row in rows.orders},
        positions={(row["site"], row["sku"]): _units(row, _BUCKETS) for row in rows.positions},
        kept={one.group: (one.kept, one.broken, one.at_risk) for one in rows.kept},
    )


def _order(row: Fields, lines: Mapping[str, Units]) -> ShownOrder:
    return ShownOrder(row["state"] or "", row["amount"], row["captured"] or 0, row["refunded"] or 0, lines)


def _units(row: Fields, names: tuple[str, ...]) -> Units:
    return {name: row[name] for name in names if row[name]}

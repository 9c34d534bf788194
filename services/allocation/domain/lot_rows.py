"""What the keeper remembers of lots beside a sku's positions: a pool without lots has none of these rows.

Kinds: `held_lots`, the lots of a shipment line by stage; `gone_lots`, by order those that were sent to its customer,
and by transfer those on their way, as they may come back; `expiries`, the lots at a site by their last day;
`lots_turned`, the last day on which those were looked through.
"""

from typing import NamedTuple

HELD, GONE, EXPIRIES, TURNED = "held_lots", "gone_lots", "expiries", "lots_turned"
TODAY = "today"  # the only key of TURNED
_SEPARATOR = "\x1f"  # in no site's id and no foreign key


class HeldLot(NamedTuple):
    """Units of a lot that a shipment line holds, by stage."""

    lot: str
    expires_on: str
    reserved: int = 0
    picked: int = 0
    packed: int = 0


def held_key(shipment_id: str, line_id: str) -> str:
    """The key of a shipment line's lots."""
    return f"{shipment_id}/{line_id}"


def held_of(key: str) -> tuple[str, str]:
    """The shipment and the line, by their key."""
    shipment_id, _, line_id = key.partition("/")
    return shipment_id, line_id


def transfer_key(site: str, transfer: str) -> str:
    """The key of the lots on their way from a site; no order has such an id."""
    return f"{site}{_SEPARATOR}{transfer}"


def expiry_key(expires_on: str, sku: str, site: str, lot: str) -> str:
    """The key of a lot at a site, in the order of the days on which lots expire."""
    return _SEPARATOR.join((expires_on, sku, site, lot))


def expiry_of(key: str) -> tuple[str, ...]:
    """The day of expiry, the sku, the site and the lot, by their key."""
    return tuple(key.split(_SEPARATOR))

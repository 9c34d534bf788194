"""What is printed on labels: every number carries the order's id, so that a scanned label names its order."""

import re

SHIPMENT_ID = re.compile(r"(?P<order_id>[a-z2-7]{24})-(?P<number>[1-9][0-9]*)")
TRACKING_NUMBER = re.compile(r"CA(?P<order_id>[A-Z2-7]{24})(?P<number>[0-9]{3,})")


def shipment_number(shipment_id: str) -> int:
    """The shipment's number within its order, from 1."""
    return int(shipment_id.rpartition("-")[2])


def tracking_number(order_id: str, shipment_id: str) -> str:
    """Our own number for a parcel: `CA`, the order's id and the shipment's number, upper-case."""
    return f"CA{order_id}{shipment_number(shipment_id):03d}".upper()


def tracked_shipment(tracking_number: str) -> str | None:
    """The shipment a tracking number of ours stands for, None if it is none of ours."""
    read = TRACKING_NUMBER.fullmatch(tracking_number)
    return f"{read['order_id'].lower()}-{int(read['number'])}" if read else None
